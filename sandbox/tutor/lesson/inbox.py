"""What a lesson waits for: a line from the keyboard, or an exchange that somebody made."""

from __future__ import annotations

import io
import sys
import threading
from collections import deque
from contextlib import suppress
from typing import TextIO

from sandbox.tutor.lesson.exchange import Exchange

A_LOOK = 0.5  # seconds: so that Ctrl-C is heard on every system
MOST_KEPT = 20  # exchanges that nobody has looked at: a flood is not read


class Ended(Exception):
    """The input has ended: nobody will type any more."""


class Inbox:
    """Lines and exchanges, each in their order; in turn, when there are both."""

    def __init__(self, keyboard: TextIO | None) -> None:
        self._keyboard = keyboard
        self._lines: deque[str] = deque()
        self._exchanges: deque[Exchange] = deque(maxlen=MOST_KEPT)
        self._has_ended = keyboard is None
        self.echoes = keyboard is not None and keyboard.isatty()  # what is typed is on the screen
        self._turn = False  # the last that was taken was an exchange
        self._news = threading.Condition()
        if isinstance(keyboard, io.TextIOWrapper):
            keyboard.reconfigure(errors="replace")  # bytes that are no text are no end
        if keyboard is not None:
            threading.Thread(target=self._read, name="keyboard", daemon=True).start()

    def seen(self, exchange: Exchange) -> None:
        """Somebody else than the built-in visitor made an exchange."""
        with self._news:
            self._exchanges.append(exchange)
            self._news.notify_all()

    def next(self) -> Exchange | str:
        """Wait for what comes next; Ended when nothing can come."""
        with self._news:
            while not self._exchanges and not self._lines:
                if self._has_ended:
                    raise Ended()
                self._news.wait(A_LOOK)
            self._turn = bool(self._exchanges) and not (self._turn and self._lines)
            return self._exchanges.popleft() if self._turn else self._lines.popleft()

    def forget_keys(self) -> None:
        """What was typed ahead at a terminal was not meant for what is asked now."""
        if self._keyboard is None or not self.echoes:
            return
        if sys.platform != "win32":
            import termios

            termios.tcflush(self._keyboard, termios.TCIFLUSH)
        with self._news:
            self._lines.clear()

    def _read(self) -> None:
        with suppress(OSError):  # the terminal was closed
            for line in self._keyboard or ():
                with self._news:
                    self._lines.append(line.strip())
                    self._news.notify_all()
        with self._news:
            self._has_ended = True
            self._news.notify_all()
