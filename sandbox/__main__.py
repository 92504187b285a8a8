"""The command line: `python -m sandbox COMMAND`."""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

from sandbox.login.problems import Problem, say_at_the_terminal
from sandbox.trace.output import is_full

COMMANDS = {
    "demo": "a login in five stops, then the server for you",
    "serve": "the login server, traced",
    "tour": "a scripted visit: how a cookie is accepted and refused",
    "lesson": "the lessons, step by step",
    "exercise": "the exercises: write a piece of a login, and an examiner attacks it",
    "check": "examine your answers once, for people and for scripts",
    "report": "for instructors: sum up the exercises of a class",
    "replay": "play again what serve --record has written",
    "cookie": "take a cookie of this sandbox apart",
    "keys": "list the signing keys by fingerprint, rotate them",
    "bench": "measure: what tracing costs, requests per second",
}
SERVING = ("serve", "demo")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code. Only the module of that command is imported."""
    given = sys.argv[1:] if arguments is None else arguments
    signal.signal(signal.SIGTERM, _end)
    for name in ("stdout", "stderr"):  # None when they were closed beforehand
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115  # until the end
    try:
        exit_code = _run(given)
        sys.stdout.flush()
    except KeyboardInterrupt:
        exit_code = 128 + signal.SIGINT
    except Problem as problem:
        say_at_the_terminal(str(problem))
        exit_code = 2
    except OSError as error:
        exit_code = _without_output(given[0], error)
    return exit_code


def _without_output(command: str, error: OSError) -> int:
    """Whoever read the output has left, a good reason for a server to end; or the disk is full."""
    if is_full(error):
        say_at_the_terminal(
            f"What {command} prints cannot be written ({error.strerror}). "
            "Make room on the disk, or send the output somewhere else."
        )
    elif not isinstance(error, BrokenPipeError):
        raise error
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0 if command in SERVING and not is_full(error) else 1


def _run(given: list[str]) -> int:
    parser, subparsers = _parsers()
    if not given:
        parser.print_help(sys.stderr)
        return 2
    module: Any = None
    if given[0] in COMMANDS:
        module = importlib.import_module(f"sandbox.commands.{given[0]}")
        module.add_arguments(subparsers[given[0]])
    exit_code: int = module.run(parser.parse_args(given)) if module else _refuse(parser, given)
    return exit_code


def _refuse(parser: argparse.ArgumentParser, given: list[str]) -> int:
    """argparse says what is wrong with these words, or gives its help, and exits."""
    parser.parse_args(given)
    return 2


def _end(number: int, _frame: object) -> None:
    """Leave every block, so that servers and children are ended."""
    sys.exit(128 + number)


def _parsers() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="Watch how a website remembers who you are."
    )
    added = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    subparsers = {
        name: added.add_parser(name, help=purpose, description=purpose)
        for name, purpose in COMMANDS.items()
    }
    return parser, subparsers


if __name__ == "__main__":
    sys.exit(main())
