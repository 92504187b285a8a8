"""What is waited for: a line from the keyboard, or news such as an exchange or a saved file."""

from __future__ import annotations

import io
import sys
import threading
from collections import deque
from contextlib import suppress
from typing import Generic, TextIO, TypeVar

News = TypeVar("News")

A_LOOK = 0.5  # seconds: so that Ctrl-C is heard on every system
MOST_KEPT = 20  # news that nobody has looked at: a flood is not read


class Ended(Exception):
    """The input has ended: nobody will type any more."""


class Inbox(Generic[News]):
    """Lines and news, each in their order; in turn, when there are both."""

    def __init__(self, keyboard: TextIO | None) -> None:
        self._keyboard = keyboard
        self._lines: deque[str] = deque()
        self._news: deque[News] = deque(maxlen=MOST_KEPT)
        self._has_ended = keyboard is None
        self.echoes = keyboard is not None and keyboard.isatty()  # what is typed is on the screen
        self._turn = False  # the last that was taken was news
        self._change = threading.Condition()
        if isinstance(keyboard, io.TextIOWrapper):
            keyboard.reconfigure(errors="replace")  # bytes that are no text are no end
        if keyboard is not None:
            threading.Thread(target=self._read, name="keyboard", daemon=True).start()

    def seen(self, news: News) -> None:
        """Something happened elsewhere than at the keyboard."""
        with self._change:
            self._news.append(news)
            self._change.notify_all()

    def seen_anew(self, news: News) -> None:
        """The same, unless just this is waiting to be looked at."""
        with self._change:
            if news not in self._news:
                self.seen(news)

    def next(self) -> News | str:
        """Wait for what comes next; Ended when nothing can come."""
        with self._change:
            while not self._news and not self._lines:
                if self._has_ended:
                    raise Ended()
                self._change.wait(A_LOOK)
            self._turn = bool(self._news) and not (self._turn and self._lines)
            return self._news.popleft() if self._turn else self._lines.popleft()

    def forget_keys(self) -> None:
        """What was typed ahead at a terminal was not meant for what is asked now."""
        if self._keyboard is None or not self.echoes:
            return
        if sys.platform != "win32":
            import termios

            termios.tcflush(self._keyboard, termios.TCIFLUSH)
        with self._change:
            self._lines.clear()

    def _read(self) -> None:
        with suppress(OSError):  # the terminal was closed
            for line in self._keyboard or ():
                with self._change:
                    self._lines.append(line.strip())
                    self._change.notify_all()
        with self._change:
            self._has_ended = True
            self._change.notify_all()
