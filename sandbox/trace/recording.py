"""A recording: what was seen, line by line in a file, as JSON lines or as a page that opens alone.

The file is written as things happen, not at the end: whatever ends the server, what was answered a
moment before can still be read. Other lines may be lost only where requests overlapped.
"""

from __future__ import annotations

import io
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.trace.inspector.as_file import END, head
from sandbox.trace.recorder import JSONLines, in_lines
from sandbox.trace.stage import VERSION, Event, shortened

PAGE = ".html"
BY = "login-sandbox"
MOST_REQUESTS = 10_000
ENOUGH = 50_000_000  # bytes; a page of more would be no pleasure to open
IN_FULL = ("session_id", "received")  # what stages tell of a cookie, where the keys are our own
LONGEST_TIME = 8  # characters; a time of ours has six, so what is longer is something else


class Recording:
    """A listener that writes into a file of its own; without `with_cookies` they are shortened.

    Key material and a signature that was computed are never written. Of more than `most` requests,
    or `enough` bytes, the later ones are only counted. OSError: the disk is full.
    """

    def __init__(
        self,
        path: Path,
        with_cookies: bool = False,
        most: int = MOST_REQUESTS,
        enough: int = ENOUGH,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.path = path
        self.requests = 0
        self.left_out = 0
        self._with_cookies, self._most, self._enough, self._now = with_cookies, most, enough, now
        self._wanted: set[int] = set()
        self._lock = threading.Lock()
        self._is_over = False
        self._out = (PageFile if path.suffix == PAGE else io.BufferedWriter)(_new_file(path))
        self._lines = JSONLines(self._out, _tell_failure)
        self._say("recording", by=BY, cookies="in full" if with_cookies else "shortened")

    def wants(self, request_id: int) -> bool:
        with self._lock:
            if self._is_over or self._is_full():
                self.left_out += 1
                return False
            self.requests += 1
            self._wanted.add(request_id)
            return True

    def __call__(self, event: Event) -> None:
        if event["id"] not in self._wanted:
            return
        if event["type"] == "response":
            self._wanted.discard(event["id"])
        self._lines(event if self._with_cookies else without_cookies(event))

    def close(self) -> None:
        """Write what was told of requests that did not end; a recording of nothing is removed."""
        with self._lock:
            if self._is_over:
                return
            self._is_over = True
        try:
            self._lines.close()
            self._say("recording_ended", left_out=self.left_out)
        finally:
            self._out.close()
        if not self.requests:
            self.path.unlink()

    def _is_full(self) -> bool:
        return self.requests >= self._most or self._out.tell() >= self._enough

    def _say(self, kind: str, **fields: Any) -> None:
        event = {"type": kind, "v": VERSION, "at": self._now(), **fields}
        self._out.write(in_lines([event]).encode())
        self._out.flush()


class PageFile(io.BufferedWriter):
    """The events inside a page: no text may end the element in which it stands."""

    def __init__(self, raw: io.FileIO) -> None:
        super().__init__(raw)
        super().write(head().encode())

    def write(self, data: Any) -> int:
        super().write(bytes(data).replace(b"<", b"\\u003c"))
        return len(data)

    def close(self) -> None:
        if not self.closed:
            super().write(END.encode())
        super().close()


def without_cookies(event: Event) -> Event:
    """The same event with session ids, stamps and cookies told by their ends."""
    if event["type"] == "request":
        return event | {"cookies": [_shortened_cookie(each) for each in event["cookies"]]}
    if event["type"] == "response":
        return event | {"set_cookie": [_shortened_header(each) for each in event["set_cookie"]]}
    told = event.get("evidence", {})
    short = {name: shortened(told[name]) for name in IN_FULL if isinstance(told.get(name), str)}
    if len(told.get("timestamp") or "") > LONGEST_TIME:  # somebody wrote an id in its place
        short["timestamp"] = shortened(told["timestamp"])
    return event | {"evidence": told | short} if short else event


def _new_file(path: Path) -> io.FileIO:
    """One that only its owner can read. FileExistsError: nothing is written over."""
    return io.FileIO(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))


def _shortened_cookie(cookie: Event) -> Event:
    return cookie | {"value": shortened(cookie["value"])} if "value" in cookie else cookie


def _shortened_header(header: str) -> str:
    pair, semicolon, attributes = header.partition(";")
    name, equals, value = pair.partition("=")
    return f"{name}{equals}{shortened(value) if value else ''}{semicolon}{attributes}"


def _tell_failure() -> None:
    """A file has no reader that could leave: it cannot be written any more, and why is said."""
    error = sys.exc_info()[1]
    if isinstance(error, OSError):
        raise error
