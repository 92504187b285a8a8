"""The command line: `python -m sandbox COMMAND`."""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from typing import Any

from sandbox.login.problems import Problem, say_at_the_terminal

COMMANDS = {
    "demo": "a login in five stops, then the server for you",
    "serve": "the login server, traced",
    "tour": "a scripted visit: every way a cookie can be refused",
    "cookie": "take a cookie of this sandbox apart",
    "bench": "measure: what tracing costs, requests per second",
}
SERVING = ("serve", "demo")  # nobody reads any more: a good reason to end


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code. Only the module of that command is imported."""
    given = sys.argv[1:] if arguments is None else arguments
    parser, subparsers = _parsers()
    module: Any = None
    if given and given[0] in COMMANDS:
        module = importlib.import_module(f"sandbox.commands.{given[0]}")
        module.add_arguments(subparsers[given[0]])
    return _run(module, parser.parse_args(given))


def _run(module: Any, options: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, _end)
    try:
        exit_code: int = module.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        exit_code = 128 + signal.SIGINT
    except Problem as problem:
        say_at_the_terminal(str(problem))
        exit_code = 2
    except BrokenPipeError:  # whoever read the output has left
        exit_code = 0 if options.command in SERVING else 1
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return exit_code


def _end(number: int, _frame: object) -> None:
    """Leave every block, so that servers and children are ended."""
    sys.exit(128 + number)


def _parsers() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    added = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    subparsers = {
        name: added.add_parser(name, help=purpose, description=purpose)
        for name, purpose in COMMANDS.items()
    }
    return parser, subparsers


if __name__ == "__main__":
    sys.exit(main())
