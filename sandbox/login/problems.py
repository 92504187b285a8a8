"""What the person at the terminal should know or can mend."""

import sys
from contextlib import suppress


class Problem(Exception):
    """What happened, what was expected, what to do next: one or two sentences, no traceback."""


def say_at_the_terminal(sentence: str) -> None:
    """Standard error, so that standard output stays free for the trace; never in anybody's way."""
    with suppress(OSError):
        print(sentence, file=sys.stderr)
