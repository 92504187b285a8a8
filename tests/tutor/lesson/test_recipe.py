"""A recipe is read line by line, and said to the student in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.tutor.lesson.fences import Broken
from sandbox.tutor.lesson.looking import recipe_in_words
from sandbox.tutor.lesson.reader import read_lesson
from sandbox.tutor.lesson.recipe import read_browser
from sandbox.tutor.lesson.world import World
from tests.lessons.small import HEAD, STRANGER, line_of, write_lesson

RECIPE = """\
POST /word

open /
type word tulip and rose
press Save it
follow Read on
wait Your word
back
reload"""
STEP = f"""
## 1. A click

```browser as=bob
{RECIPE}
```

```expect
EXPECTED
```
"""


def numbered(text: str) -> list[tuple[int, str]]:
    return list(enumerate(text.split("\n"), 2))


def mistakes(folder: Path, text: str) -> list[tuple[int, str]]:
    _, found = read_lesson(write_lesson(folder / "07_small", HEAD + text))
    return [(each.line, each.says) for each in found]


def test_the_first_line_is_waited_for_and_the_others_are_done() -> None:
    request = read_browser("as=bob", numbered(RECIPE), 1)
    assert (request.visitor, request.method, request.target) == ("bob", "POST", "/word")
    assert [(move.line, move.does, move.what) for move in request.recipe] == [
        (4, "open", "/"),
        (5, "type", "word tulip and rose"),
        (6, "press", "Save it"),
        (7, "follow", "Read on"),
        (8, "wait", "Your word"),
        (9, "back", ""),
        (10, "reload", ""),
    ]


def test_without_a_name_the_visitor_is_alice() -> None:
    assert read_browser("", numbered(RECIPE), 1).visitor == "alice"


@pytest.mark.parametrize(
    ("options", "text", "line", "says"),
    [
        ("at=/login", RECIPE, 1, "expected `browser as=NAME`"),
        ("", "", 2, "expected a request line"),
        ("", "open /", 2, "expected a request line"),
        ("", "POST /word\n", 1, "expected a recipe"),
        ("", "POST /word\nopen", 3, "a browser cannot do 'open'"),
        ("", "POST /word\nclick Save", 3, "there are open ADDRESS, type FIELD VALUE"),
        ("", "POST /word\ntype word", 3, "a browser cannot do 'type word'"),
        ("", "POST /word\nreload it", 3, "a browser cannot do 'reload it'"),
        ("", "POST /word\nopen /{{a port}}", 3, "expected {{alice.cookie}}"),
        ("", "POST /word\nopen http://example.com/", 3, "expected a path, or an address such"),
        ("", "POST /word\nopen http://[/", 3, "expected a path, or an address such as"),
        ("", "POST /word\nopen file:///etc/passwd", 3, "expected a path, or an address such as"),
        ("", "POST http://[/\nopen /", 2, "expected a path, or an address such as"),
    ],
)
def test_what_cannot_be_read_is_named(options: str, text: str, line: int, says: str) -> None:
    with pytest.raises(Broken) as broken:
        read_browser(options, numbered(text), 1)
    assert says in str(broken.value)
    assert broken.value.line == line


def test_an_expectation_belongs_to_the_browser_before_it(tmp_path: Path) -> None:
    lesson, found = read_lesson(
        write_lesson(tmp_path, HEAD + STEP.replace("EXPECTED", "kept_back == SameSiteLax"))
    )
    assert found == []
    assert lesson.steps[0].needs_chromium
    (request,) = lesson.steps[0].requests
    assert [each.subject for each in request.expectations] == ["kept_back"]


@pytest.mark.parametrize("expected", ["kept_back absent", "refused == SameSiteNoneInsecure"])
def test_only_what_chromium_did_can_be_asked_for_its_reasons(tmp_path: Path, expected: str) -> None:
    text = STRANGER.replace("verdict == NO_COOKIE", expected)
    subject = expected.split()[0]
    assert mistakes(tmp_path, text) == [
        (
            line_of(HEAD + text, expected),
            f"{subject!r} is told by Chromium: it needs a ```browser",
        )
    ]


def test_a_prediction_is_not_judged_by_reasons_that_a_students_browser_does_not_tell(
    tmp_path: Path,
) -> None:
    asks = (
        "\n```predict\nWhy?\na. Lax -> kept_back == SameSiteLax\nb. No -> verdict == OK\n"
        "watch read_cookie\n```\n"
        "\n<details><summary>Why</summary>\n\n- a: Yes.\n- b: No.\n\n</details>\n"
    )
    text = STEP.replace("EXPECTED", "verdict == NO_COOKIE") + asks
    (found,) = mistakes(tmp_path, text)
    says = "'kept_back' cannot answer: a student's own browser tells none"
    assert found == (line_of(HEAD + text, "a. Lax"), says)


def test_a_student_reads_what_to_do_in_numbered_lines(world: World) -> None:
    request = read_browser("as=bob", numbered(RECIPE), 1)
    assert recipe_in_words(request, world) == [
        f"  1. Open {world.site.url}/",
        "  2. Type tulip and rose into the field word.",
        "  3. Press the button Save it.",
        "  4. Follow the link Read on.",
        "  5. Wait until the page shows: Your word",
        "  6. Go back, with the browser's own button.",
        "  7. Reload the page.",
    ]


def test_what_is_to_be_opened_is_filled_in(world: World) -> None:
    text = "GET /\nopen http://127.0.0.1:{{port}}/news"
    (line,) = recipe_in_words(read_browser("", numbered(text), 1), world)
    assert line == f"  1. Open http://127.0.0.1:{world.site.ports['port']}/news"
