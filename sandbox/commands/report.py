"""`report`: a class in one view, from what `check --json` printed for each student."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from rich.cells import cell_len, set_cell_size

from sandbox.commands.options import say
from sandbox.login.problems import Problem
from sandbox.trace.stage import printable
from sandbox.tutor.exercise.checks import load_checks
from sandbox.tutor.exercise.collect import Collected, Student, collect
from sandbox.tutor.exercise.shelf import EXERCISES, all_exercises
from sandbox.tutor.exercise.summary import (
    CheckCount,
    ExerciseCount,
    complete,
    hardest,
    standing,
    sum_up,
)

VERSION = 1
WIDTH = 80
SHOWN = 5  # checks of one exercise
LONGEST_NAME, CELL = 24, 9
SIGNS = {"passed": "✓", "failed": "✗", "error": "!", "none": "–"}
IN_ASCII = {"passed": "+", "failed": "x", "error": "!", "none": "-"}
Exercises = list[ExerciseCount]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `report`."""
    parser.add_argument(
        "folder",
        type=Path,
        metavar="FOLDER",
        help="holds a file for each student, alice.json or alice/results.json: "
        "what check --json printed",
    )
    parser.add_argument("--json", action="store_true", help="a JSON object per line")


def run(options: argparse.Namespace) -> int:
    """Sum up the results of a class; 1 when something had to be left out."""
    collected = collect(options.folder)
    complete(collected, _known())
    exercises = sum_up(collected.students)
    if options.json:
        for line in _as_data(collected, exercises):
            print(json.dumps({"v": VERSION, **line}))
    else:
        say(list(_as_text(collected, exercises)))
    if not collected.students:
        folder = printable(str(options.folder))
        raise Problem(
            f"There is no result in {folder} or the folders directly inside it. "
            "Put what `check --json` printed there, as NAME.json for each student."
        )
    return 1 if collected.left_out else 0


def _known() -> dict[str, dict[str, str]]:
    """The checks of the exercises that stand here; none where there are no exercises."""
    there = all_exercises() if EXERCISES.is_dir() else []
    return {
        each.number: {check.name: check.sentence for check in load_checks(each.check)}
        for each in there
    }


def _as_data(collected: Collected, exercises: Exercises) -> Iterator[dict[str, Any]]:
    for exercise in exercises:
        counts = asdict(exercise)
        yield {"exercise": counts.pop("number"), **counts}
    for student in collected.students:
        where = {each.number: standing(student, each.number) for each in exercises}
        yield {"student": student.name, "exercises": where}
    for sentence in collected.left_out:
        yield {"left_out": sentence}


def _as_text(collected: Collected, exercises: Exercises) -> Iterator[str]:
    students = collected.students
    yield f"Students: {len(students)}. Exercises: {len(exercises)}."
    if students:
        yield from _hardest(exercises)
        yield from ("", "Passed, by how many")
        yield from (f"  {_title(each)}{each.passed} of {len(students)}" for each in exercises)
        yield from ("", "Failed checks, of those for whom the check was done")
        yield from (line for exercise in exercises for line in _failing(exercise))
        yield from _table(students, exercises)
    if collected.left_out:
        yield from ("", "Left out")
        for sentence in collected.left_out:
            yield from _wrapped(sentence, "  ")


def _hardest(exercises: Exercises) -> Iterator[str]:
    found = hardest(exercises)
    if found is None:
        yield from ("", "No check fails.")
        return
    exercise, check = found
    yield from ("", f"Fails most: exercise {exercise.number}, for {_many(check)}")
    yield from _wrapped(check.sentence, "  ")


def _title(exercise: ExerciseCount) -> str:
    return f"{exercise.number} {set_cell_size(exercise.title, 36)} "


def _failing(exercise: ExerciseCount) -> Iterator[str]:
    yield f"  {_title(exercise)}".rstrip()
    if not exercise.failing:
        yield "    none" if exercise.was_done else "    no check was done"
    for check in islice(exercise.failing, SHOWN):
        yield from _wrapped(check.sentence, f"    {_many(check)}  ")
    if len(exercise.failing) > SHOWN:
        yield f"    and {len(exercise.failing) - SHOWN} more checks"


def _many(check: CheckCount) -> str:
    return f"{check.failed} of {check.done}"


def _wrapped(sentence: str, begin: str = "") -> list[str]:
    later = " " * len(begin)
    return textwrap.wrap(sentence, WIDTH, initial_indent=begin, subsequent_indent=later)


def _table(students: list[Student], exercises: Exercises) -> Iterator[str]:
    """As many exercises side by side as there is room for, then the next ones below."""
    longest = max(cell_len(student.name) for student in students)
    width = max(len("student"), min(longest, LONGEST_NAME))
    fitting = (WIDTH - 2 - width) // (CELL + 2)
    for start in range(0, len(exercises), fitting):
        numbers = [each.number for each in exercises[start : start + fitting]]
        yield from ("", _row("student", width, numbers))
        for student in students:
            words = [_cell(standing(student, number)) for number in numbers]
            yield _row(_fitted(student.name), width, words)


def _fitted(name: str) -> str:
    fits = cell_len(name) <= LONGEST_NAME
    return name if fits else f"{set_cell_size(name, LONGEST_NAME - 1)}~"


def _row(name: str, width: int, words: list[str]) -> str:
    cells = [set_cell_size(name, width), *(word.ljust(CELL) for word in words)]
    return f"  {'  '.join(cells)}".rstrip()


def _cell(word: str) -> str:
    return f"{_signs()[word]} {word}"


def _signs() -> dict[str, str]:
    try:
        "".join(SIGNS.values()).encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return IN_ASCII
    return SIGNS
