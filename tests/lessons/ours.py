"""The lessons of this repository; those that start a browser, servers or a Redis are slow."""

from __future__ import annotations

from pathlib import Path

import pytest

LESSONS = Path(__file__).parent.parent.parent / "lessons"
READMES = sorted(LESSONS.glob("[0-9][0-9]_*/README.md"))
SLOW = {"10", "13", "14"}


def marks(number: str) -> list[pytest.MarkDecorator]:
    """What a test that runs this lesson is marked with."""
    return [pytest.mark.slow] if number in SLOW else []


EACH = [
    pytest.param(readme, id=readme.parent.name, marks=marks(readme.parent.name[:2]))
    for readme in READMES
]
