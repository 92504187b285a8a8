"""Does what somebody did satisfy the step? If not, one sentence says what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.tutor.lesson.addresses import address, page_of
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.expectations import parse_expectation
from sandbox.tutor.lesson.judge import Sighting, judge
from sandbox.tutor.lesson.matching import left_over, near_miss
from sandbox.tutor.lesson.parts import Request
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.world import World
from tests.lessons.small import a_request, lesson_in, saves
from tests.wire.raw_http import FORM, exchange, message, until

Browser = Callable[..., Exchange]


@pytest.fixture
def browser(site: Site, others: list[Exchange]) -> Browser:
    """`browser("GET", "/")`: what the site saw of it."""

    def does(
        method: str, target: str, cookie: str = "", form: str = "", host: str = "localhost"
    ) -> Exchange:
        before, port = len(others), site.ports["port"]
        headers = [("Host", f"{host}:{port}"), *([("Cookie", cookie)] if cookie else [])]
        exchange(port, message(port, method, target, [*headers, FORM], form.encode()))
        until(lambda: len(others) > before)
        return others[-1]

    return does


def wanted(method: str, target: str, *expected: str, cookie: str | None = None) -> Request:
    lines = tuple(parse_expectation(line, n) for n, line in enumerate(expected, 1))
    return replace(a_request(method, target, cookie=cookie), expectations=lines)


def missing(seen: Exchange, request: Request, world: World, takes_others: bool = True) -> str:
    return near_miss(seen, request, world, takes_others)


# What satisfies a step


def test_what_was_wanted_misses_nothing(world: World, browser: Browser) -> None:
    assert missing(browser("GET", "/"), wanted("GET", "/", "verdict == NO_COOKIE"), world) == ""


def test_a_form_that_was_wanted_misses_nothing(world: World, browser: Browser) -> None:
    seen = browser("POST", "/", form="word=rose")
    assert missing(seen, wanted("POST", "/", "row word == rose", "cookie present"), world) == ""


@pytest.mark.parametrize(
    ("target", "done"),
    [
        ("/?a=1&b=2", "/?b=2&a=1"),
        ("/?a=one+word&b", "/?b=&a=one%20word"),
        ("/", "/?said=hello"),
        ("/?a=1&a=2", "/?a=2&a=1"),
    ],
)
def test_the_order_of_a_query_says_nothing(
    world: World, browser: Browser, target: str, done: str
) -> None:
    assert missing(browser("GET", done), wanted("GET", target, "status == 200"), world) == ""


@pytest.mark.parametrize("done", ["/", "/?a=1", "/?a=1&b=3", "/?a=1&b=2&c=3", "/?a=1&b=2&b=2"])
def test_another_query_is_another_page(world: World, browser: Browser, done: str) -> None:
    says = missing(browser("GET", done), wanted("GET", "/?a=1&b=2", "status == 200"), world)
    assert says == f"Seen: GET {done}. This step waits for GET /?a=1&b=2."


def test_the_host_that_a_step_names_is_wanted(world: World, browser: Browser) -> None:
    request = wanted("GET", "http://127.0.0.1:{{port}}/news", "status == 200")
    assert missing(browser("GET", "/news", host="127.0.0.1"), request, world) == ""
    says = missing(browser("GET", "/news"), request, world)
    seen, host = world.filled("localhost:{{port}} 127.0.0.1:{{port}}").split()
    assert says == f"Seen: GET /news on {seen}. This step waits for GET /news on {host}."


def test_a_step_that_names_no_host_takes_any(world: World, browser: Browser) -> None:
    seen = browser("GET", "/", host="127.0.0.1")
    assert missing(seen, wanted("GET", "/", "status == 200"), world) == ""


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/news?a=1", "/news?a=1"),
        ("http://127.0.0.1:{{port}}/news?a=1", "/news?a=1"),
        ("http://127.0.0.1:{{port}}", "/"),
    ],
)
def test_of_an_address_the_path_is_wanted(world: World, target: str, path: str) -> None:
    assert page_of(address(a_request("GET", target), world)) == path


# A browser is judged as the built-in visitor is


def test_a_cookie_just_given_is_the_newest(world: World, browser: Browser) -> None:
    request = wanted("POST", "/", "jar == {{alice.cookie}}", "cookie value == {{alice.cookie}}")
    assert missing(browser("POST", "/", form="word=rose"), request, world) == ""


def test_the_cookie_before_is_the_earlier_one(world: World, browser: Browser) -> None:
    first = saves(world).given
    request = wanted("POST", "/again", "jar != {{alice.earlier cookie}}")
    assert missing(browser("POST", "/again", f"small={first}"), request, world) == ""
    same = wanted("POST", "/again", "cookie value == {{alice.earlier cookie}}")
    assert "but the step expects cookie value" in missing(
        browser("POST", "/again", f"small={first}"), same, world
    )


def test_to_be_judged_is_not_yet_to_be_given(world: World, browser: Browser) -> None:
    given = saves(world).given
    seen = browser("POST", "/", form="word=rose")
    assert missing(seen, wanted("POST", "/", "row word == tulip"), world)
    assert world.filled("{{alice.cookie}}") == given


def test_an_expectation_of_a_cookie_that_nobody_has_yet_is_a_sentence(
    world: World, browser: Browser
) -> None:
    says = missing(browser("GET", "/"), wanted("GET", "/", "jar != {{alice.cookie}}"), world)
    assert says == "Seen: GET /, but alice was given fewer than 1 cookies so far."


def test_at_another_host_the_jar_of_this_one_counts(world: World, browser: Browser) -> None:
    saves(world)
    request = wanted("GET", "http://127.0.0.1:{{port}}/", "jar == {{alice.cookie}}")
    assert missing(browser("GET", "/", host="127.0.0.1"), request, world) == ""


# Near misses


def test_a_page_fetched_is_no_form_sent(world: World, browser: Browser) -> None:
    says = missing(browser("GET", "/"), wanted("POST", "/", "status == 303"), world)
    assert says == (
        "That was a GET: it fetched the page. The step wants the form sent (POST /): "
        "fill it in and press its button."
    )


def test_a_form_sent_is_no_page_fetched(world: World, browser: Browser) -> None:
    says = missing(browser("POST", "/", form="word=a"), wanted("GET", "/", "status == 200"), world)
    assert says == "That was a POST: it sent a form. The step wants the page (GET /)."


def test_another_method_is_named(world: World, browser: Browser) -> None:
    says = missing(browser("HEAD", "/"), wanted("GET", "/", "status == 200"), world)
    assert says == "That was HEAD. The step wants GET /."


def test_another_page_is_named(world: World, browser: Browser) -> None:
    says = missing(browser("GET", "/news"), wanted("GET", "/", "status == 200"), world)
    assert says == "Seen: GET /news. This step waits for GET /."


def test_an_expectation_that_is_not_met_is_named_beside_what_was_seen(
    world: World, browser: Browser
) -> None:
    request = wanted("GET", "/", "status == 200", "verdict == OK", "rows == 7")
    says = missing(browser("GET", "/"), request, world)
    assert says == "Seen: GET /, but the step expects verdict == OK; observed: NO_COOKIE."


def test_where_nothing_was_seen_it_says_nothing(world: World, browser: Browser) -> None:
    says = missing(browser("GET", "/"), wanted("GET", "/", "cookie present"), world)
    assert says == "Seen: GET /, but the step expects cookie present; observed: nothing."


def test_what_only_the_built_in_visitor_can_do_is_not_taken_from_others(
    world: World, browser: Browser
) -> None:
    request = wanted("GET", "/", "verdict == MALFORMED", cookie="small=x")
    seen = browser("GET", "/", "small=x")
    says = "Seen: GET /. Only the built-in visitor can do this one: press Enter."
    assert missing(seen, request, world, takes_others=False) == says
    assert missing(seen, request, world) == ""


# A left-over cookie


def test_a_cookie_that_nobody_was_given_is_left_over(world: World, browser: Browser) -> None:
    says = left_over(browser("GET", "/", "small=old"), world)
    assert says.startswith("This browser carries a small that this run has not handed out")
    assert "/start" in says


def test_a_cookie_of_this_run_is_not_left_over(world: World, browser: Browser) -> None:
    hers = saves(world).given
    assert left_over(browser("GET", "/", f"small={hers}"), world) == ""
    assert left_over(browser("GET", "/", "theme=dark"), world) == ""


def test_a_cookie_from_an_exchange_that_no_step_wanted_is_not_left_over(
    world: World, browser: Browser
) -> None:
    given = browser("POST", "/", form="word=rose").given
    assert left_over(browser("GET", "/", f"small={given}"), world) == ""


def test_after_starting_over_every_cookie_is_left_over(
    site: Site, world: World, folder: Path
) -> None:
    value = saves(world).given
    assert value is not None
    assert world.was_handed_out(value)
    assert not World(folder, site).was_handed_out(value)


# What the visitor does and what a browser does come to the same


def test_a_lesson_is_satisfied_by_a_browser_that_does_what_the_visitor_does(
    world: World, browser: Browser, folder: Path
) -> None:
    lesson = lesson_in(folder)
    cookie = ""
    for step in lesson.steps:
        for request in step.requests:
            seen = browser(request.method, request.target, cookie, request.form)
            assert missing(seen, request, world) == ""
            world.adopt("alice", seen)
            cookie = f"small={seen.kept}" if seen.kept else ""
            sighting = Sighting(seen, world.jar_of("alice"))
            assert all(judge(each, sighting, world).is_met for each in request.expectations)
