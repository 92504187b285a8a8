"""`--step` and `--projector`: for whoever stands in front of a class."""

from __future__ import annotations

import argparse

from sandbox.login.problems import Problem

STEP_HELP = "stop a request after each stage, until Enter"
PROJECTOR_HELP = "a console for the last row: no faint text, fewer words"


def add_presenting_options(parser: argparse.ArgumentParser) -> None:
    """The options of `serve` in front of a class."""
    parser.add_argument("--step", action="store_true", help=STEP_HELP)
    parser.add_argument("--projector", action="store_true", help=PROJECTOR_HELP)


def refuse_to_present(options: argparse.Namespace) -> None:
    """Problem: what is to be shown can be shown nowhere."""
    if options.workers != 1 and (options.step or options.projector):
        given = "--step" if options.step else "--projector"
        raise Problem(
            f"With several workers there is no trace, so {given} is refused: "
            f"each is a process of its own. Leave out {given}, or give --workers 1."
        )
    if options.projector and options.trace not in (None, "console"):
        raise Problem(
            f"--projector is for the console, and --trace {options.trace} has none. "
            "Leave out one of them; the inspector's page has a button of its own."
        )
    if options.step:
        _refuse_to_step(options)


def _refuse_to_step(options: argparse.Namespace) -> None:
    from sandbox.serving.stepping import keyboard

    if options.no_inspector and options.trace == "off":
        raise Problem(
            "--step stops a request for those who watch it, and with --trace off and "
            "--no-inspector nobody does. Leave out one of the two."
        )
    if options.no_inspector and keyboard() is None:
        raise Problem(
            "--step waits for Enter, but standard input is no terminal, and --no-inspector leaves "
            "no page to step from. Leave out --no-inspector, or start it at a terminal."
        )
