"""An exercise as a student feels it: from saving the file to the verdict on the screen.

Measured on a pseudo-terminal, in a folder of its own, so that nobody's answers are touched.
"""

from __future__ import annotations

import itertools
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from sandbox.bench.children import python
from sandbox.bench.harness import Aim, Effort, Measure, Row, ratio_of, taking_turns
from sandbox.bench.student import PATIENCE, Student, at_a_terminal, ms_since
from sandbox.login.problems import Problem
from sandbox.tutor.exercise.shelf import ANSWERS, EXERCISES, read_exercise

TITLE = "An exercise: from saving the file to its verdict, on a terminal"
PYTHON, PYTEST, SAVE = "python -c pass", "pytest -q, one test", "save to verdict"
NUMBER, NAME = "05", "05_a_session_store"
TEST = """
from solution import SessionStore


def test_a_word_is_found_again():
    store = SessionStore()
    assert store.find(store.create("tulip")) == "tulip"
"""
SYSTEM = os.name
ASKS = b"Save your file, or type a letter"
PASSED, FAILED = b"Passed: ", b" checks passed; "  # the line below the sentence that failed
THINKING = 1.0  # seconds: nobody saves twice in less, and meanwhile the next process gets ready
LONGEST = 250.0  # milliseconds that a verdict may take
IN_TIME = Aim("at most", 1.0)
Answer = tuple[bytes, bytes]  # a file, and the words of its verdict
Take = Callable[[], float]  # milliseconds


def left_out() -> dict[str, str]:
    """What to do where no exercise can be measured."""
    if SYSTEM != "posix":
        return {"An exercise": "it needs a pseudo-terminal, so measure on Linux or macOS"}
    if not (EXERCISES / NAME).is_dir():
        return {"An exercise": "to measure it, start in the folder of the sandbox"}
    if not find_spec("pytest"):
        return {"An exercise": "to install pytest beside it: make bench"}
    return {}


def measure(effort: Effort, folder: Path) -> Measure:
    """Save a right and a wrong answer, in turn with pytest and with Python alone."""
    if left_out():
        return Measure(TITLE, [])
    (folder / EXERCISES).symlink_to(EXERCISES.resolve())
    with _saving(folder) as save:
        rivals: dict[str, Take] = {PYTHON: _bare_python, PYTEST: _pytest_in(folder), SAVE: save}
        for take in rivals.values():
            take()  # the first time, Python compiles what it imports
        timings: dict[str, list[float]] = {name: [] for name in rivals}
        for name in taking_turns(list(rivals), effort.pick(30, quick=4)):
            timings[name].append(rivals[name]())
    beside = {PYTEST: timings[PYTHON], SAVE: timings[PYTEST]}
    rows = [_row(name, timings[name], beside.get(name)) for name in timings]
    return Measure(TITLE, [*rows, _beside_the_limit(timings[SAVE])])


def _row(name: str, timings: list[float], others: list[float] | None) -> Row:
    percentiles = statistics.quantiles(timings, n=100, method="inclusive")
    numbers = {"p50_ms": percentiles[49], "p95_ms": percentiles[94]}
    return Row(name, numbers, ratio_of(timings, others) if others else None)


def _beside_the_limit(timings: list[float]) -> Row:
    allowed = [LONGEST] * len(timings)
    return Row(f"the last / {LONGEST:.0f} ms", {}, ratio_of(timings, allowed, IN_TIME))


def _bare_python() -> float:
    began = time.perf_counter()
    with python("-c", "pass") as child:
        child.process.wait(PATIENCE)
        return ms_since(began)


def _pytest_in(folder: Path) -> Take:
    """The solution with one test beside it, in a folder without anybody's settings."""
    place = folder / "pytest"
    place.mkdir()
    (place / "pytest.ini").write_text("[pytest]\n")
    (place / "test_solution.py").write_text(TEST)
    (place / "solution.py").write_bytes(read_exercise(EXERCISES / NAME).solution.read_bytes())
    return partial(_one_test, place)


def _one_test(place: Path) -> float:
    with (place / "said").open("w") as said:
        began = time.perf_counter()
        with python("-m", "pytest", "-q", cwd=place, stdout=said) as child:
            code = child.process.wait(PATIENCE)
            took = ms_since(began)
    if code != 0:
        raise Problem(f"pytest ended with {code} in {place}, so nothing was measured.")
    return took


@contextmanager
def _saving(folder: Path) -> Iterator[Take]:
    """Somebody at the exercise, who saves a right answer and a wrong one by turns."""
    exercise = read_exercise(EXERCISES / NAME)
    right, wrong = exercise.solution.read_bytes(), exercise.wrong[0].read_bytes()
    answers = itertools.cycle([(right, PASSED), (wrong, FAILED)])
    with at_a_terminal(folder, "exercise", NUMBER) as student:
        student.waits_for(ASKS)
        file = folder / ANSWERS / exercise.file_name
        yield lambda: _save(student, file, next(answers))


def _save(student: Student, file: Path, answer: Answer) -> float:
    content, verdict = answer
    time.sleep(THINKING)
    began = time.perf_counter()
    file.write_bytes(content)
    student.waits_for(verdict)
    took = ms_since(began)
    student.waits_for(ASKS)
    return took
