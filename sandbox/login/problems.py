"""What the person at the terminal should know or can mend."""

import sys


class Problem(Exception):
    """What happened, what was expected, what to do next: one or two sentences, no traceback."""


def say_at_the_terminal(sentence: str) -> None:
    """Standard error, so that standard output stays free for the trace."""
    print(sentence, file=sys.stderr)
