"""What `recognise` takes, in process and unwatched, as the store fills."""

from __future__ import annotations

import itertools
import statistics
import timeit
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from sandbox.bench.harness import Effort, Measure, Row, ratio_of, taking_turns
from sandbox.bench.scene import begin_sessions, cookie_for, in_sqlite
from sandbox.login.flow import Visitor, recognise

TITLE = "recognise with nobody listening, in process, sessions in SQLite"
FEW, MANY, A_MILLION = 100, 10_000, 1_000_000
ASKED_FOR = 1000  # of the sessions, one after the other
CALLS, BLOCKS = 200, 5


def measure(effort: Effort, folder: Path) -> Measure:
    """Compare a store of few sessions with fuller ones."""
    sizes = [FEW, MANY] + [A_MILLION] * effort.full
    timings: dict[int, list[float]] = {size: [] for size in sizes}
    with ExitStack() as stores:
        calls = {size: _visits(stores, folder / f"{size}.sqlite", size) for size in sizes}
        for size in taking_turns(sizes, effort.pick(60, quick=10)):
            timings[size].append(_us_per_call(calls[size]))
    return Measure(TITLE, [_row(size, timings) for size in sizes])


def _visits(stores: ExitStack, database: Path, sessions: int) -> Callable[[], Visitor]:
    """A function that recognises one visitor after the other."""
    bricks = in_sqlite(database)
    stores.callback(bricks.store.close)
    ids = begin_sessions(database, bricks.clock(), sessions)
    cookies = itertools.cycle([cookie_for(bricks, each) for each in ids[:ASKED_FOR]])
    return lambda: recognise(bricks, next(cookies))


def _us_per_call(call: Callable[[], Visitor]) -> float:
    return min(timeit.repeat(call, number=CALLS, repeat=BLOCKS)) / CALLS * 1e6


def _row(size: int, timings: dict[int, list[float]]) -> Row:
    numbers = {"us_per_call": statistics.median(timings[size])}
    ratio = None if size == FEW else ratio_of(timings[size], timings[FEW])
    return Row(f"{size:,} sessions", numbers, ratio)
