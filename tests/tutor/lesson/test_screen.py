"""The screen of a lesson: prose as text, of any width, in colour, plain and in ASCII."""

from __future__ import annotations

import io
import re

import pytest

from sandbox.tutor.lesson.judge import Judged
from sandbox.tutor.lesson.parts import Expectation
from sandbox.tutor.lesson.screen import Screen

PROSE = """The server hands out a *ticket*, and **keeps** the coat. It puts a stamp on it with
`sign_session_id`, as [lesson 03](../03_signed_cookie/README.md) showed; more in
[RFC 6265](https://www.rfc-editor.org/rfc/rfc6265.html).

- a first thing that is long enough to be continued on another line when the terminal is narrow
- a second …

1. Open the page.
2. Reload it.

> A quotation.

    code = "as it is"
"""
UP_TO_80 = """
The server hands out a ticket, and keeps the coat. It puts a stamp on it with
sign_session_id, as lesson 03 (03_signed_cookie/README.md) showed; more in RFC
6265 (https://www.rfc-editor.org/rfc/rfc6265.html).

 • a first thing that is long enough to be continued on another line when the
   terminal is narrow
 • a second …

 1 Open the page.
 2 Reload it.

▌ A quotation.

 code = "as it is"
"""


TABLE = """
| here | Express, express-session, Passport | Flask-Login | Django |
| --- | --- | --- | --- |
| `check_limits` | `passport.session()`, deserializeUser | `PERMANENT_SESSION_LIFETIME` | in a row |
"""


def test_a_word_that_is_too_long_for_its_column_goes_on_below(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen, out = shown(60, monkeypatch)
    screen.prose(TABLE)
    lines = text(out).splitlines()
    heads = next(line for line in lines if "Flask-Login" in line)
    column = slice(heads.index("Flask-Login"), heads.index("Django"))
    cells = "".join(line[column].strip() for line in lines)
    assert "PERMANENT_SESSION_LIFETIME" in cells


def test_the_path_of_a_link_is_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, out = shown(80, monkeypatch)
    screen.prose("The [stores](../../sandbox/login/stores/__init__.py).")
    assert text(out) == "\nThe stores (sandbox/login/stores/__init__.py).\n"


def shown(
    width: int, monkeypatch: pytest.MonkeyPatch, encoding: str = "utf-8", plain: bool = False
) -> tuple[Screen, io.TextIOWrapper]:
    monkeypatch.setenv("COLUMNS", str(width))
    for name in ("FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n", write_through=True)
    return Screen(out, plain), out


def text(out: io.TextIOWrapper) -> str:
    assert isinstance(out.buffer, io.BytesIO)
    return out.buffer.getvalue().decode(out.encoding)


def prose(width: int, monkeypatch: pytest.MonkeyPatch, **options: object) -> str:
    screen, out = shown(width, monkeypatch, **options)  # type: ignore[arg-type]
    screen.prose(PROSE)
    return text(out)


@pytest.mark.parametrize("width", [80, 200])
def test_prose_reads_as_text_and_is_never_wider_than_80(
    monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    told = re.sub(r"\n{2,}", "\n\n", prose(width, monkeypatch))
    assert told.strip("\n") == UP_TO_80.strip("\n")


@pytest.mark.parametrize(("width", "widest"), [(200, 79), (80, 79), (60, 59), (41, 41)])
def test_a_line_of_prose_is_as_long_as_it_may_be(
    monkeypatch: pytest.MonkeyPatch, width: int, widest: int
) -> None:
    """Of letters with blanks between them: an even width is one too many for the last."""
    screen, out = shown(width, monkeypatch)
    screen.prose("x " * 200)
    assert max(map(len, text(out).splitlines())) == widest


@pytest.mark.parametrize("width", [60, 40])
def test_on_a_narrow_terminal_the_same_words_stand_on_shorter_lines(
    monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    told = prose(width, monkeypatch)
    assert max(map(len, told.splitlines())) <= width
    assert "".join(told.split()) == "".join(UP_TO_80.split())


def test_no_line_ends_with_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [line for line in prose(80, monkeypatch).split("\n") if line != line.rstrip()] == []


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_where_only_ascii_can_be_written_nothing_else_is(
    monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    told = prose(80, monkeypatch, encoding=encoding)
    assert told.isascii()
    assert " * a second ~\n" in told
    assert "| A quotation." in told


def test_plain_has_no_escape_and_no_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, out = shown(80, monkeypatch, plain=True)
    screen.title("Lesson")
    screen.prose(PROSE)
    screen.judged(judged(True))
    screen.judged(judged(False))
    screen.prompt("Enter goes on")
    told = text(out)
    assert told.isascii()
    assert "\x1b" not in told
    assert "  as expected: rows == 1\n  not as expected: rows == 1, observed nothing" in told
    assert told.endswith("Enter goes on > ")


def judged(is_met: bool) -> Judged:
    expectation = Expectation(7, "rows == 1", "rows", "", "==", "1")
    return Judged(expectation, "1", "1" if is_met else None, is_met)


def test_an_expectation_is_shown_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen, out = shown(80, monkeypatch)
    screen.judged(judged(True))
    screen.judged(judged(False))
    assert text(out) == "  as expected: rows == 1\n  not as expected: rows == 1, observed nothing\n"


def test_a_sentence_that_is_too_long_goes_on_below_a_little_further_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen, out = shown(30, monkeypatch)
    screen.say("  1  an option that needs more than a line")
    assert text(out) == "  1  an option that needs more\n    than a line\n"


def test_what_a_request_brought_does_not_command_the_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen, out = shown(80, monkeypatch)
    screen.say("Seen: GET /\x1b[2J\x9b2J\u202e.")
    screen.line("word \x1b]0;title\x07")
    assert "\x1b" not in text(out)
    assert text(out) == "Seen: GET /\\x1b[2J\\x9b2J\\u202e.\nword \\x1b]0;title\\x07\n"


def test_markup_of_the_library_is_text_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, out = shown(80, monkeypatch)
    screen.say("[bold]x[/bold] :smile:")
    screen.line("[/red]")
    screen.prose("`[red]` and :smile:")
    for words in ("[bold]x[/bold] :smile:\n", "[/red]\n", "[red] and :smile:\n"):
        assert words in text(out)


def test_an_address_is_never_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, out = shown(30, monkeypatch)
    screen.address("In your own browser: open ", "http://localhost:8000/start")
    assert text(out) == "In your own browser: open http://localhost:8000/start\n"


def test_without_words_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, out = shown(80, monkeypatch)
    screen.prose("")
    assert text(out) == ""
