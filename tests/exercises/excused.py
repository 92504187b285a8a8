"""Mutants that no check can catch, because they do what the solution does."""

from __future__ import annotations

from typing import NamedTuple


class Excuse(NamedTuple):
    """The exercise, the mutated line as it is printed after `+`, and why it makes no difference."""

    exercise: str
    line: str
    why: str


EXCUSED: list[Excuse] = []
