"""The clock of the computer steps back, or far ahead: who stays logged in, who has to wait.

Everything over HTTP, on our own clock above a wall clock that a test sets.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sandbox.login.stores import SessionStore
from sandbox.login.stores.memory import MemoryStore
from sandbox.login.stores.sqlite import SQLiteStore
from sandbox.serving.clock import Clock
from sandbox.trace.audience import Audience
from sandbox.trace.console import ConsoleTrace
from sandbox.trace.painter import Painter
from sandbox.trace.recorder import JSONLines
from tests.conftest import HandClock
from tests.wire.raw_http import ACCOUNTS, Answer, Site, lay_bricks, serving

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
YEAR = 365 * DAY
IDLE, LIFETIME, COOKIE_AGE = 20 * MINUTE, 8 * HOUR, 24 * HOUR  # as the design says
LONGEST_WAIT = 15 * MINUTE
YEAR_2038, YEAR_2107 = 2.0**31 + 1, 2.0**32 + YEAR  # a sign bit, and a fifth byte in the cookie


@dataclass
class World:
    """A server, the wall clock that it looks at, and what it said about it."""

    site: Site
    wall: HandClock
    said: list[str] = field(default_factory=list)

    def code(self, cookie: str) -> str:
        answer = self.site.get("/api/me", cookie)
        assert answer.all("Set-Cookie") == []  # whatever the clock does, no cookie is dropped
        return "OK" if answer.status == 200 else str(json.loads(answer.body)["error"]["code"])

    def codes_at(self, cookie: str, *moments: float) -> list[str]:
        codes = []
        for self.wall.now in moments:
            codes.append(self.code(cookie))
        return codes

    def visit_for(self, cookie: str, seconds: float) -> None:
        """Somebody who reads a page every ten minutes."""
        for _ in range(int(seconds / (10 * MINUTE))):
            self.wall.now += 10 * MINUTE
            assert self.code(cookie) == "OK"

    def fails(self, times: int) -> Answer:
        for _ in range(times):
            answer = self.tries("wrong")
        return answer

    def tries(self, password: str) -> Answer:
        return self.site.post("/login", {"username": "alice", "password": password})

    def evidence(self, stage: str) -> dict[str, Any]:
        """What the stage last told."""
        told = [event for event in self.site.ear.events if event["type"] == "stage_ended"]
        (*_, last) = [event["evidence"] for event in told if event["stage"] == stage]
        return dict(last)

    @property
    def sessions(self) -> int:
        return sum(len(self.site.bricks.store.all_of(user)) for user in ACCOUNTS)


@contextmanager
def world_on(store: SessionStore, audience: Audience | None = None) -> Iterator[World]:
    wall, said = HandClock(), list[str]()
    with serving(lay_bricks(store=store, clock=Clock(wall, said.append)), None, audience) as site:
        yield World(site, wall, said)


@pytest.fixture(params=["memory", pytest.param("sqlite", marks=pytest.mark.slow)])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    store = MemoryStore() if request.param == "memory" else SQLiteStore(tmp_path / "s.sqlite")
    with world_on(store) as world:
        yield world
    store.close()


# A small step back


@pytest.mark.parametrize("step", [0.5, 30, 60])
def test_a_small_step_back_changes_nothing_for_anybody(world: World, step: float) -> None:
    before = world.site.log_in()
    world.wall.now -= step
    after = world.site.log_in("bob")
    for cookie in (before, after):
        assert world.code(cookie) == "OK"
        assert world.site.get("/profile", cookie).status == 200
    world.wall.now += step + 1
    assert [world.code(cookie) for cookie in (before, after)] == ["OK", "OK"]
    assert world.said == []


def test_times_do_not_run_backwards_while_the_clock_trembles(world: World) -> None:
    cookie = world.site.log_in()
    for step in (-50, 10, -20, 55, -50, 120, -59, 3):
        world.wall.now += step
        assert world.code(cookie) == "OK"
    times = [event["at"] for event in world.site.ear.events if event["type"] == "request"]
    assert times == sorted(times)
    assert world.evidence("check_limits")["idle"] >= 0


def test_a_small_step_back_admits_no_guesser_early_and_keeps_him_no_longer(world: World) -> None:
    world.fails(5)
    world.wall.now -= 60
    assert world.tries("wonderland").status == 429
    world.wall.now += 60 + 0.9
    assert world.tries("wonderland").status == 429
    world.wall.now += 0.1
    assert world.tries("wonderland").status == 303


# A large step back: the clock was wrong and is set right, or the other way round


def test_a_jump_back_is_followed_and_said_once(world: World) -> None:
    world.site.log_in()
    for _ in range(3):
        world.wall.now -= HOUR
        assert world.site.get("/").status == 200
    assert len(world.said) == 1
    assert "went back by 3600 s" in world.said[0]


def test_a_cookie_of_the_hour_that_was_undone_is_expired_until_its_time_comes(world: World) -> None:
    cookie, began = world.site.log_in(), world.wall.now
    world.wall.now -= HOUR
    assert world.code(cookie) == "EXPIRED"
    assert world.evidence("check_signature")["age"] == -HOUR
    assert world.codes_at(cookie, began - 1, began, began + IDLE) == ["EXPIRED", "OK", "OK"]


def test_the_page_says_that_the_clock_may_have_been_set_back(world: World) -> None:
    cookie = world.site.log_in()
    world.wall.now -= HOUR
    assert "clock of this server was set back" in world.site.get("/login", cookie).text


def test_whoever_has_to_log_in_again_can_at_once(world: World) -> None:
    world.site.log_in()
    world.wall.now -= HOUR
    cookie = world.site.log_in()
    assert world.code(cookie) == "OK"
    world.visit_for(cookie, 2 * HOUR)


def test_a_cookie_from_before_the_undone_hour_stays_good(world: World) -> None:
    cookie = world.site.log_in()
    world.visit_for(cookie, 2 * HOUR)
    world.wall.now -= HOUR
    assert world.code(cookie) == "OK"
    assert world.site.get("/profile", cookie).status == 200


def test_silence_lasts_longer_by_the_jump_at_most(world: World) -> None:
    """The limit is counted from the latest visit, by the clock, and that is ahead now."""
    cookie = world.site.log_in()
    world.visit_for(cookie, 2 * HOUR)
    seen = world.wall.now
    world.wall.now -= HOUR
    assert world.code(cookie) == "OK"
    assert world.codes_at(cookie, seen + IDLE, seen + 2 * IDLE + 1) == ["OK", "IDLE_TIMEOUT"]


def test_a_session_lasts_no_longer_than_its_lifetime_by_the_clock(world: World) -> None:
    cookie, began = world.site.log_in(), world.wall.now
    world.visit_for(cookie, 4 * HOUR)
    world.wall.now -= HOUR
    while world.wall.now < began + LIFETIME - 10 * MINUTE:
        world.visit_for(cookie, 10 * MINUTE)
    assert world.codes_at(cookie, began + LIFETIME, began + LIFETIME + 1) == [
        "OK",
        "ABSOLUTE_TIMEOUT",
    ]


def test_a_login_after_the_jump_sweeps_no_session_away(world: World) -> None:
    cookie = world.site.log_in("bob")
    world.visit_for(cookie, 2 * HOUR)
    world.wall.now -= HOUR
    world.site.log_in()
    assert world.code(cookie) == "OK"
    assert world.sessions == 2


# Guessers, and whoever forgot a password


def locked_out_for_longest(world: World) -> None:
    """Fails until the wait is the longest one."""
    wait = int(world.fails(6).one("Retry-After"))
    while wait < LONGEST_WAIT:
        world.wall.now += wait
        assert world.tries("wrong").status == 401
        wait = int(world.tries("wrong").one("Retry-After"))


@pytest.mark.parametrize("jump", [HOUR, YEAR])
def test_after_a_jump_back_nobody_waits_longer_than_the_longest_wait(
    world: World, jump: float
) -> None:
    locked_out_for_longest(world)
    world.wall.now -= jump
    refused = world.tries("wonderland")
    assert (refused.status, refused.one("Retry-After")) == (429, "900")
    world.wall.now += LONGEST_WAIT - 1
    assert world.tries("wonderland").status == 429
    world.wall.now += 1
    assert world.tries("wonderland").status == 303


def test_failures_in_a_future_that_was_undone_are_not_forgotten(world: World) -> None:
    world.wall.now += YEAR
    world.fails(5)
    world.wall.now -= YEAR
    assert world.tries("wonderland").status == 429
    world.wall.now += 0.9
    assert world.tries("wonderland").status == 429
    world.wall.now += 0.1
    assert world.tries("wrong").status == 401
    assert world.tries("wrong").one("Retry-After") == "2"


# Far ahead: the laptop slept, or the clock is wrong


@pytest.mark.parametrize(
    ("ahead", "code"),
    [
        (19 * MINUTE, "OK"),
        (3 * HOUR, "IDLE_TIMEOUT"),
        (12 * HOUR, "IDLE_TIMEOUT"),  # both limits have passed: this one is said first
        (COOKIE_AGE + 1, "EXPIRED"),
        (YEAR, "EXPIRED"),
    ],
)
def test_who_slept_too_long_is_told_why_and_logs_in_anew(
    world: World, ahead: float, code: str
) -> None:
    cookie = world.site.log_in()
    world.wall.now += ahead
    assert world.code(cookie) == code
    anew = world.site.post(
        "/login", {"username": "alice", "password": ACCOUNTS["alice"]}, cookie=cookie
    )
    assert anew.status == 303
    assert world.code(anew.one("Set-Cookie").partition(";")[0]) == "OK"
    assert world.said == []  # clocks go forward


@pytest.mark.parametrize("year", [YEAR_2038, YEAR_2107, 2_000_000_000.0 + 100 * YEAR])
def test_in_years_whose_number_is_long_everything_goes_on(world: World, year: float) -> None:
    before = world.site.log_in()
    world.wall.now = year
    assert world.code(before) == "EXPIRED"
    cookie = world.site.log_in()
    assert world.site.post("/word", {"word": "tulip"}, cookie=cookie).status == 303
    for path in ("/", "/login", "/profile", "/api/me"):
        assert world.site.get(path, cookie).status == 200
    world.visit_for(cookie, HOUR)
    world.wall.now += IDLE + 1
    assert world.code(cookie) == "IDLE_TIMEOUT"


# Far ahead, and then set right


def test_a_session_that_only_seemed_silent_goes_on_when_the_clock_is_set_right(
    world: World,
) -> None:
    cookie = world.site.log_in()
    world.wall.now += 3 * HOUR
    assert world.code(cookie) == "IDLE_TIMEOUT"
    world.site.log_in("bob")  # and nobody's session was swept away
    world.wall.now -= 3 * HOUR
    assert world.code(cookie) == "OK"
    assert len(world.said) == 1


def test_a_login_more_than_a_cookies_age_ahead_ends_the_sessions_of_the_true_time(
    world: World,
) -> None:
    """The sweep believes the clock; everybody logs in again, and that is all the harm."""
    cookie = world.site.log_in("bob")
    world.wall.now += YEAR
    world.site.log_in()
    world.wall.now -= YEAR
    assert world.code(cookie) == "UNKNOWN_SESSION"
    assert world.code(world.site.log_in("bob")) == "OK"


@pytest.mark.parametrize("ahead", [HOUR, DAY, YEAR, 100 * YEAR])
def test_a_session_of_the_future_opens_nothing_before_its_time(world: World, ahead: float) -> None:
    """Its silence is negative for so long: were it not for the cookie's age, it would not end."""
    true_time = world.wall.now
    world.wall.now += ahead
    cookie, began = world.site.log_in(), world.wall.now
    moments = [true_time + part * ahead for part in (0, 0.001, 0.25, 0.5, 0.99)]
    assert world.codes_at(cookie, *moments, began - 1) == ["EXPIRED"] * 6


