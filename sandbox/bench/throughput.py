"""Requests per second over HTTP on loopback: ours with each kind of trace, and the peers."""

from __future__ import annotations

import json
import statistics
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from sandbox.bench.children import listening_python
from sandbox.bench.harness import Aim, Effort, Measure, Row, ratio_of, taking_turns
from sandbox.bench.load import CONNECTIONS, Order, Result
from sandbox.bench.memory import megabytes
from sandbox.bench.rivals import FLASK, installed
from sandbox.bench.servers import Server, Start, log_in, serving

TITLE = f"GET /api/me over HTTP, {CONNECTIONS} connections kept open, ours with SQLite"
OFF, TRACED = "off", ("json", "console")
AIMS = {
    "json": Aim("at least", 0.75),
    "console": Aim("at least", 0.8),
    FLASK: Aim("at least", 1.4),
}
NUMBERS = ("requests_per_second", "p50_ms", "p99_ms")
WARM_UP = 0.3  # seconds
Results = dict[str, list[Result]]


def measure(effort: Effort, folder: Path) -> Measure:
    """Put all servers under load in turn, round by round; last, ask what memory they held."""
    seconds, peers = effort.pick(30, quick=5) / 10, installed()
    starts = _ours(folder) | peers
    results: Results = {name: [] for name in starts}
    with ExitStack() as stack:
        servers = {name: stack.enter_context(start()) for name, start in starts.items()}
        orders = {name: _order(server, seconds) for name, server in servers.items()}
        for name in taking_turns(list(starts), effort.pick(6, quick=2)):
            results[name].append(_load(orders[name]))
        memory = {name: megabytes(server.process_id) for name, server in servers.items()}
    rows = [_row(name, results, memory[name]) for name in starts]
    return Measure(TITLE, rows + [_beside(peer, results) for peer in peers])


def _ours(folder: Path) -> dict[str, Start]:
    return {trace: partial(serving, folder / f"{trace}.sqlite", trace) for trace in (OFF, *TRACED)}


def _order(server: Server, seconds: float) -> Order:
    """Log in and warm up; what to load the server with."""
    cookie = log_in(server.port)
    _load(Order(server.port, cookie, WARM_UP))
    return Order(server.port, cookie, seconds)


def _load(order: Order) -> Result:
    with listening_python("-m", "sandbox.bench.load") as client:
        return Result(**json.loads(client.ask(json.dumps(vars(order)))))


def _row(name: str, results: Results, memory: float | None) -> Row:
    numbers = {number: statistics.median(_each(number, results[name])) for number in NUMBERS}
    held = {} if memory is None else {"megabytes": memory}
    traced = name in TRACED
    ratio = ratio_of(_rates(results[name]), _rates(results[OFF]), AIMS[name]) if traced else None
    return Row(name, numbers | held, ratio)


def _beside(peer: str, results: Results) -> Row:
    ratio = ratio_of(_rates(results[OFF]), _rates(results[peer]), AIMS.get(peer))
    return Row(f"{OFF} / {peer}", {}, ratio)


def _rates(results: list[Result]) -> list[float]:
    return _each("requests_per_second", results)


def _each(number: str, results: list[Result]) -> list[float]:
    return [getattr(result, number) for result in results]
