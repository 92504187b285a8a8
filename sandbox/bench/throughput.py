"""Requests per second over HTTP on loopback: trace off, as JSON lines, on a terminal."""

from __future__ import annotations

import json
import statistics
from contextlib import ExitStack
from pathlib import Path

from sandbox.bench.children import listening_python
from sandbox.bench.harness import Aim, Effort, Measure, Row, ratio_of, taking_turns
from sandbox.bench.load import CONNECTIONS, Order, Result
from sandbox.bench.servers import log_in, serving

TITLE = f"GET /api/me over HTTP, {CONNECTIONS} connections kept open, session in SQLite"
AIMS = {"off": None, "json": Aim("at least", 0.75), "console": Aim("at least", 0.8)}
NUMBERS = ("requests_per_second", "p50_ms", "p99_ms")
WARM_UP = 0.3  # seconds
Results = dict[str, list[Result]]


def measure(effort: Effort, folder: Path) -> Measure:
    """Put three servers under load in turn, round by round."""
    seconds = effort.pick(15, quick=5) / 10
    results: Results = {trace: [] for trace in AIMS}
    with ExitStack() as servers:
        orders = {trace: _start(servers, folder, trace, seconds) for trace in AIMS}
        for trace in taking_turns(list(AIMS), effort.pick(8, quick=2)):
            results[trace].append(_load(orders[trace]))
    return Measure(TITLE, [_row(trace, results) for trace in AIMS])


def _start(servers: ExitStack, folder: Path, trace: str, seconds: float) -> Order:
    """Start a server, log in and warm up; what to load it with."""
    port = servers.enter_context(serving(folder / f"{trace}.sqlite", trace))
    cookie = log_in(port)
    _load(Order(port, cookie, WARM_UP))
    return Order(port, cookie, seconds)


def _load(order: Order) -> Result:
    with listening_python("-m", "sandbox.bench.load") as client:
        return Result(**json.loads(client.ask(json.dumps(vars(order)))))


def _row(trace: str, results: Results) -> Row:
    numbers = {name: statistics.median(_each(name, results[trace])) for name in NUMBERS}
    if trace == "off":
        return Row(trace, numbers)
    mine, off = (_each("requests_per_second", results[each]) for each in (trace, "off"))
    return Row(trace, numbers, ratio_of(mine, off, AIMS[trace]))


def _each(number: str, results: list[Result]) -> list[float]:
    return [getattr(result, number) for result in results]
