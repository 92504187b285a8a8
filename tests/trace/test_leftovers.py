"""A cookie of an earlier run is said once, for it is no fault."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.trace.leftovers import LeftOvers
from tests.conftest import HandClock

from .scenes import ended, request, response

STARTED = 1_800_000_000.0
LONG_AGO = 3600
SAID = (
    "A browser may still carry a cookie of an earlier run ({}), unless somebody changed it. "
    "To begin afresh log in again, or delete the cookie sandbox_session.\n"
)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def clock() -> HandClock:
    return HandClock(STARTED)


@pytest.fixture
def left_overs(clock: HandClock, said: list[str]) -> LeftOvers:
    """A server that started ten seconds ago."""
    listener = LeftOvers("sandbox_session", clock, said.append)
    clock.now += 10
    return listener


def visit(listener: LeftOvers, code: str, age: int | None = LONG_AGO, **given: Any) -> None:
    """A request with a cookie of this age."""
    checked = code if code in ("BAD_SIGNATURE", "EXPIRED") else "OK"
    listener(request(**given))
    listener(ended("check_signature", checked, {"age": age}, **given))
    listener(response(303, code, **given))


@pytest.mark.parametrize("code", ["BAD_SIGNATURE", "UNKNOWN_SESSION"])
def test_a_cookie_of_an_earlier_run_is_said(
    code: str, left_overs: LeftOvers, said: list[str]
) -> None:
    visit(left_overs, code)
    assert said == [SAID.format(code)]


def test_it_is_said_once_only(left_overs: LeftOvers, said: list[str]) -> None:
    visit(left_overs, "BAD_SIGNATURE", id=1)
    visit(left_overs, "UNKNOWN_SESSION", id=2)
    assert len(said) == 1


@pytest.mark.parametrize("code", ["OK", "IDLE_TIMEOUT", "EXPIRED", "ABSOLUTE_TIMEOUT"])
def test_an_old_cookie_that_is_still_ours_is_not_said(
    code: str, left_overs: LeftOvers, said: list[str]
) -> None:
    visit(left_overs, code)
    assert said == []


@pytest.mark.parametrize("age", [None, 0, 5, 10, -100])
def test_a_cookie_of_this_run_is_not_said(
    age: int | None, left_overs: LeftOvers, said: list[str]
) -> None:
    visit(left_overs, "BAD_SIGNATURE", age)
    assert said == []


@pytest.mark.parametrize(("age", "times"), [(1, 0), (2, 1)])
def test_a_cookie_of_the_second_in_which_the_server_started_is_of_this_run(
    age: int, times: int, left_overs: LeftOvers, clock: HandClock, said: list[str]
) -> None:
    """Cookies carry whole seconds, the clock does not."""
    clock.now = STARTED
    visit(left_overs, "BAD_SIGNATURE", age)
    assert len(said) == times


def test_a_stranger_is_not_said(left_overs: LeftOvers, said: list[str]) -> None:
    left_overs(request(value=None))
    left_overs(ended("read_cookie", "NO_COOKIE"))
    left_overs(response(303, "NO_COOKIE"))
    assert said == []


def test_a_cookie_without_three_parts_has_no_age(left_overs: LeftOvers, said: list[str]) -> None:
    left_overs(request())
    left_overs(ended("check_signature", "MALFORMED", {"parts": 2}))
    left_overs(response(303, "MALFORMED"))
    assert said == []


def test_requests_at_the_same_time_are_kept_apart(left_overs: LeftOvers, said: list[str]) -> None:
    left_overs(request(id=1))
    left_overs(request(id=2))
    left_overs(ended("check_signature", "OK", {"age": LONG_AGO}, id=1))
    left_overs(ended("check_signature", "BAD_SIGNATURE", {"age": 3}, id=2))
    left_overs(response(303, "BAD_SIGNATURE", id=2))
    left_overs(response(200, "OK", id=1))
    assert said == []


@pytest.mark.parametrize("age", [-5, 0, 86_401, 1_790_000_000])
def test_a_time_that_no_cookie_of_ours_could_bear_is_not_believed(
    age: int, left_overs: LeftOvers, said: list[str]
) -> None:
    evidence = {"age": age, "max_age": 86_400}
    left_overs(request(id=1))
    left_overs(ended("check_signature", "BAD_SIGNATURE", id=1, evidence=evidence))
    left_overs(response(id=1, verdict="BAD_SIGNATURE"))
    assert said == []