def test_in_its_time_a_session_of_the_future_lasts_as_long_as_any_other(world: World) -> None:
    true_time = world.wall.now
    world.wall.now += YEAR
    cookie, began = world.site.log_in(), world.wall.now
    world.wall.now = true_time
    assert world.code(cookie) == "EXPIRED"
    assert world.codes_at(cookie, began, began + IDLE + 1) == ["OK", "IDLE_TIMEOUT"]


def test_a_session_of_the_future_can_be_seen_and_ended_by_its_user(world: World) -> None:
    world.wall.now += YEAR
    future = world.site.log_in()
    world.wall.now -= YEAR
    cookie = world.site.log_in()
    assert world.site.get("/profile", cookie).text.count("<td>another</td>") == 1
    assert world.site.post("/logout/everywhere", cookie=cookie).status == 303
    world.wall.now += YEAR
    assert world.code(future) == "UNKNOWN_SESSION"


def test_a_visit_noted_ahead_of_time_adds_no_more_than_the_idle_limit(world: World) -> None:
    cookie = world.site.log_in()
    world.wall.now += 19 * MINUTE  # the visit is written down, in the future
    assert world.code(cookie) == "OK"
    seen = world.wall.now
    world.wall.now -= 19 * MINUTE
    assert world.codes_at(cookie, seen + IDLE, seen + 2 * IDLE + 1) == ["OK", "IDLE_TIMEOUT"]


# The trace


def test_whatever_the_clock_does_it_can_be_drawn_and_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    screen, lines = io.StringIO(), io.BytesIO()
    console = ConsoleTrace(Painter(screen, 80), lambda: None, now=lambda: 0.0)
    audience = Audience(console, JSONLines(lines, lambda: None))
    with world_on(MemoryStore(), audience) as world:
        for jump in (0, -HOUR, 3 * HOUR, 200 * YEAR, -230 * YEAR):
            world.wall.now += jump
            cookie = world.site.log_in()
            for step in (0.0, 10 * MINUTE, -30 * MINUTE, 5 * HOUR):
                world.wall.now += step
                world.site.get("/profile", cookie)
    audience.close()
    assert capsys.readouterr().err == ""
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert sum(event["type"] == "response" for event in told) == 25
    assert screen.getvalue().count("issued by us?") == 25
