"""The inspector: how soon a stage is on its page, and what an open page costs the server."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.bench.children import Child, listening_python, python
from sandbox.bench.harness import Aim, Effort, Measure, Ratio, Row, ratio_of, taking_turns
from sandbox.bench.load import Order, Result
from sandbox.bench.servers import log_in
from sandbox.tutor.chromium import MissingBrowser, start_chromium

BROWSERS, INSPECTORS = 40, 5
SOON = 250.0  # milliseconds
DELAY_TITLE = f"{BROWSERS} browsers log in, {INSPECTORS} inspectors are open: within {SOON:.0f} ms"
COST_TITLE = "GET /api/me with one inspector open in Chromium, and with none open"
WITHIN, KEPT = Aim("at least", 0.95), Aim("at least", 0.8)
STAGE, VERDICT = "a stage, to its arrow", "a response, to its line"
OPEN, CLOSED = "one inspector open", "none open"
NUMBERS = ("requests_per_second", "p50_ms", "p99_ms")
LAST_MARKS = 1.0  # seconds for what was told last to be seen
NEVER = 60_000.0  # milliseconds, where it was not
Times = dict[str, float]  # milliseconds since 1970, by what was told


@dataclass(frozen=True)
class Watched:
    """A server with an inspector, in a process of its own."""

    port: int
    inspector: str
    child: Child

    def ended(self) -> Times:
        """When each stage and each response was told."""
        times: Times = json.loads(self.child.ask("ended"))
        return times


def left_out() -> dict[str, str]:
    """What to do where no page can be opened."""
    try:
        start_chromium().close()
    except MissingBrowser as missing:
        return {"The inspector": str(missing).rstrip(".")}
    return {}


def measure_delay(effort: Effort, folder: Path) -> Measure:
    """From the end of a stage to its mark on the page."""
    if left_out():
        return Measure(DELAY_TITLE, [])
    with watched() as server, inspectors(server, INSPECTORS) as pages:
        words = (str(server.port), str(BROWSERS), str(effort.pick(30, quick=6)))
        with python("-m", "sandbox.bench.crowd", *words) as crowd:
            crowd.process.wait()
        time.sleep(LAST_MARKS)
        ended, seen = server.ended(), json.loads(pages.ask("marks"))
    delays = [_delays(ended, each) for each in seen]
    return Measure(DELAY_TITLE, [_delay(STAGE, delays), _delay(VERDICT, delays)])


def measure_cost(effort: Effort, folder: Path) -> Measure:
    """What an open page costs the server."""
    if left_out():
        return Measure(COST_TITLE, [])
    results: dict[str, list[Result]] = {CLOSED: [], OPEN: []}
    with watched() as server:
        order = Order(server.port, log_in(server.port), effort.pick(30, quick=5) / 10)
        for name in taking_turns(list(results), effort.pick(6, quick=2)):
            with inspectors(server, 1 if name == OPEN else 0):
                results[name].append(_load(order))
    rates = {name: [each.requests_per_second for each in results[name]] for name in results}
    ratio = ratio_of(rates[OPEN], rates[CLOSED], KEPT)
    return Measure(COST_TITLE, [_row(CLOSED, results), _row(OPEN, results, ratio)])


@contextmanager
def watched() -> Iterator[Watched]:
    with listening_python("-m", "sandbox.bench.watched") as child:
        yield Watched(**json.loads(child.ask("where")), child=child)


@contextmanager
def inspectors(server: Watched, count: int) -> Iterator[Child]:
    with listening_python("-m", "sandbox.bench.onlookers", f"{count}", server.inspector) as child:
        child.ask("open")
        yield child


def _load(order: Order) -> Result:
    with listening_python("-m", "sandbox.bench.load") as client:
        return Result(**json.loads(client.ask(json.dumps(vars(order)))))


def _delays(ended: Times, seen: Times) -> dict[str, list[float]]:
    """By kind. Stages are drawn of one request at a time; each response has to be seen."""
    delays: dict[str, list[float]] = {STAGE: [], VERDICT: []}
    for told, moment in ended.items():
        is_stage = "." in told
        if told in seen or not is_stage:
            delays[STAGE if is_stage else VERDICT].append(seen.get(told, moment + NEVER) - moment)
    return delays


def _delay(kind: str, pages: list[dict[str, list[float]]]) -> Row:
    every = [each for page in pages for each in page[kind]]
    percentiles = statistics.quantiles(every, n=100, method="inclusive")
    numbers = {"p50_ms": percentiles[49], "p95_ms": percentiles[94], "marks": float(len(every))}
    soon = [sum(each <= SOON for each in page[kind]) / len(page[kind]) for page in pages]
    return Row(kind, numbers, ratio_of(soon, [1.0] * len(soon), WITHIN))


def _row(name: str, results: dict[str, list[Result]], ratio: Ratio | None = None) -> Row:
    each = results[name]
    numbers = {number: statistics.median(getattr(r, number) for r in each) for number in NUMBERS}
    return Row(name, numbers, ratio)
