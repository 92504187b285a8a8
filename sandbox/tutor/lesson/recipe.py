"""A recipe: what somebody does in a real browser until it makes the request of a step."""

from __future__ import annotations

import re

from sandbox.tutor.lesson.fences import (
    Broken,
    Lines,
    check_address,
    check_all_gaps,
    read_request_line,
)
from sandbox.tutor.lesson.parts import Move, Request

OPTIONS = re.compile(r"(?:as=(?P<visitor>[a-z][a-z0-9]*))?")
MOVE = re.compile(r"back|reload|type \S+ \S.*|(open|press|follow|wait) \S.*")
KNOWN = "open ADDRESS, type FIELD VALUE, press BUTTON, follow LINK, wait TEXT, back, reload"


def read_browser(options: str, lines: Lines, line: int) -> Request:
    """The request that the step waits for, then the recipe, a line each."""
    given = OPTIONS.fullmatch(options.strip())
    if not given:
        raise Broken(line, f"expected `browser as=NAME`: {options}")
    start, *rest = lines or [(line, "")]
    method, target = read_request_line(*start)
    check_all_gaps(lines)
    recipe = tuple(_move(*each) for each in rest if each[1].strip())
    if not recipe:
        raise Broken(line, f"expected a recipe after the request line; there are {KNOWN}")
    return Request(
        line, given["visitor"] or "alice", method, target, "", None, "", (), recipe=recipe
    )


def _move(line: int, text: str) -> Move:
    if not MOVE.fullmatch(text.strip()):
        raise Broken(line, f"a browser cannot do {text.strip()!r}; there are {KNOWN}")
    does, _, what = text.strip().partition(" ")
    if does == "open":
        check_address(line, what)
    return Move(line, does, what)
