"""Reading a recording, or what `serve --trace json` wrote; each line is checked."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.trace.inspector.as_file import BEGIN, END
from sandbox.trace.stage import VERSION, Event, printable

LARGEST = 100_000_000  # bytes; a recording ends at half of it
LONGEST_NUMBER = 20  # digits
BEGUN, ENDED = "recording", "recording_ended"
NUMBER = (int, float)
# What each reader leans on; whatever else stands in an event is left alone.
SHAPES: dict[str, dict[str, Any]] = {
    BEGUN: {"at": NUMBER, "cookies": str},
    ENDED: {"left_out": int},
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
TOO_LARGE = f"It has more than {LARGEST // 1_000_000} MB, and no recording is as large. "
TOO_LARGE += "Give a file that serve --record has written."
EMPTY = "There is nothing in this file. Give a file that serve --record has written."


class NotPlayable(Exception):
    """Why a file cannot be played, as a sentence."""


@dataclass(frozen=True)
class Recorded:
    """What a recording tells. `begun` is None for a trace in JSON lines, which was no recording.

    `is_broken_off`: there is no end, or the last line is cut.
    """

    begun: Event | None
    events: list[Event]
    left_out: int
    is_broken_off: bool


def read(path: Path) -> Recorded:
    """The events of a file. NotPlayable: it is damaged, newer or not ours; OSError."""
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)  # not every file tells its size
    if len(data) > LARGEST:
        raise NotPlayable(TOO_LARGE)
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise NotPlayable(NOT_OURS) from None
    if not text.strip():
        raise NotPlayable(EMPTY)
    first, lines, is_cut = _lines(text)
    told = [_event(number, line, number == first) for number, line in enumerate(lines, first)]
    return _recorded([event for event in told if event is not None], is_cut)


def _recorded(told: list[Event], is_cut: bool) -> Recorded:
    begun = told[0] if told and told[0]["type"] == BEGUN else None
    ended = told[-1] if told and told[-1]["type"] == ENDED else None
    events = [event for event in told if event["type"] not in (BEGUN, ENDED)]
    is_broken_off = is_cut or (begun is not None and ended is None)
    return Recorded(begun, events, ended["left_out"] if ended else 0, is_broken_off)


def _lines(text: str) -> tuple[int, list[str], bool]:
    """The number of the first line, the lines, and whether there was another that is cut off."""
    before, begin, within = text.partition(BEGIN)
    if not begin:
        before, within = "", text
    *lines, last = within.partition(END)[0].split("\n")
    is_cut = bool(last) and bool(lines) and not _is_json(last)
    lines += [last] if last and not is_cut else []
    return before.count("\n") + 2 if begin else 1, lines, is_cut


def _event(number: int, line: str, is_first: bool) -> Event | None:
    """None: an event of a type that this version does not know."""
    try:
        event = _parsed(line)
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


def _is_json(line: str) -> bool:
    try:
        _parsed(line)
    except (ValueError, RecursionError):
        return False
    return True


def _parsed(line: str) -> Any:
    return json.loads(line, parse_int=_int, parse_float=_float, parse_constant=_float)


def _int(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError
    return int(text)


def _float(text: str) -> float:
    """Neither infinite nor `NaN`, which a page could not read."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


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
