"""The source of a stage: a few lines around the one that an event names, as JSON.

Only files of the running package are read, and only Python; whatever else is asked for gets a
sentence.
"""

from __future__ import annotations

import ast
import json
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sandbox.trace.stage import PACKAGE

# Names without a dot lead to no other folder, and without a colon or a backslash to no other drive.
PLACE = re.compile(r"((?:[A-Za-z_]\w*/)*[A-Za-z_]\w*\.py):([0-9]{1,6})", re.ASCII)
LONGEST_QUERY = 300  # characters, before anything is decoded
AROUND = 5  # lines before and behind the one asked for, where it is in no function
LONGEST_EXCERPT = 30  # lines; a stage has at most fifteen
STARTED = time.time()
NO_PLACE = "That is no place in the sandbox's source. Ask for one as an event names it, "
NO_PLACE += "such as login/signing.py:147."
NO_FILE = "The sandbox has no such file. Choose a stage in the diagram."
NO_LINE = "The file has no such line. If it was changed, start the server again."
UNREADABLE = "The file cannot be read. If it was changed, start the server again."
CHANGED = "This file was changed after the server had started: the lines may not be those that ran."


class NoSource(Exception):
    """Why there is nothing to show, as a sentence."""


def answer(query: str) -> tuple[str, str, bytes]:
    """What to answer to `source?at=FILE:LINE`: status, kind and body."""
    try:
        status, told = "200 OK", _excerpt(*_place(query))
    except NoSource as reason:
        status, told = "404 Refused", {"error": str(reason)}
    return status, "application/json", json.dumps(told).encode()


def _place(query: str) -> tuple[Path, int]:
    found = PLACE.fullmatch(unquote(query.removeprefix("at=")) if _is_short(query) else "")
    if found is None:
        raise NoSource(NO_PLACE)
    package = Path(PACKAGE).resolve()
    path = (package / found[1]).resolve()  # a link may lead elsewhere
    if not (path.is_relative_to(package) and path.suffix == ".py" and path.is_file()):
        raise NoSource(NO_FILE)
    return path, int(found[2])


def _is_short(query: str) -> bool:
    return len(query) <= LONGEST_QUERY


def _excerpt(path: Path, line: int) -> dict[str, Any]:
    try:
        text, changed = path.read_text(encoding="utf-8"), path.stat().st_mtime > STARTED
        tree = ast.parse(text)
    except (OSError, ValueError, SyntaxError):
        raise NoSource(UNREADABLE) from None
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        raise NoSource(NO_LINE)
    first, last = _span(tree, line, len(lines))
    told = {"file": path.relative_to(Path(PACKAGE).resolve()).as_posix(), "line": line}
    shown = {"first": first, "lines": lines[first - 1 : last]}
    return told | shown | {"note": CHANGED if changed else ""}


def _span(tree: ast.Module, line: int, length: int) -> tuple[int, int]:
    """The first and last line of the function around this line, or of its neighbours."""
    functions = (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))
    spans = [(_first_line(each), each.end_lineno or each.lineno) for each in functions]
    around = [span for span in spans if span[0] <= line <= span[1]]
    first, last = max(around, default=(line - AROUND, line + AROUND))  # the innermost
    if last - first >= LONGEST_EXCERPT:
        first, last = max(first, line - AROUND), min(last, line + AROUND)
    return max(first, 1), min(last, length)


def _first_line(function: ast.FunctionDef) -> int:
    """With its decorators."""
    return min([function.lineno, *(each.lineno for each in function.decorator_list)])
