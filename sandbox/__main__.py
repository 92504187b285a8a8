"""The command line: `python -m sandbox COMMAND`."""

from __future__ import annotations

import argparse
import importlib
import sys

from sandbox.login.problems import Problem

COMMANDS = {
    "demo": "a login in five stops, then the server for you",
    "serve": "the login server, traced",
    "tour": "a scripted visit: every way a cookie can be refused",
    "cookie": "take a cookie of this sandbox apart",
    "bench": "measure: what tracing costs, requests per second",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code. Only the module of that command is imported."""
    given = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    wanted = given[0] if given and given[0] in COMMANDS else None
    modules = {}
    for name, purpose in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=purpose, description=purpose)
        if name == wanted:
            modules[name] = importlib.import_module(f"sandbox.commands.{name}")
            modules[name].add_arguments(subparser)
    options = parser.parse_args(given)
    try:
        exit_code: int = modules[options.command].run(options)
    except KeyboardInterrupt:
        exit_code = 130
    except Problem as problem:
        print(problem, file=sys.stderr)
        exit_code = 2
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
