"""`exercise`: the exercises, watched while the student writes."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path

from sandbox.commands.options import say
from sandbox.login.problems import Problem
from sandbox.trace.output import text_output
from sandbox.tutor.exercise.answers import file_of, make_copies
from sandbox.tutor.exercise.board import Board
from sandbox.tutor.exercise.desk import Desk, say_reset, show_hint, show_list, show_solution
from sandbox.tutor.exercise.examiner import Examiner
from sandbox.tutor.exercise.lint import lint
from sandbox.tutor.exercise.shelf import (
    Exercise,
    all_exercises,
    find_exercise,
    folders,
    read_exercise,
)
from sandbox.tutor.inbox import Ended, Inbox
from sandbox.tutor.progress import PROGRESS, Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `exercise`."""
    add = parser.add_argument
    add("number", nargs="?", metavar="NN", help="its number; the next that is not passed")
    add("--plain", action="store_true", help="no colour, every sign as a word")
    one = parser.add_mutually_exclusive_group().add_argument
    one("--list", action="store_true", help="how far you are")
    one("--hint", metavar="NN", help="the next hint for the check that your answer fails")
    one("--solution", metavar="NN", help="a solution, and why other answers are wrong")
    one("--reset", metavar="NN", help="begin this one afresh; the old file is kept")
    one("--lint", action="store_true", help="name every mistake in the exercises")
    add("--yes", action="store_true", help="with --solution: also before you have passed")


def run(options: argparse.Namespace) -> int:
    """Watch one exercise, or do the one thing that was asked for; 0 when all went well."""
    _refuse_odd(options)
    board = Board(text_output(sys.stdout), options.plain)
    if options.lint:
        return _lint(options.number)
    if options.list:
        show_list(board, all_exercises(), Progress.load(PROGRESS))
        return 0
    if options.hint is not None:
        return _hint(board, find_exercise(options.hint))
    if options.solution is not None:
        return _solution(board, find_exercise(options.solution), options.yes)
    if options.reset is not None:
        say_reset(board, find_exercise(options.reset))
        return 0
    return _watch(board, options.number)


def _refuse_odd(options: argparse.Namespace) -> None:
    """Words that would be ignored."""
    asked = [options.hint, options.solution, options.reset]
    if options.number and (options.list or any(each is not None for each in asked)):
        raise Problem(f"{options.number} is one number too many. Give it behind the option only.")
    if options.yes and options.solution is None:
        raise Problem("--yes goes with --solution NN. Leave it out here.")


def _watch(board: Board, number: str | None) -> int:
    """Until the student quits; 1 when the input ended before, 130 after Ctrl-C."""
    exercises, progress = all_exercises(), Progress.load(PROGRESS)
    exercise = find_exercise(number) if number else _next_open(exercises, progress)
    if exercise is None:
        board.say("All exercises are passed. One of them again: make exercise N=04")
        return 0
    inbox: Inbox[Path] = Inbox(sys.stdin)
    with Examiner() as examiner:
        exit_code = _work(Desk(exercises, board, inbox, examiner, progress), exercise)
    if exit_code:
        board.end_prompt()
    if exit_code == 1:
        board.say("The input has ended. Without a keyboard: python -m sandbox check")
    else:
        board.say("Your answers are kept. Go on with: make exercise")
    return exit_code


def _work(desk: Desk, exercise: Exercise) -> int:
    try:
        desk.work_on(exercise)
    except Ended:
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0


def _next_open(exercises: list[Exercise], progress: Progress) -> Exercise | None:
    return next((each for each in exercises if not progress.exercise(each.number).passed), None)


def _hint(board: Board, exercise: Exercise) -> int:
    make_copies([exercise])
    with Examiner() as examiner:
        result = examiner.examine(exercise, file_of(exercise))
    board.verdict(result)
    show_hint(board, exercise, result, Progress.load(PROGRESS))
    return 0


def _solution(board: Board, exercise: Exercise, yes: bool) -> int:
    progress = Progress.load(PROGRESS)
    if not yes and not progress.exercise(exercise.number).passed:
        raise Problem(
            f"You have not passed exercise {exercise.number} yet. For a hint: "
            f"--hint {exercise.number}. To see the solution all the same, add --yes."
        )
    show_solution(board, exercise, progress)
    return 0


def _lint(number: str | None) -> int:
    began = time.perf_counter()
    exercises, mistakes = _readable(number)
    mistakes += [str(each) for each in lint(exercises)]
    count = f"{len(exercises)} exercise{'s' * (len(exercises) != 1)}"
    say(mistakes or [f"{count}, no mistake, in {time.perf_counter() - began:.1f} s."])
    return 1 if mistakes else 0


def _readable(number: str | None) -> tuple[list[Exercise], list[str]]:
    """The exercises whose README begins as it must, and what is wrong with the others."""
    if number:
        return [find_exercise(number)], []
    exercises, problems = [], []
    for folder in folders():
        try:
            exercises.append(read_exercise(folder))
        except Problem as problem:
            problems.append(str(problem))
    return exercises, problems
