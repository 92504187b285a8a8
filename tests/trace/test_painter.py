"""Whole cards, exactly as they stand on a terminal."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.trace.painter import Painter, ProjectorPainter
from sandbox.trace.stage import Event, printable

from .scenes import (
    CARDS,
    SCENES,
    SIGNED_IN,
    STAMP,
    WIDTHS,
    Screen,
    asked,
    card_file,
    drawn,
    ended,
    forged,
    found,
    request,
    response,
)

COLOUR = re.compile(r"\x1b\[([0-9;]*;)?(3[0-8]|9[0-7])[;m]")
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", SCENES)
def test_a_card_is_drawn_like_this(name: str, width: int) -> None:
    """Changed on purpose? `python tests/trace/scenes.py` draws them anew: read the difference."""
    assert drawn(SCENES[name], width) == card_file(name, width).read_text(encoding="utf-8")


def test_no_card_was_left_behind() -> None:
    kept = {card_file(name, width) for name in SCENES for width in WIDTHS}
    assert set(CARDS.iterdir()) == kept


def columns(line: str) -> int:
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in line)
    return len(line) + wide - sum(unicodedata.combining(c) > 0 for c in line)


def too_wide(text: str, width: int) -> list[str]:
    return [line for line in text.splitlines() if columns(line) > width]


WITHOUT_ROOM = 53  # columns: below, "#12345 signer   ✗ BAD_SIGNATURE  " leaves none for words


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SCENES)), st.integers(WITHOUT_ROOM, 120), st.integers(1, 99999))
def test_no_line_is_wider_than_the_terminal(name: str, width: int, request_id: int) -> None:
    events = [event | {"id": request_id} for event in SCENES[name]]
    assert too_wide(drawn(events, width), width) == []


@pytest.mark.parametrize("width", [40, 48, 52])
def test_no_line_is_wider_than_a_very_narrow_terminal(width: int) -> None:
    wide = {name: too_wide(drawn(SCENES[name], width), width) for name in SCENES}
    assert {name: lines for name, lines in wide.items() if lines} == {}


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_a_heading_is_at_most_80_columns_wide(width: int) -> None:
    out = Screen()
    Painter(out, width).title("1 of 12 · A stop\n" + "Look at the guard. " * 9 + "\n")
    assert too_wide(out.getvalue(), min(width, 80)) == []


# WSGI hands over what came from the wire as Latin-1; wide letters are the owner's, as in a name.
from_the_wire = st.text(st.characters(codec="latin-1"), max_size=150).map(printable)
wide_letters = st.sampled_from("aZ09 -./[]=;:漢字かな한글😀🎉🚀")
hostile = from_the_wire | st.text(wide_letters, max_size=150).map(printable)


def with_text(text: str) -> list[Event]:
    """Everything that a stranger can write into a request, and a name that an owner can."""
    cookies = [{"name": "sid", "ours": True, "value": text}, {"name": text, "ours": False}]
    sites = {"Host": text, "Sec-Fetch-Site": None, "Origin": text}
    return [
        request(text[:9], text, visitor=text, cookies=cookies, notes=[text]),
        ended("check_host", "FOREIGN_HOST", {"host": text, "allowed": ["localhost"]}),
        ended("refuse_cross_site", "CROSS_SITE", sites),
        ended("find_user", evidence={"user": text}),
        forged(received=text),
        ended("look_up_session", "UNKNOWN_SESSION", {"session_id": text}),
        response(303, location=text, set_cookie=[f"sid={text}; Path={text}"]),
    ]


@settings(max_examples=60, deadline=None)
@given(from_the_wire, st.integers(60, 120))
def test_no_text_from_the_wire_makes_a_line_wider_than_the_terminal(text: str, width: int) -> None:
    assert too_wide(drawn(with_text(text), width), width) == []


@pytest.mark.parametrize("letters", ["漢字", "a 漢字 b ", "😀", "한글 "], ids=ascii)
def test_no_wide_letters_make_a_line_wider_than_the_terminal(letters: str) -> None:
    assert too_wide(drawn(with_text(letters * 30), 60), 60) == []


@settings(max_examples=40, deadline=None)
@given(hostile)
def test_each_line_of_a_card_bears_the_number_of_its_request(text: str) -> None:
    lines = drawn(with_text(text)).splitlines()
    assert lines.pop() == ""
    assert [line for line in lines if not line.startswith("#7 ")] == []


MARKUP = ["[red]x[/red]", "[/red]", "[link=http://evil.example]x[/link]", ":smile:", "[@click=x]"]


@pytest.mark.parametrize("text", MARKUP)
@pytest.mark.parametrize("colours", [False, True])
def test_what_looks_like_markup_is_printed_as_it_is(
    text: str, colours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = drawn(with_text(text), 120, Screen(colours=colours))
    assert "\x1b]8" not in out
    plain = ESCAPE.sub("", out)
    assert f"#7 {text[:9]} {text} " in plain
    for before in ("Cookie sid=", "by name only: ", "note: ", "Host: ", "Origin: ", "Location: "):
        assert before + text in plain


def test_what_is_said_between_the_cards_is_printed_as_it_is() -> None:
    out = Screen()
    Painter(out, 80).say("[red]x[/red] :smile: [/oh]")
    assert out.getvalue() == "[red]x[/red] :smile: [/oh]\n"


@pytest.mark.parametrize("encoding", ["ascii", "ANSI_X3.4-1968"])
@pytest.mark.parametrize("name", SCENES)
def test_a_terminal_without_our_marks_gets_ascii(name: str, encoding: str) -> None:
    drawn(SCENES[name], 80, Screen(encoding)).encode("ascii")


@settings(max_examples=40, deadline=None)
@given(hostile)
def test_any_text_can_be_written_to_an_ascii_terminal(text: str) -> None:
    out = Screen("ascii")
    drawn(with_text(text), 80, out)
    painter = Painter(out, 80)
    painter.say(text)
    painter.title(text)
    out.getvalue().encode("ascii")


def test_ascii_has_marks_of_its_own() -> None:
    lines = drawn(SCENES["IDLE_TIMEOUT"], 80, Screen("ascii")).splitlines()
    assert lines[0].endswith("Chromium-8w")
    assert lines[3].startswith("#7 signer   + OK  computed hF0k~1c = received")
    assert lines[3].endswith(" 61 us")
    assert lines[7].startswith("#7 store    x IDLE_TIMEOUT  ")
    assert any(line.startswith("#7 -> 303 See Other") for line in lines)


def test_a_stream_that_does_not_say_its_encoding_gets_ascii() -> None:
    out = io.StringIO()
    Painter(out, 80).draw(response())
    out.getvalue().encode("ascii")


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["OK", "login"])
def test_the_names_stand_below_the_parts_of_the_cookie(
    name: str, width: int, encoding: str
) -> None:
    lines = drawn(SCENES[name], width, Screen(encoding)).splitlines()
    named = [n for n, line in enumerate(lines) if line.split()[1:2] == ["id"]]
    assert named or width < 80, "where there is no room, the names may be left out"
    for below in named:
        parts, names = lines[below - 1], lines[below]
        stand_below_each_other(parts, names)


def stand_below_each_other(parts: str, names: str) -> None:
    for part, called in (("q3Vb", "id"), ("Zu1x4g", "issued"), ("hF0k", "stamp")):
        assert parts.find(part) == names.find(called) > 0


def caret_of(received: str, width: int) -> tuple[int, str, str]:
    """The caret's column, and the two lines above it."""
    lines = drawn([forged(received=received)], width).splitlines()
    (at,) = [n for n, line in enumerate(lines) if "^" in line]
    return lines[at].index("^"), lines[at - 2], lines[at - 1]


