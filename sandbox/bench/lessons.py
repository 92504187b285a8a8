"""A lesson as a student feels it: from its start to the first question, from Enter to the card.

Measured on a pseudo-terminal, in a folder of its own, so that nobody's progress is touched.
"""

from __future__ import annotations

import os
import select
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sandbox.bench.children import Child, open_terminal, program, python
from sandbox.bench.harness import Effort, Measure, Row, ratio_of, taking_turns
from sandbox.login.problems import Problem

TITLE = "A lesson: its start to the first question, and Enter to the card, on a terminal"
PYTHON, START, ENTER = "python -c pass", "lesson 01, first question", "Enter, the whole card"
LESSONS = Path("lessons")
SANDBOX = Path(__file__).parents[2]
SYSTEM = os.name
PATIENCE = 20.0  # seconds until something must be shown
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
        return {PYTHON: _ms_since(began)}


def _walk(folder: Path) -> dict[str, float]:
    began = time.perf_counter()
    with _Student.at_a_lesson(folder) as student:
        student.waits_for(BEGINS)
        started = _ms_since(began)
        student.presses_enter()
        student.waits_for(SENDS)
        pressed = time.perf_counter()
        student.presses_enter()
        student.waits_for(CARD)  # begins the line below it
        return {START: started, ENTER: _ms_since(pressed)}


def _ms_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


class _Student:
    """Somebody in front of a terminal: presses Enter, and waits until words are shown."""

    def __init__(self, child: Child, near: int) -> None:
        self._child, self._near = child, near
        self._shown = b""

    @classmethod
    @contextmanager
    def at_a_lesson(cls, folder: Path) -> Iterator[_Student]:
        """`lesson 01` in this folder, on a terminal of 80 columns."""
        near, far = open_terminal()
        command = [sys.executable, "-m", "sandbox", "lesson", "01", "--port", "0"]
        here = {"PYTHONPATH": str(SANDBOX)}
        try:
            with program(command, here, stdin=far, stdout=far, cwd=folder) as child:
                yield cls(child, near)
        finally:
            os.close(far)
            os.close(near)

    def presses_enter(self) -> None:
        os.write(self._near, b"\n")

    def waits_for(self, words: bytes) -> None:
        """Until these words stand on the screen, below what was waited for before."""
        until = time.perf_counter() + PATIENCE
        while words not in self._shown:
            readable, _, _ = select.select([self._near], [], [], 0.1)
            if readable:
                self._shown += os.read(self._near, 65536)
            elif self._child.process.poll() is not None:
                self._child.fail()
            elif time.perf_counter() > until:
                raise Problem(f"The measured lesson did not come to {words.decode()!r}.")
        self._shown = self._shown.partition(words)[2]
