"""Events as JSON lines: every one of them, without what only the screen may show."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import BinaryIO

from sandbox.trace.output import Output, is_full
from sandbox.trace.stage import Event

AT_LEAST_EVERY = 0.1  # seconds between two writes while requests overlap


class JSONLines:
    """Write the events of a request, one per line, when its response has been sent.

    Under load several requests go out at once. `gone` is called once when nobody reads any more;
    OSError when the disk is full.
    """

    def __init__(
        self,
        out: BinaryIO | Output,
        gone: Callable[[], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._out = out
        self._gone = gone
        self._now = now
        self._sent = now()
        self._open: dict[int, list[Event]] = {}
        self._waiting: deque[bytes] = deque()
        self._lock = threading.Lock()

    def wants(self, request_id: int) -> bool:
        return True

    def __call__(self, event: Event) -> None:
        self._open.setdefault(event["id"], []).append(event)
        if event["type"] == "response":
            self._write(self._open.pop(event["id"]))

    def close(self) -> None:
        """Write what was told of requests that did not end."""
        while self._open:
            self._write(self._open.popitem()[1])
        self._send()

    def _write(self, events: list[Event]) -> None:
        self._waiting.append(in_lines([_for_a_file(event) for event in events]).encode())
        if not self._open or self._now() - self._sent >= AT_LEAST_EVERY:
            self._send()

    def _send(self) -> None:
        try:
            with self._lock:
                self._sent = self._now()
                waiting = [self._waiting.popleft() for _ in range(len(self._waiting))]
                self._out.write(b"".join(waiting))
                self._out.flush()
        except (OSError, ValueError) as error:  # nobody reads any more, or the file is closed
            if is_full(error):
                raise
            self._say_gone()

    def _say_gone(self) -> None:
        gone, self._gone = self._gone, lambda: None
        gone()


def in_lines(events: list[Event]) -> str:
    """One event per line, encoded in one go.

    Only an event begins with its type, and a quotation mark inside a text is escaped, so this
    sequence can stand between two events only.
    """
    between, new_line = '}, {"type": ', '}\n{"type": '
    return json.dumps(events)[1:-1].replace(between, new_line) + "\n"


def _for_a_file(event: Event) -> Event:
    """Key material and computed signatures would let a reader of the file forge cookies."""
    evidence = event.get("evidence")
    if not evidence or "live_only" not in evidence:
        return event
    return event | {"evidence": {k: v for k, v in evidence.items() if k != "live_only"}}