@pytest.mark.parametrize("width", [60, 72, 80, 120])
@pytest.mark.parametrize("place", [0, 1, 23, 24, 30, 42])
def test_the_caret_stands_under_the_first_difference(place: int, width: int) -> None:
    column, computed, received = caret_of(STAMP[:place] + "!" + STAMP[place + 1 :], width)
    assert computed[:column] == received[:column].replace("received", "computed")
    assert (computed[column], received[column]) == (STAMP[place], "!")


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("length", [0, 5, 30, 42])
def test_the_caret_stands_behind_a_signature_that_is_too_short(length: int, width: int) -> None:
    column, computed, received = caret_of(STAMP[:length], width)
    assert computed[column] == STAMP[length]
    assert len(received.rstrip()) <= column


def test_the_caret_stands_under_the_first_character_too_many() -> None:
    column, computed, received = caret_of(STAMP + "!!!", 80)
    assert len(computed) == column
    assert received[column:] == "!"


@pytest.fixture
def colourful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)


@pytest.mark.usefixtures("colourful")
def test_a_terminal_shows_lanes_in_colour() -> None:
    assert COLOUR.search(drawn(SCENES["OK"], 80, Screen(colours=True)))


@pytest.mark.usefixtures("colourful")
@pytest.mark.parametrize("name", SCENES)
def test_with_no_color_there_is_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert not COLOUR.search(drawn(SCENES[name], 80, Screen(colours=True)))


@pytest.mark.usefixtures("colourful")
@pytest.mark.parametrize("name", SCENES)
def test_colour_is_never_the_only_carrier_of_meaning(name: str) -> None:
    on_a_terminal = drawn(SCENES[name], 80, Screen(colours=True))
    assert ESCAPE.sub("", on_a_terminal) == drawn(SCENES[name], 80)


