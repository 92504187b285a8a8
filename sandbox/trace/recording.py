"""A recording: what was seen, line by line in a file, as JSON lines or as a page that opens alone.

The file is written as things happen and is whole after each request, so that a crash loses nothing
but the requests that it broke off.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.trace.inspector.as_file import END, head
from sandbox.trace.output import Output
from sandbox.trace.recorder import JSONLines, in_lines
from sandbox.trace.stage import VERSION, Event, shortened

PAGE, LINES = ".html", ".jsonl"
IN_FULL = ("session_id", "received")  # what stages tell of a cookie, where the keys are our own


class Recording:
    """A listener that writes into an open file; without `with_cookies` they are shortened.

    Key material and a signature that was computed are never written. OSError: the disk is full.
    """

    def __init__(
        self,
        file: Any,
        is_page: bool,
        with_cookies: bool,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._file = file
        self._is_page = is_page
        self._with_cookies = with_cookies
        out = ForMarkup(file) if is_page else Output(file)
        if is_page:
            Output(file).write(head().encode())
        cookies = "in full" if with_cookies else "shortened"
        begun = {"type": "recording", "v": VERSION, "at": now(), "cookies": cookies}
        out.write(in_lines([begun]).encode())
        self._lines = JSONLines(out, _nobody_left)

    def wants(self, request_id: int) -> bool:
        return True

    def __call__(self, event: Event) -> None:
        self._lines(event if self._with_cookies else without_cookies(event))

    def close(self) -> None:
        """Write what was told of requests that did not end, and the end of the page."""
        self._lines.close()
        if self._is_page:
            Output(self._file).write(END.encode())
        self._file.close()


class ForMarkup(Output):
    """Inside a page no text may end the element in which it stands."""

    def write(self, data: Any) -> int:
        super().write(bytes(data).replace(b"<", b"\\u003c"))
        return len(data)


def open_recording(path: Path, with_cookies: bool) -> Recording:
    """Begin a file that only its owner can read. FileExistsError: nothing is written over."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    file = os.fdopen(descriptor, "w", encoding="utf-8")
    return Recording(file, path.suffix == PAGE, with_cookies)


def without_cookies(event: Event) -> Event:
    """The same event with session ids, stamps and cookies told by their ends."""
    if event["type"] == "request":
        return event | {"cookies": [_shortened_cookie(each) for each in event["cookies"]]}
    if event["type"] == "response":
        return event | {"set_cookie": [_shortened_header(each) for each in event["set_cookie"]]}
    told = event.get("evidence", {})
    short = {name: shortened(told[name]) for name in IN_FULL if isinstance(told.get(name), str)}
    return event | {"evidence": told | short} if short else event


def _shortened_cookie(cookie: Event) -> Event:
    return cookie | {"value": shortened(cookie["value"])} if "value" in cookie else cookie


def _shortened_header(header: str) -> str:
    pair, semicolon, attributes = header.partition(";")
    name, equals, value = pair.partition("=")
    return f"{name}{equals}{shortened(value) if value else ''}{semicolon}{attributes}"


def _nobody_left() -> None:
    """A file has no reader that could leave."""
