"""Reading a recording, or what `serve --trace json` wrote; each line is checked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.trace.inspector.as_file import BEGIN, END
from sandbox.trace.stage import VERSION, Event, printable

LARGEST = 200_000_000  # bytes
NUMBER = (int, float)
# What each reader leans on; whatever else stands in an event is left alone.
SHAPES: dict[str, dict[str, Any]] = {
    "recording": {"at": NUMBER, "cookies": str},
    "request": {
        **{"id": int, "at": NUMBER, "method": str, "path": str, "visitor": str},
        **{"cookies": list, "notes": list},
    },
    "stage_started": {"id": int, "seq": int, "stage": str, "story": str, "lane": str},
    "stage_ended": {
        **{"id": int, "seq": int, "stage": str, "story": str, "lane": str},
        **{"outcome": str, "evidence": dict, "source": str, "us": int},
    },
    "response": {
        **{"id": int, "status": int, "set_cookie": list, "verdict": str, "skipped": list},
        **{"lamps": dict, "ms": NUMBER},
    },
}
NOT_OURS = "This is no recording of the Login Sandbox. Give a file that serve --record has written."
TOO_LARGE = f"A recording of more than {LARGEST // 1_000_000} MB is not read. Record less."
EMPTY = "There is nothing in this file. Give a file that serve --record has written."


class NotPlayable(Exception):
    """Why a file cannot be played, as a sentence."""


@dataclass(frozen=True)
class Recorded:
    """What a recording tells: how it began, its events, and whether its last line is cut off."""

    begun: Event | None
    events: list[Event]
    is_cut: bool


def read(path: Path) -> Recorded:
    """The events of a file. NotPlayable: it is damaged, newer or not ours; OSError."""
    if path.stat().st_size > LARGEST:
        raise NotPlayable(TOO_LARGE)
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError:
        raise NotPlayable(NOT_OURS) from None
    if not text.strip():
        raise NotPlayable(EMPTY)
    first, lines, is_cut = _lines(text)
    events = _events(first, lines)
    begun = events.pop(0) if events and events[0]["type"] == "recording" else None
    return Recorded(begun, events, is_cut)


def _lines(text: str) -> tuple[int, list[str], bool]:
    """The number of the first line, the lines, and whether the last one has no end."""
    before, begin, within = text.partition(BEGIN)
    if not begin:
        before, within = "", text
    within = within.partition(END)[0]
    lines = within.split("\n")
    last = lines.pop()  # what stands behind the last new line
    return before.count("\n") + 2 if begin else 1, lines, bool(last)


def _events(first: int, lines: list[str]) -> list[Event]:
    told = [_event(number, line, number == first) for number, line in enumerate(lines, first)]
    return [each for each in told if each is not None]


def _event(number: int, line: str, is_first: bool) -> Event | None:
    """None: an event of a type that this version does not know."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        raise NotPlayable(NOT_OURS if is_first else _damaged(number, "it is no JSON")) from None
    if not isinstance(event, dict) or not isinstance(event.get("type"), str) or "v" not in event:
        raise NotPlayable(NOT_OURS if is_first else _damaged(number, "it is no event"))
    if event["v"] != VERSION:
        raise NotPlayable(
            f"Line {number} is an event of version {printable(str(event['v']))[:20]}, and this "
            f"sandbox reads version {VERSION}. Take a newer sandbox."
        )
    wrong = next(_wrong_fields(event), None)
    if wrong:
        raise NotPlayable(_damaged(number, f"{event['type']} lacks a proper {wrong!r}"))
    tame: Event = printable(event)
    return tame if event["type"] in SHAPES else None


def _wrong_fields(event: Event) -> Iterator[str]:
    for name, kind in SHAPES.get(event["type"], {}).items():
        if not isinstance(event.get(name), kind):
            yield name
    parts = {"cookies": dict, "set_cookie": str, "skipped": str, "notes": str}
    for name, kind in parts.items():
        listed = event.get(name, [])
        if isinstance(listed, list) and not all(isinstance(each, kind) for each in listed):
            yield name


def _damaged(number: int, why: str) -> str:
    return f"Line {number} of this recording is damaged: {why}. Take another copy of the file."
