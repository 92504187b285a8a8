"""`bench`: what tracing costs, requests per second, time to start; ratios, all from one run."""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from pathlib import Path
from typing import Any

from sandbox.bench import (
    cold_start,
    exercises,
    inspector,
    lessons,
    logging_in,
    recognising,
    rivals,
    stages,
    throughput,
)
from sandbox.bench.harness import Effort, Measure, TakeMeasure
from sandbox.bench.table import table
from sandbox.login.problems import say_at_the_terminal

MEASURES: dict[str, TakeMeasure] = {
    "stages": stages.measure,
    "throughput": throughput.measure,
    "recognise": recognising.measure,
    "login": logging_in.measure,
    "cold_start": cold_start.measure,
    "lessons": lessons.measure,
    "exercises": exercises.measure,
    "inspector": inspector.measure_delay,
    "inspector_cost": inspector.measure_cost,
}
NOTE = "Other programs on this machine make the numbers noisy; compare the ratios of one run."
STOPPED = 130  # the exit code shells use for Ctrl-C
Measures = dict[str, Measure]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `bench`."""
    parser.add_argument("--json", action="store_true", help="the same numbers as one JSON object")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a first look")


def run(options: argparse.Namespace) -> int:
    """Measure and print; whether an aim is met never makes it fail."""
    try:
        measures = _take_all(Effort(options.quick))
    except KeyboardInterrupt:
        say_at_the_terminal("Stopped. Nothing is left running.")
        return STOPPED
    print(_as_json(measures) if options.json else _as_text(measures))
    return 0


def _take_all(effort: Effort) -> Measures:
    measures = {}
    with tempfile.TemporaryDirectory(prefix="sandbox-bench-") as folder:
        for name, take in MEASURES.items():
            say_at_the_terminal(f"Measuring {name} ...")
            measures[name] = take(effort, Path(folder))
    return measures


def left_out() -> dict[str, str]:
    """What to do for whatever can not be measured here."""
    return rivals.left_out() | lessons.left_out() | exercises.left_out() | inspector.left_out()


def _as_json(measures: Measures) -> str:
    found = {name: measure.as_data() for name, measure in measures.items()}
    return json.dumps({"machine": _machine(), "measures": found, "left_out": left_out()})


def _as_text(measures: Measures) -> str:
    machine = _machine()
    heading = f"{machine['cores']} cores, Python {machine['python']}, {machine['system']}"
    notes = [f"{peer} is left out; {advice}." for peer, advice in left_out().items()]
    return "\n\n".join([heading, *_tables(measures), "\n".join([*notes, NOTE])])


def _tables(measures: Measures) -> list[str]:
    return [table(measure) for measure in measures.values() if measure.rows]


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.system(),
    }