@pytest.mark.usefixtures("colourful")
def test_a_pipe_gets_plain_text() -> None:
    assert "\x1b" not in drawn(SCENES["OK"], 80, Screen(colours=False))


def test_events_of_a_later_version_are_harmless() -> None:
    later: Iterable[dict[str, Any]] = [{"type": "dreamt", "id": 7}, {"type": "dreamt"}]
    assert drawn(later) == ""


def test_a_stage_and_a_lane_of_a_later_version_are_drawn_without_words() -> None:
    out = drawn([ended("dream", "A_LATER_CODE", {"of": ["sheep"]}, lane="moon")])
    first, second = (line.rstrip() for line in out.splitlines())
    assert first == f"{'#7 moon     ✗ A_LATER_CODE':75}61 µs"
    assert second == "#7          dream  login/file.py:41"


def test_a_stage_that_started_draws_nothing_yet() -> None:
    assert drawn([ended("guard") | {"type": "stage_started"}]) == ""


def test_requests_drawn_at_the_same_time_know_their_own_cookies() -> None:
    events = [
        request(id=1),
        request(id=2, value=None),
        response(id=1),
        response(id=2),
    ]
    lines = [line for line in drawn(events).splitlines() if "no Set-Cookie" in line]
    assert lines == [
        "#1 browser  no Set-Cookie: the browser keeps the cookie it has",
        "#2 browser  no Set-Cookie",
    ]


def test_the_duration_gives_way_where_there_is_no_room_for_it() -> None:
    assert "61 µs" in drawn([asked()], 80)
    assert "61 µs" not in drawn([asked()], 60)
    assert "19 µs" in drawn([found()], 60)


def test_keys_that_were_brought_are_nowhere_on_a_login_card() -> None:
    """Only `check_signature` knows of keys; a login says how many there are."""
    assert "key 1 of 1" in drawn(SIGNED_IN)
    assert "fingerprint" not in drawn(SIGNED_IN)


def projected(events: Iterable[Event], width: int = 40, colours: bool = False) -> str:
    out = Screen(colours=colours)
    painter = ProjectorPainter(out, width)
    for event in events:
        painter.draw(event)
    return out.getvalue()


def test_a_card_on_a_projector_is_drawn_like_this() -> None:
    """Forty columns; what a stage is called stays, where its code stands does not."""
    assert projected(SCENES["OK"]).splitlines() == [
        "",
        "#7 GET /profile              Chromium·8w",
        "#7 browser  Cookie sandbox_session=",
        "#7          q3Vb…8w . Zu1x4g . hF0k…1c",
        "#7          id        issued   stamp",
        "#7 signer   ✓ OK  computed hF0k…1c =",
        "#7          received, issued 12 s",
        "#7          ago",
        "#7          check_signature",
        "#7 store    ✓ OK  found q3Vb…8w, alice's",
        "#7          session",
        "#7          look_up_session",
        "#7 store    ✓ OK  idle 12 s of 20 min,",
        "#7          lasted 90 s of 8 h",
        "#7          check_limits",
        "#7 server   ✓ OK  the visitor is alice",
        "#7          find_user",
        "#7 guard    ✓ OK  alice may see /profile",
        "#7          guard",
        "#7 issued by us? yes · still alive? yes",
        "#7 → 200 OK",
        "#7 browser  no Set-Cookie: the browser",
        "#7          keeps the cookie it has",
        "",
    ]


@pytest.mark.parametrize("name", SCENES)
def test_a_projector_shows_no_more_than_the_card_and_nothing_too_wide(name: str) -> None:
    assert too_wide(projected(SCENES[name]), 40) == []
    whole = set(drawn(SCENES[name], 40).split())
    assert set(projected(SCENES[name]).split()) <= whole


@pytest.mark.usefixtures("colourful")
@pytest.mark.parametrize("name", SCENES)
def test_on_a_projector_nothing_is_faint_and_nothing_coloured(name: str) -> None:
    """ECMA-48 section 8.3.117: 2 is faint, 30 to 37 and 90 to 97 are colours."""
    seen = projected(SCENES[name], colours=True)
    assert "\x1b[1m" in seen
    assert not re.search(r"\x1b\[([0-9;]*;)?(2|3[0-8]|9[0-7])[;m]", seen)


@pytest.mark.usefixtures("colourful")
def test_on_a_projector_a_refusal_is_inverted() -> None:
    assert "\x1b[1;7m✗ BAD_SIGNATURE" in projected(SCENES["BAD_SIGNATURE"], 60, colours=True)


def test_a_host_that_is_ours_is_said_to_be_one() -> None:
    """Drawn where every stage is: `serve --step`."""
    event = ended("check_host", evidence={"host": "localhost:8000", "allowed": ["localhost"]})
    out = Screen()
    Painter(out, 80, quiet=()).draw(event)
    assert "Host: localhost:8000 is a name of ours" in out.getvalue()
