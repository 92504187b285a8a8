"""`exercise`: the exercises, watched while the student writes."""

from __future__ import annotations

import argparse

from sandbox.commands.options import say
from sandbox.tutor.exercise.lint import lint
from sandbox.tutor.exercise.shelf import all_exercises, find_exercise


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `exercise`."""
    add = parser.add_argument
    add("number", nargs="?", metavar="NN", help="its number; the next that is not passed")
    add("--lint", action="store_true", help="name every mistake in the exercises")


def run(options: argparse.Namespace) -> int:
    """Watch, list or check exercises; 0 when all went well."""
    wanted = [find_exercise(options.number)] if options.number else all_exercises()
    mistakes = lint(wanted)
    say([str(each) for each in mistakes] or [f"{len(wanted)} exercises, no mistake."])
    return 1 if mistakes else 0
