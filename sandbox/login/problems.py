"""What the person at the terminal should know or can mend."""

import sys
import threading
from contextlib import suppress


class Problem(Exception):
    """What happened, what was expected, what to do next: one or two sentences, no traceback."""


def not_installed(what: str, package: str) -> Problem:
    """`package` is one of those that only some need (pyproject.toml: optional-dependencies)."""
    return Problem(
        f"{what} needs the package {package}, which is not installed. Run `make extras` to add it."
    )


def say_at_the_terminal(sentence: str) -> None:
    """Standard error, so that standard output stays free for the trace; never in anybody's way."""
    speaking = threading.Thread(target=_say, args=(sentence,), daemon=True)
    speaking.start()
    speaking.join(0.2)  # seconds: a terminal that is stopped (Ctrl-S) is not waited for


def _say(sentence: str) -> None:
    with suppress(OSError, ValueError):
        print(sentence, file=sys.stderr, flush=True)
