"""What @stage and @story cost while nobody listens: one call, decorated and not."""

from __future__ import annotations

import statistics
from pathlib import Path

from sandbox.bench.children import listening_python
from sandbox.bench.harness import Aim, Effort, Measure, Row, ratio_of, taking_turns

TITLE = "@stage and @story with nobody listening: one GET /api/me, in process"
AIM = Aim("at most", 1.05)
PLAIN, DECORATED = "plain", "decorated"
Timings = dict[str, list[float]]


def measure(effort: Effort, folder: Path) -> Measure:
    """Compare both on a store in memory and on one in SQLite."""
    stores = {"memory": "memory", "SQLite": str(folder / "stages.sqlite")}
    return Measure(TITLE, [row for name in stores for row in _rows(name, stores[name], effort)])


def _rows(name: str, store: str, effort: Effort) -> list[Row]:
    timings: Timings = {PLAIN: [], DECORATED: []}
    for _ in range(effort.pick(6, quick=2)):
        _one_pair(store, effort.pick(40, quick=20), timings)
    ratio = ratio_of(timings[DECORATED], timings[PLAIN], AIM)
    return [
        Row(f"{name}, without them", _median(timings[PLAIN])),
        Row(f"{name}, as it is", _median(timings[DECORATED]), ratio),
    ]


def _one_pair(store: str, rounds: int, timings: Timings) -> None:
    """Fresh processes each time: where things lie in memory makes one of them faster."""
    with (
        listening_python("-m", "sandbox.bench.one_call", PLAIN, store) as plain,
        listening_python("-m", "sandbox.bench.one_call", DECORATED, store) as decorated,
    ):
        rivals = [(PLAIN, plain), (DECORATED, decorated)]
        for kind, child in taking_turns(rivals, rounds):
            timings[kind].append(float(child.ask("go")))


def _median(timings: list[float]) -> dict[str, float]:
    return {"us_per_call": statistics.median(timings)}
