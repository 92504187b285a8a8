"""A lesson as a student feels it: from its start to the first question, from Enter to the card.

Measured on a pseudo-terminal, in a folder of its own, so that nobody's progress is touched.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sandbox.bench.children import python
from sandbox.bench.harness import Effort, Measure, Row, ratio_of, taking_turns
from sandbox.bench.student import PATIENCE, at_a_terminal, ms_since

TITLE = "A lesson: its start to the first question, and Enter to the card, on a terminal"
PYTHON, START, ENTER = "python -c pass", "lesson 01, first question", "Enter, the whole card"
LESSONS = Path("lessons")
SYSTEM = os.name
BEGINS, SENDS, CARD = b"Enter begins", b"Enter sends it", b"as expected:"
Timings = dict[str, list[float]]
Take = Callable[[], dict[str, float]]  # milliseconds, by what they were spent on


def left_out() -> dict[str, str]:
    """What to do where no lesson can be measured."""
    if SYSTEM != "posix":
        return {"A lesson": "it needs a pseudo-terminal, so measure on Linux or macOS"}
    if not LESSONS.is_dir():
        return {"A lesson": "to measure it, start in the folder of the sandbox"}
    return {}


def measure(effort: Effort, folder: Path) -> Measure:
    """Start a lesson several times and press Enter twice, in turn with Python alone."""
    if left_out():
        return Measure(TITLE, [])
    (folder / LESSONS).symlink_to(LESSONS.resolve())
    _walk(folder)  # the first time, Python compiles what it imports
    timings: Timings = {PYTHON: [], START: [], ENTER: []}
    rivals: dict[str, Take] = {PYTHON: _bare_python, START: partial(_walk, folder)}
    for name in taking_turns(list(rivals), effort.pick(15, quick=3)):
        for what, milliseconds in rivals[name]().items():
            timings[what].append(milliseconds)
    return Measure(TITLE, [_row(name, timings) for name in timings])


def _row(name: str, timings: Timings) -> Row:
    ratio = ratio_of(timings[START], timings[PYTHON]) if name == START else None
    return Row(name, {"ms": statistics.median(timings[name])}, ratio)


def _bare_python() -> dict[str, float]:
    began = time.perf_counter()
    with python("-c", "pass") as child:
        child.process.wait(PATIENCE)
        return {PYTHON: ms_since(began)}


def _walk(folder: Path) -> dict[str, float]:
    began = time.perf_counter()
    with at_a_terminal(folder, "lesson", "01", "--port", "0") as student:
        student.waits_for(BEGINS)
        started = ms_since(began)
        student.presses_enter()
        student.waits_for(SENDS)
        pressed = time.perf_counter()
        student.presses_enter()
        student.waits_for(CARD)  # begins the line below it
        return {START: started, ENTER: ms_since(pressed)}
