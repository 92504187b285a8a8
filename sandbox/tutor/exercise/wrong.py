"""Wrong answers: which check must catch one, and why it is wrong."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from sandbox.login.problems import Problem

CAUGHT_BY = re.compile(r"# Caught by: (\w+)")


@dataclass(frozen=True)
class Wrong:
    """A wrong answer: the check that must catch it, and why it is wrong."""

    path: Path
    caught_by: str
    why: str


def read_wrong(path: Path) -> Wrong:
    """What the first lines of a wrong answer say; empty when they do not. Problem: no Python."""
    try:
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise Problem(f"{path} cannot be read as Python: {error}. Correct it.") from None
    named = CAUGHT_BY.match(text)
    return Wrong(path, named[1] if named else "", ast.get_docstring(tree) or "")
