"""Mutants that no check can catch, because they do what the solution does."""

from __future__ import annotations

from typing import NamedTuple


class Excuse(NamedTuple):
    """The exercise, the mutated line as it is printed after `+`, and why it makes no difference."""

    exercise: str
    line: str
    why: str


NO_MATTER = "The task asks for a ValueError; its words are the student's own."
IS_THERE = "The letter x is among these characters already."

EXCUSED: list[Excuse] = [
    Excuse(
        "02",
        """IN_A_NAME = string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~x\"""",
        IS_THERE,
    ),
    Excuse("02", "IN_A_VALUE = IN_A_NAME + '()/:<=>?@[]{}x'", IS_THERE),
    Excuse("02", "raise ValueError(f'A cookie cannot have this name: x{name!r}')", NO_MATTER),
    Excuse("02", "raise ValueError(f'{name!r}')", NO_MATTER),
    Excuse("02", "raise ValueError(f'A cookie cannot carry this value: x{value!r}')", NO_MATTER),
    Excuse("02", "raise ValueError(f'{value!r}')", NO_MATTER),
    Excuse("05", "session_id = secrets.token_urlsafe(33)", "One byte more is no easier to guess."),
]
