"""What the person who starts the sandbox can mend."""


class Problem(Exception):
    """What happened, what was expected, what to do next: one or two sentences, no traceback."""
