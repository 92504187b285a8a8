"""From the start of the process to the first 200 from `/`."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from sandbox.bench.harness import Effort, Measure, Row, ratio_of, taking_turns
from sandbox.bench.servers import serving, serving_bare

TITLE = "Cold start: from the start of the process to the first 200 from /"
BARE = "bare Bottle on waitress"
Server = Callable[[], AbstractContextManager[int]]
Timings = dict[str, list[float]]


def measure(effort: Effort, folder: Path) -> Measure:
    """Start each server several times, in turn."""
    servers = _servers(folder / "cold.sqlite")
    timings: Timings = {name: [] for name in servers}
    for name in taking_turns(list(servers), effort.pick(5, quick=2)):
        timings[name].append(_ms_to_answer(servers[name]))
    return Measure(TITLE, [_row(name, timings) for name in servers])


def _servers(database: Path) -> dict[str, Server]:
    return {
        BARE: serving_bare,
        "serve --trace off": partial(serving, database, "off"),
        "serve": partial(serving, database, "console"),
    }


def _ms_to_answer(server: Server) -> float:
    began = time.perf_counter()
    with server():
        return (time.perf_counter() - began) * 1000


def _row(name: str, timings: Timings) -> Row:
    numbers = {"ms": statistics.median(timings[name])}
    ratio = None if name == BARE else ratio_of(timings[name], timings[BARE])
    return Row(name, numbers, ratio)
