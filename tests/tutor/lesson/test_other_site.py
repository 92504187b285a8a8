"""Another site than the lesson's: its pages, its cards, and what a step takes for its own."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.login.problems import Problem
from sandbox.tutor.inbox import Inbox
from sandbox.tutor.lesson.addresses import is_in_recipe
from sandbox.tutor.lesson.attempts import OFFER, ON_THE_WAY, Attempts
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.expectations import parse_expectation
from sandbox.tutor.lesson.judge import Sighting, judged_by
from sandbox.tutor.lesson.looking import scene_in_words
from sandbox.tutor.lesson.matching import near_miss
from sandbox.tutor.lesson.parts import Move, Request, Scene
from sandbox.tutor.lesson.screen import Screen
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.waiting import Desk
from sandbox.tutor.lesson.world import World
from sandbox.tutor.visitor import Visitor
from tests.lessons.crossing import OTHER_SITE, crossing_lesson
from tests.lessons.small import a_request
from tests.wire.raw_http import Header, exchange, message, until

OPENED = Scene(1, "other site")
Browser = Callable[..., Exchange]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return crossing_lesson(tmp_path / "09_crossing").parent


@pytest.fixture
def opened(world: World) -> World:
    """Where the other site answers."""
    world.do(OPENED)
    return world


@pytest.fixture
def stranger(opened: World) -> Iterator[Visitor]:
    """Somebody on the other site."""
    visitor = Visitor("carol", opened.site.other.url, time.time)
    yield visitor
    visitor.close()


@pytest.fixture
def browser(others: list[Exchange], opened: World) -> Browser:
    """`browser("GET", "/")`: what the site saw of somebody on the other site."""

    def does(method: str, target: str, *headers: Header, to: str = "other site") -> Exchange:
        before, port = len(others), opened.site.ports[to]
        exchange(port, message(port, method, target, [("Host", f"127.0.0.1:{port}"), *headers]))
        until(lambda: len(others) > before)
        return others[-1]

    return does


def test_each_page_says_what_this_site_is(stranger: Visitor) -> None:
    page = stranger.get("/").text
    assert "<strong>Another site.</strong> It promises a &lt;prize&gt; &amp; wants" in page


def test_its_forms_lead_to_the_lessons_server(stranger: Visitor, opened: World) -> None:
    assert f'action="{opened.site.url}/word"' in stranger.get("/").text


def test_the_desk_says_where_it_answers_and_what_it_is(opened: World) -> None:
    told = scene_in_words(OPENED, opened)
    port = opened.site.ports["other site"]
    assert told.startswith(f"Another site answers at http://127.0.0.1:{port}: It promises")


def test_its_port_is_filled_in_once_it_is_opened(world: World) -> None:
    with pytest.raises(Exception, match="the `server` line `other site` makes one"):
        world.filled("{{other site}}")
    world.do(OPENED)
    assert world.filled("{{other site}}") == str(world.site.ports["other site"])


def test_a_fresh_world_has_none_until_it_opens_one_on_the_same_port(
    opened: World, folder: Path, site: Site
) -> None:
    before = opened.filled("{{other site}}")
    fresh = World(folder, site)
    with pytest.raises(Exception, match="other site"):
        fresh.filled("{{other site}}")
    fresh.do(OPENED)
    assert fresh.filled("{{other site}}") == before


def test_its_card_names_the_host_and_the_lessons_cards_do_not(
    browser: Browser, opened: World
) -> None:
    def card(exchange: Exchange) -> str:
        out = io.StringIO()
        Screen(out, plain=True).card(exchange)
        return out.getvalue()

    port = opened.site.ports["other site"]
    assert f"#1 GET 127.0.0.1:{port}/ " in card(browser("GET", "/"))
    assert "#2 GET / " in card(browser("GET", "/", to="port"))


def test_a_page_of_the_other_site_is_not_the_lessons_page(browser: Browser, opened: World) -> None:
    request, seen = a_request("GET", "/"), browser("GET", "/")
    assert f"on {seen.host}. This step waits for GET / on" in near_miss(seen, request, opened, True)
    assert near_miss(browser("GET", "/", to="port"), request, opened, True) == ""


def test_a_step_waits_for_the_other_site_by_its_whole_address(
    browser: Browser, opened: World
) -> None:
    request = a_request("GET", "http://127.0.0.1:{{other site}}/")
    assert near_miss(browser("GET", "/"), request, opened, True) == ""
    assert "This step waits for" in near_miss(browser("GET", "/", to="port"), request, opened, True)


def log_in(opened: World) -> Exchange:
    return opened.send(replace(a_request("POST", "/login"), form="name=alice"))


def clicks(opened: World) -> Request:
    """A request whose recipe begins on the other site."""
    move = Move(2, "open", "http://127.0.0.1:{{other site}}/")
    return replace(a_request("POST", "/word"), recipe=(move,))


def test_a_page_that_the_recipe_opens_is_on_the_way(browser: Browser, opened: World) -> None:
    request = clicks(opened)
    assert is_in_recipe(browser("GET", "/"), request, opened)
    assert not is_in_recipe(browser("GET", "/word"), request, opened)
    assert not is_in_recipe(browser("GET", "/", to="port"), request, opened)


def test_whoever_has_opened_such_a_page_is_told_to_go_on(
    browser: Browser, opened: World, folder: Path
) -> None:
    out, inbox = io.StringIO(), Inbox[Exchange](io.StringIO())
    desk = Desk(Screen(out, plain=True), inbox, folder, None)
    attempts = Attempts(clicks(opened), opened, desk, None)
    for _ in range(3):
        assert attempts.seen(browser("GET", "/")) is None
    assert out.getvalue().count(ON_THE_WAY) == 3
    assert OFFER.split(".")[0] not in out.getvalue(), "nothing was missed"


def test_a_script_that_a_page_loads_by_itself_misses_nothing(
    browser: Browser, opened: World, folder: Path
) -> None:
    out, inbox = io.StringIO(), Inbox[Exchange](io.StringIO())
    desk = Desk(Screen(out, plain=True), inbox, folder, None)
    attempts = Attempts(clicks(opened), opened, desk, None)
    for _ in range(3):
        assert attempts.seen(browser("GET", "/post.js", ("Sec-Fetch-Dest", "script"))) is None
    assert "GET" in out.getvalue(), "its card is drawn"
    assert "Seen: " not in out.getvalue()
    assert OFFER.split(".")[0] not in out.getvalue()


def test_a_students_own_browser_tells_no_reasons_so_none_is_judged(
    browser: Browser, opened: World
) -> None:
    lines = ("kept_back == SameSiteLax", "verdict == NO_COOKIE", "jar == {{alice.cookie}}")
    log_in(opened)
    wanted = tuple(parse_expectation(line, 1) for line in lines)
    request = replace(clicks(opened), expectations=wanted)
    seen = browser("POST", "/word", ("Sec-Fetch-Site", "cross-site"), to="port")
    assert near_miss(seen, request, opened, True) == ""
    judged = judged_by(request, Sighting(seen, None), opened)
    assert [each.expectation.subject for each in judged] == ["verdict", "jar"]


def test_a_cookie_that_stayed_at_home_is_not_lost(browser: Browser, opened: World) -> None:
    ticket = log_in(opened).given
    opened.adopt("alice", browser("POST", "/word", ("Sec-Fetch-Site", "cross-site"), to="port"))
    assert opened.jar_of("alice") == ticket is not None
    opened.adopt("alice", browser("POST", "/word", ("Sec-Fetch-Site", "same-origin"), to="port"))
    assert opened.jar_of("alice") is None


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("SITE =", "SIGHT =", "other_site.py has no SITE"),
        ("def make_site", "def make_sight", "other_site.py has no make_site"),
        ("app = new_routes()", "raise ValueError('x')", "other_site.py:10 cannot be run"),
        ("app = new_routes()", "raise SystemExit('x')", "other_site.py:10 cannot be run"),
        ('SITE = "', 'SITE = "" and "', "has a SITE that says nothing"),
        ('SITE = "', 'SITE = 5 or "', "has a SITE that says nothing"),
        ("return app", "app", "other_site.py: make_site has to return a WSGI app, it returns None"),
    ],
)
def test_what_is_wrong_with_its_file_is_said(
    folder: Path, world: World, old: str, new: str, says: str
) -> None:
    (folder / "other_site.py").write_text(OTHER_SITE.replace(old, new))
    with pytest.raises(Problem, match=says):
        world.do(OPENED)


def test_a_lesson_without_such_a_file_says_so(folder: Path, world: World) -> None:
    (folder / "other_site.py").unlink()
    with pytest.raises(Problem, match=r"There is no .*other_site\.py"):
        world.do(OPENED)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    return app\n", "    return lambda environ, start: 1 / 0\n"),
        ("    return app\n", "    return lambda environ, start: [b'never started']\n"),
        ("    return app\n", "    return lambda environ, start: start('x', []) or []\n"),
        ("    return app\n", "    return lambda environ, start: start('200 OK', []) or ['x']\n"),
        (
            "    return app\n",
            "    return lambda environ, start: start('200 OK', [('A', 'b\\n')])\n",
        ),
    ],
)
def test_a_site_that_breaks_is_a_page_and_a_sentence(
    folder: Path, world: World, capfd: pytest.CaptureFixture[str], old: str, new: str
) -> None:
    (folder / "other_site.py").write_text(OTHER_SITE.replace(old, new))
    world.do(OPENED)
    exchange = world.send(a_request("GET", "http://127.0.0.1:{{other site}}/"))
    assert (exchange.status, exchange.is_of_other_site) == (500, True)
    assert "went wrong" in exchange.text
    (line,) = capfd.readouterr().err.splitlines()
    assert re.fullmatch(r"CRASHED: \w+Error at \S+\.py:\d+\.", line)
