"""From the start of the process to the first 200 from `/`."""

from __future__ import annotations

import statistics
import time
from functools import partial
from pathlib import Path

from sandbox.bench.harness import Aim, Effort, Measure, Row, ratio_of, taking_turns
from sandbox.bench.rivals import installed
from sandbox.bench.servers import Start, serving, serving_bare

TITLE = "Cold start: from the start of the process to the first 200 from /"
BARE, OFF, CONSOLE = "bare Bottle on waitress", "serve --trace off", "serve"
AIMS = {OFF: Aim("at most", 2.0)}
Timings = dict[str, list[float]]


def measure(effort: Effort, folder: Path) -> Measure:
    """Start each server several times, in turn."""
    starts = _starts(folder / "cold.sqlite")
    timings: Timings = {name: [] for name in starts}
    for start in starts.values():
        _ms_to_answer(start)  # the first time, Python compiles what it imports
    for name in taking_turns(list(starts), effort.pick(10, quick=2)):
        timings[name].append(_ms_to_answer(starts[name]))
    return Measure(TITLE, [_row(name, timings) for name in starts])


def _starts(database: Path) -> dict[str, Start]:
    ours: dict[str, Start] = {
        BARE: serving_bare,
        OFF: partial(serving, database, "off"),
        CONSOLE: partial(serving, database, "console"),
    }
    return ours | installed()


def _ms_to_answer(start: Start) -> float:
    began = time.perf_counter()
    with start():
        return (time.perf_counter() - began) * 1000


def _row(name: str, timings: Timings) -> Row:
    numbers = {"ms": statistics.median(timings[name])}
    ratio = None if name == BARE else ratio_of(timings[name], timings[BARE], AIMS.get(name))
    return Row(name, numbers, ratio)
