"""Step by step: Enter at the terminal, or the inspector's page, says when a request goes on."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from sandbox.trace.gate import PATIENCE, Gate

Told = dict[str, Any]
MOST_READ = 1024  # bytes at a time: a terminal gives one line
OTHERS = "Other requests go on at once."
BOTH = f"Step by step: Enter here, or space in the inspector: the next stage. {OTHERS}"
HERE = f"Step by step: Enter: the next stage. {OTHERS}"
PAGE = f"Step by step: space in the inspector: the next stage. {OTHERS}"
INPUT_ENDED = "The input has ended, so nothing is stepped any more."
INPUT_ENDED_PAGE = "The input has ended: only the inspector steps now."


def keyboard() -> int | None:
    """The terminal on standard input, if there is one."""
    try:
        return sys.stdin.fileno() if sys.stdin is not None and sys.stdin.isatty() else None
    except ValueError:  # it was closed
        return None


class Stepping:
    """The gate, and who may open it; `orders` and `now` are for the inspector's page."""

    def __init__(self, terminal: int | None, has_page: bool) -> None:
        self.gate = Gate(self._say_gave_up)
        self.orders = {"next": self._next, "go": self._run_on}
        self._terminal = terminal
        self._has_page = has_page
        self._say: Callable[[str], None] = partial(print, flush=True)

    def now(self) -> Told:
        """Which request waits, and where."""
        return {"step": self.gate.waiting}

    def start(self, say: Callable[[str], None]) -> None:
        """Say how to step, and listen to the keyboard."""
        self._say = say
        if self._terminal is None:
            say(f"{PAGE}\n")
            return
        say(f"{BOTH if self._has_page else HERE}\n")
        threading.Thread(target=self._read, args=(self._terminal,), daemon=True).start()

    def end(self) -> None:
        """Release everybody: the server ends."""
        self.gate.close()

    def _read(self, terminal: int) -> None:
        """Not by way of `sys.stdin`: a thread that waits there would hold up the end of Python."""
        while typed := _read_some(terminal):
            for _ in range(typed.count(b"\n")):
                self.gate.next()
        if not self._has_page:
            self.gate.close()
        self._say(INPUT_ENDED_PAGE if self._has_page else INPUT_ENDED)

    def _next(self, order: Told) -> Told:
        return self._if_seen(order, self.gate.next)

    def _run_on(self, order: Told) -> Told:
        return self._if_seen(order, self.gate.run_on)

    def _if_seen(self, order: Told, do: Callable[[], None]) -> Told:
        """A page may be a moment behind, or a second one open: no stage is passed unseen."""
        place = self.gate.waiting
        if place and (order.get("id"), order.get("seq")) == (place["id"], place["seq"]):
            do()
        return self.now()

    def _say_gave_up(self, request_id: int) -> None:
        minutes = f"{PATIENCE / 60:.0f} minutes"
        self._say(f"#{request_id} has waited for {minutes} at a stage: it runs on to its end.")


def _read_some(terminal: int) -> bytes:
    """b"" at the end of the input."""
    try:
        return os.read(terminal, MOST_READ)
    except OSError:  # the terminal was closed, or is not ours
        return b""
