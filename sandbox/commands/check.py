"""`check`: examine the student's answers once, for people and for scripts."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from sandbox.login.problems import Problem
from sandbox.trace.output import text_output
from sandbox.tutor.exercise.answers import file_of, make_copies
from sandbox.tutor.exercise.board import Board
from sandbox.tutor.exercise.examiner import Examiner
from sandbox.tutor.exercise.junit import junit
from sandbox.tutor.exercise.result import Result
from sandbox.tutor.exercise.shelf import ANSWERS, Exercise, all_exercises, find_exercise
from sandbox.tutor.progress import PROGRESS, Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `check`."""
    add = parser.add_argument
    add("number", nargs="?", metavar="NN", help="its number; every exercise unless given")
    add("--answers", type=Path, metavar="PATH", help=f"a folder of answers, or a file ({ANSWERS})")
    add("--json", action="store_true", help="a JSON object per exercise")
    add("--junit", type=Path, metavar="FILE", help="also write the verdicts as JUnit XML")
    add("--plain", action="store_true", help="no colour, every sign as a word")


def run(options: argparse.Namespace) -> int:
    """Examine one or all; 0 when every check of every answer was passed."""
    answers = _answers(options)
    board = Board(text_output(sys.stdout), options.plain)
    results: list[Result] = []
    with Examiner() as examiner:
        for exercise, file in answers:
            result = examiner.examine(exercise, file)
            examiner.prepare()
            results.append(result)
            _show(result, options.json, board, in_full=len(answers) == 1)
    if options.answers is None:
        _note(results)
    if options.junit:
        _write(options.junit, junit(results))
    if len(answers) > 1 and not options.json:
        board.sum_up(results)
    return 0 if all(result.has_passed for result in results) else 1


def _answers(options: argparse.Namespace) -> list[tuple[Exercise, Path]]:
    """What to examine; the student's own answers are made on first use."""
    exercises = [find_exercise(options.number)] if options.number else all_exercises()
    place: Path | None = options.answers
    if place is None:
        make_copies(exercises)
    elif not os.path.exists(place):  # False also when it may not be looked for
        raise Problem(f"There is no {place}. Give a folder of answers, or NN and a file.")
    elif not place.is_dir() and not options.number:
        raise Problem(f"{place} is one file. Which exercise is it? Give its number: check 04 …")
    elif not place.is_dir():
        return [(exercises[0], place)]
    return [(each, file_of(each, place or ANSWERS)) for each in exercises]


def _show(result: Result, as_json: bool, board: Board, in_full: bool) -> None:
    if as_json:
        print(json.dumps(result.as_json()), flush=True)
    elif in_full:
        board.verdict(result)
    else:
        board.short(result)


def _note(results: list[Result]) -> None:
    progress = Progress.load(PROGRESS)
    for result in results:
        progress.exercise(result.exercise).passed |= result.has_passed
    progress.save()


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Problem(
            f"{file} cannot be written ({error.strerror}). Give --junit a file that you may write."
        ) from None
