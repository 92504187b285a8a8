"""What `recognise` takes, in process and unwatched, as the store fills."""

from __future__ import annotations

import itertools
import statistics
import timeit
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from sandbox.bench.harness import Aim, Effort, Measure, Row, ratio_of, taking_turns
from sandbox.bench.scene import begin_sessions, cookie_for, in_sqlite
from sandbox.login.flow import Visitor, recognise

TITLE = "recognise with nobody listening, in process, sessions in SQLite"
FEW, MANY, A_MILLION = 100, 10_000, 1_000_000
ASKED_FOR = 1000  # of the sessions, one after the other
CALLS, BLOCKS = 200, 5
LONGEST = 30.0  # microseconds that it may take
GROWTH, IN_TIME = Aim("at most", 2.0), Aim("at most", 1.0)


def measure(effort: Effort, folder: Path) -> Measure:
    """Compare a store of few sessions with fuller ones, and the fullest with the time allowed."""
    sizes = [FEW, MANY] + [A_MILLION] * (not effort.quick)
    timings: dict[int, list[float]] = {size: [] for size in sizes}
    with ExitStack() as stores:
        calls = {size: _visits(stores, folder / f"{size}.sqlite", size) for size in sizes}
        for size in taking_turns(sizes, effort.pick(60, quick=10)):
            timings[size].append(_us_per_call(calls[size]))
    rows = [_row(size, timings[size], timings[FEW]) for size in sizes]
    return Measure(TITLE, [*rows, _beside_the_limit(timings[sizes[-1]])])


def _visits(stores: ExitStack, database: Path, sessions: int) -> Callable[[], Visitor]:
    """A function that recognises one visitor after the other."""
    bricks = in_sqlite(database)
    stores.callback(bricks.store.close)
    ids = begin_sessions(database, bricks.clock(), sessions)
    cookies = itertools.cycle([cookie_for(bricks, each) for each in ids[:ASKED_FOR]])
    return lambda: recognise(bricks, next(cookies))


def _us_per_call(call: Callable[[], Visitor]) -> float:
    return min(timeit.repeat(call, number=CALLS, repeat=BLOCKS)) / CALLS * 1e6


def _row(size: int, timings: list[float], few: list[float]) -> Row:
    numbers = {"us_per_call": statistics.median(timings)}
    ratio = None if size == FEW else ratio_of(timings, few, GROWTH)
    return Row(f"{size:,} sessions", numbers, ratio)


def _beside_the_limit(timings: list[float]) -> Row:
    allowed = [LONGEST] * len(timings)
    return Row(f"the last / {LONGEST:.0f} us", {}, ratio_of(timings, allowed, IN_TIME))
