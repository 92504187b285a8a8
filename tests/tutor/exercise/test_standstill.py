"""A clock that stands still, and the module random that goes on as before."""

from __future__ import annotations

import datetime
import random
import time
from collections.abc import Callable

import pytest

from sandbox.tutor.exercise.standstill import random_as_before, time_stands_still

pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
NOW = 1_700_000_000.0  # 2023-11-14 22:13:20 UTC
UTC = datetime.timezone.utc
CLOCKS: dict[str, Callable[[], object]] = {
    "time.time": lambda: time.time(),
    "time.time_ns": lambda: time.time_ns(),
    "time.monotonic": lambda: time.monotonic(),
    "time.perf_counter": lambda: time.perf_counter(),
    "time.process_time_ns": lambda: time.process_time_ns(),
    "datetime.now": lambda: datetime.datetime.now(),
    "datetime.now(UTC)": lambda: datetime.datetime.now(UTC),
    "datetime.today": lambda: datetime.datetime.today(),
    "datetime.utcnow": lambda: datetime.datetime.utcnow(),
}


@pytest.mark.parametrize("clock", CLOCKS)
def test_every_clock_gives_one_moment_and_then_goes_on(clock: str) -> None:
    ask = CLOCKS[clock]
    with time_stands_still(NOW):
        first = ask()
        time.sleep(0.02)
        assert ask() == first
    assert ask() != first


def test_the_moment_is_the_one_that_was_given() -> None:
    with time_stands_still(NOW):
        assert (time.time(), time.time_ns()) == (NOW, 1_700_000_000_000_000_000)
        stopped = datetime.datetime.utcnow()
    assert stopped == datetime.datetime(2023, 11, 14, 22, 13, 20)


def test_random_goes_on_as_if_it_had_not_been_seeded() -> None:
    random.seed(1)
    expected = [random.random() for _ in range(2)]
    random.seed(1)
    seen = [random.random()]
    with random_as_before():
        random.seed(2)
    assert [*seen, random.random()] == expected
