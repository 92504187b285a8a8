"""A real browser does a recipe in a visitor's name; here a browser of the tests' own is led."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pytest

from sandbox.login.problems import Problem
from sandbox.tutor.chromium import CannotDo, MissingBrowser
from sandbox.tutor.inbox import Ended, Inbox
from sandbox.tutor.lesson.auto import run_lesson
from sandbox.tutor.lesson.browsing import RecipeFailed
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.guide import Guide
from sandbox.tutor.lesson.judge import Sighting, Unmet, do_step
from sandbox.tutor.lesson.lint import lint
from sandbox.tutor.lesson.parts import Lesson
from sandbox.tutor.lesson.reader import read_lesson
from sandbox.tutor.lesson.screen import Screen
from sandbox.tutor.lesson.shelf import sound
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.waiting import Desk, Disturbed
from sandbox.tutor.lesson.world import World
from sandbox.tutor.reasons import Reasons
from tests.lessons.crossing import CROSSING, LOGIN, crossing_lesson
from tests.lessons.small import HEAD, STRANGER, line_of, saves, write_lesson

from .fake_browser import Button, FakeBrowser

SAVED = """
## 2. A word

```browser as=alice
POST /

open /news
press Save it
```

```expect
status == 303
row word == tulip
jar == {{alice.cookie}}
```
"""
NOT_INSTALLED = "Chromium is not installed. To install it: sudo apt install chromium"
CROSS_SITE = {"Sec-Fetch-Site": "cross-site"}
FORGET = ("forget", "what was before")
LESSON = HEAD + STRANGER + SAVED


@pytest.fixture
def fake() -> FakeBrowser:
    return FakeBrowser()


@pytest.fixture
def site(fake: FakeBrowser, others: list[Exchange]) -> Iterator[Site]:
    with Site(0, others.append, lambda: fake) as started:
        fake.buttons = {"Save it": Button(f"{started.url}/", "word=tulip")}
        yield started


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    return sound(*read_lesson(write_lesson(tmp_path / "07_small", LESSON)))


def missing() -> FakeBrowser:
    raise MissingBrowser(NOT_INSTALLED)


def browsed(lesson: Lesson, world: World, number: int = 2) -> Sighting:
    """What became of the step with the recipe."""
    (sighting,) = do_step(world, lesson.steps[number - 1], lesson.path)
    return sighting


# Who does what


def test_the_recipe_is_done_and_the_wanted_request_counts(
    lesson: Lesson, site: Site, fake: FakeBrowser
) -> None:
    sighting = browsed(lesson, World(lesson.folder, site))
    assert fake.did == [FORGET, ("open", f"{site.url}/news"), ("press", "Save it")]
    assert (sighting.exchange.method, sighting.exchange.target) == ("POST", "/")
    assert [each.target for each in sighting.before] == ["/news"]
    assert [(each.method, each.target) for each in sighting.after] == [("GET", "/")]


def test_what_chromium_did_is_no_news_from_somebody_else(
    lesson: Lesson, site: Site, others: list[Exchange]
) -> None:
    browsed(lesson, World(lesson.folder, site))
    assert others == []


def test_of_two_such_requests_the_first_counts(
    lesson: Lesson, site: Site, fake: FakeBrowser
) -> None:
    fake.buttons["Save it"] = Button(f"{site.url}/again")
    failed = lesson.path.parent / "README.md"
    failed.write_text(LESSON.replace("POST /\n", "GET /\n"), encoding="utf-8")
    with pytest.raises(Unmet) as unmet:
        browsed(sound(*read_lesson(failed)), World(lesson.folder, site))
    assert unmet.value.expected == "status == 303"
    assert unmet.value.seen == "200"


def test_the_visitor_goes_on_with_what_chromium_was_given(lesson: Lesson, site: Site) -> None:
    world = World(lesson.folder, site)
    sighting = browsed(lesson, world)
    cookie = world.person("alice").visitor.jar.on()["small"]
    assert cookie.value == sighting.exchange.given == world.given_to("alice", "cookie", 1)
    assert "HttpOnly" in cookie.attributes
    assert len(saves(world, "rose").set_cookies) == 0, "she is known with it"


def test_chromium_begins_with_the_cookie_that_the_visitor_has(lesson: Lesson, site: Site) -> None:
    world = World(lesson.folder, site)
    given = saves(world, "rose").given
    sighting = browsed(lesson, world)
    assert [each.sent for each in (*sighting.before, sighting.exchange)] == [given, given]
    assert sighting.exchange.rows == 1


def test_chromium_is_told_a_cookie_only_when_it_holds_another(
    lesson: Lesson, site: Site, fake: FakeBrowser
) -> None:
    world = World(lesson.folder, site)
    saves(world, "rose")
    browsed(lesson, world)
    browsed(lesson, world)
    recipe = [FORGET, ("open", f"{site.url}/news"), ("press", "Save it")]
    assert fake.did == [("open", f"{site.url}/start?as=alice"), *recipe, *recipe]
    assert site.start_at == "/", "a student's own browser is led where it was"


def test_nobody_is_recognised_while_chromium_is_given_a_cookie(lesson: Lesson, site: Site) -> None:
    world = World(lesson.folder, site)
    saves(world, "rose")
    sighting = browsed(lesson, world)
    cards = [each.events[0]["id"] for each in (*sighting.before, sighting.exchange)]
    assert cards == [2, 3], "the first was the word"


def test_what_the_visitor_has_lost_chromium_drops(lesson: Lesson, site: Site) -> None:
    world = World(lesson.folder, site)
    browsed(lesson, world)
    world.person("alice").visitor.jar.cookies.clear()
    assert browsed(lesson, world).exchange.sent is None


def test_what_chromium_dropped_the_visitor_has_lost(
    lesson: Lesson, site: Site, fake: FakeBrowser
) -> None:
    world = World(lesson.folder, site)
    saves(world, "rose")
    tab = site.real.tab("alice")
    held: dict[tuple[str, str], str] = {}
    tab.held = lambda: held  # type: ignore[method-assign]
    with pytest.raises(Unmet, match=r"expected jar == .+, observed nothing"):
        browsed(lesson, world)
    assert world.jar_of("alice") is None


def test_each_visitor_has_a_tab_and_a_fresh_world_has_none(
    lesson: Lesson, site: Site, fake: FakeBrowser
) -> None:
    browsed(lesson, World(lesson.folder, site))
    assert fake.closed == []
    World(lesson.folder, site)
    assert fake.closed == ["alice"]


def test_the_browser_ends_with_the_site(lesson: Lesson) -> None:
    fake = FakeBrowser()
    with Site(0, start_browser=lambda: fake) as site:
        fake.buttons = {"Save it": Button(f"{site.url}/", "word=tulip")}
        browsed(lesson, World(lesson.folder, site))
    assert fake.closed == ["alice", "the browser"]


# What goes wrong


def test_a_line_that_cannot_be_done_is_named(lesson: Lesson, site: Site, fake: FakeBrowser) -> None:
    fake.buttons = {}
    with pytest.raises(RecipeFailed) as failed:
        browsed(lesson, World(lesson.folder, site))
    assert str(failed.value) == "Chromium could not do `press Save it`: no Save it here."
    assert failed.value.line == line_of(LESSON, "press Save it")


def test_a_recipe_that_does_not_lead_to_the_request_says_where_it_led(
    lesson: Lesson, site: Site, fake: FakeBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.tutor.lesson.site.PATIENCE", 0.1)
    fake.buttons["Save it"] = Button(f"{site.url}/again")
    host = site.url.removeprefix("http://")
    with pytest.raises(RecipeFailed) as failed:
        browsed(lesson, World(lesson.folder, site))
    assert f"did not ask for POST /. It asked for: GET {host}/news, POST {host}/again" in str(
        failed.value
    )


def ended(*_: str) -> NoReturn:
    raise CannotDo("the browser has been closed")


def test_a_chromium_that_has_ended_gets_a_successor(
    lesson: Lesson, site: Site, fake: FakeBrowser
) -> None:
    world = World(lesson.folder, site)
    site.real.tab("alice").held = ended  # type: ignore[method-assign]
    assert browsed(lesson, world).exchange.status == 303
    assert fake.closed[:2] == ["alice", "the browser"]


def test_a_chromium_that_cannot_begin_is_no_traceback(
    lesson: Lesson, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeBrowser, "tab", ended)
    with pytest.raises(RecipeFailed, match="could not begin: the browser has been closed") as out:
        browsed(lesson, World(lesson.folder, site))
    assert out.value.line == line_of(LESSON, "```browser")


@pytest.mark.parametrize("asked", ["reasons", "held"])
def test_a_chromium_that_ends_after_the_recipe_is_no_traceback(
    lesson: Lesson, site: Site, fake: FakeBrowser, asked: str
) -> None:
    world = World(lesson.folder, site)
    tab = site.real.tab("alice")

    def press(method: str, target: str, button: Button) -> None:
        setattr(tab, asked, ended)
        sends(method, target, button)

    sends, tab._send = tab._send, press  # type: ignore[attr-defined]
    with pytest.raises(RecipeFailed, match="could not say what it holds: the browser has been"):
        browsed(lesson, world)


def test_a_review_that_needs_chromium_is_left_out_without_it(tmp_path: Path, bare: Site) -> None:
    asks = (
        "\n## Review of step 1\n\n```predict\nWhere?\na. Row -> row word == tulip\n"
        "b. None -> rows == 0\nwatch write_word\n```\n\n<details><summary>Why</summary>\n\n"
        f"- a: Yes.\n- b: No.\n\n</details>\n{SAVED.partition('word')[2]}"
    )
    lesson = sound(*read_lesson(write_lesson(tmp_path / "07_small", HEAD + STRANGER + asks)))
    out = io.StringIO()
    inbox = Inbox[Exchange](io.StringIO("1\n"))
    desk = Desk(Screen(out, plain=True), inbox, lesson.folder, None)
    outcome = Guide(lesson, bare, desk).review(lesson.reviews[0])
    assert outcome.skipped
    assert "This question is left out. Chromium is not installed." in " ".join(
        out.getvalue().split()
    )


def test_the_lint_names_the_line_of_the_recipe(
    lesson: Lesson, site: Site, fake: FakeBrowser
) -> None:
    fake.buttons = {}
    (mistake,) = lint(lesson.path, site)
    assert mistake.line == line_of(LESSON, "press Save it")
    assert "could not do `press Save it`" in mistake.says


# Without Chromium


@pytest.fixture
def bare() -> Iterator[Site]:
    """A site where no Chromium is installed."""
    with Site(0, start_browser=missing) as started:
        yield started


def test_without_chromium_the_step_is_left_out_and_said_to_be(
    lesson: Lesson, bare: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SANDBOX_REQUIRE_ALL", raising=False)
    done = list(run_lesson(lesson, bare))
    assert [(each.verdicts, each.left_out) for each in done] == [
        (("NO_COOKIE",), ""),
        ((), NOT_INSTALLED),
    ]
    assert lint(lesson.path, bare) == []
    assert bare.real.missing == NOT_INSTALLED


def test_without_chromium_nothing_of_the_step_is_done(tmp_path: Path, bare: Site) -> None:
    first = "```http\nPOST /\n\nword=rose\n```\n\n```expect\nrows == 1\n```\n"
    text = LESSON.replace("```browser", f"{first}\n```browser")
    lesson = sound(*read_lesson(write_lesson(tmp_path / "07_small", text)))
    world = World(lesson.folder, bare)
    with pytest.raises(MissingBrowser):
        do_step(world, lesson.steps[1], lesson.path)
    assert len(world.server.store) == 0


def test_where_everything_must_run_that_is_a_failure(
    lesson: Lesson, bare: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX_REQUIRE_ALL", "1")
    with pytest.raises(Problem, match="Chromium is not installed"):
        list(run_lesson(lesson, bare))
    assert NOT_INSTALLED in str(lint(lesson.path, bare)[0])


def test_it_is_looked_for_once(lesson: Lesson) -> None:
    looked = []
    with Site(0, start_browser=lambda: looked.append(1) or missing()) as site:
        for _ in range(2):
            with pytest.raises(MissingBrowser):
                browsed(lesson, World(lesson.folder, site))
    assert looked == [1]


# A student at the desk

Led = Callable[..., str]


@pytest.fixture
def led(lesson: Lesson) -> Led:
    """`led(site, keys)`: what is shown in the step with the recipe."""

    def shown(site: Site, typed: str) -> str:
        out, inbox = io.StringIO(), Inbox[Exchange](io.StringIO(typed))
        desk = Desk(Screen(out, plain=True), inbox, lesson.folder, None)
        guide = Guide(lesson, site, desk, 2)
        with suppress(Ended):  # nobody presses Enter at the end
            guide.do(lesson.steps[1])
        return " ".join(out.getvalue().split())

    return shown


def test_enter_has_chromium_do_it(led: Led, site: Site, fake: FakeBrowser) -> None:
    fake.reasons = Reasons(kept_back={"small": "SameSiteLax"})
    told = led(site, "\n")
    assert f"This step waits for POST / by alice. 1. Open {site.url}/news" in told
    assert "2. Press the button Save it." in told
    assert f"Press Enter: Chromium does it. Or in your own browser: {site.url}/start" in told
    assert re.search(r"#\d+ GET /news .+ #\d+ POST / .+ #\d+ GET / ", told)
    assert "browser kept back small: SameSiteLax" in told
    assert "as expected: row word == tulip" in told
    assert fake.asked_for == [("POST", f"{site.url}/")]


def test_the_key_h_shows_the_recipe(led: Led, site: Site) -> None:
    assert led(site, "h\n").count("2. Press the button Save it.") == 2


def test_without_chromium_the_desk_says_what_to_install_and_waits(led: Led, bare: Site) -> None:
    told = led(bare, "\n")
    assert f"{NOT_INSTALLED} Your own browser can do it, too. Or press s" in told
    assert told.endswith("Enter: Chromium does it >")


def test_a_recipe_that_fails_does_not_end_the_lesson(
    lesson: Lesson, site: Site, fake: FakeBrowser
) -> None:
    fake.buttons = {}
    inbox = Inbox[Exchange](io.StringIO("\n"))
    desk = Desk(Screen(io.StringIO(), plain=True), inbox, lesson.folder, None)
    with pytest.raises(Disturbed, match="could not do `press Save it`"):
        Guide(lesson, site, desk, 2).do(lesson.steps[1])


# Another site


@pytest.fixture
def crossing(tmp_path: Path) -> Lesson:
    return sound(*read_lesson(crossing_lesson(tmp_path / "09_crossing", LOGIN, CROSSING)))


def test_what_stayed_at_home_is_still_in_the_jar(
    crossing: Lesson, site: Site, fake: FakeBrowser
) -> None:
    """A cross-site request without the cookie does not mean that the visitor has lost it."""
    fake.buttons = {
        "Log in": Button(f"{site.url}/login", "name=alice"),
        "Take it": Button(f"{site.url}/word", headers=CROSS_SITE, takes_cookies=False),
    }
    world = World(crossing.folder, site)
    browsed(crossing, world, 1)
    fake.reasons = Reasons(kept_back={"crossing": "SameSiteLax"})
    sighting = browsed(crossing, world, 2)
    assert sighting.exchange.is_cross_site
    assert [each.is_of_other_site for each in sighting.before] == [True]
    assert sighting.jar == world.given_to("alice", "cookie", 1)
