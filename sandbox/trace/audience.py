"""Those who listen to the events: one that fails is said once and let go; nobody else notices."""

from __future__ import annotations

import errno
import sys
import threading
from typing import Protocol

from sandbox.trace.stage import Event


def reader_left(error: Exception) -> bool:
    """Will nobody ever read what is written here? A full disk may have room again."""
    closed = isinstance(error, (BrokenPipeError, ValueError))
    return closed or getattr(error, "errno", None) in (errno.EIO, errno.EBADF)


def say_switched_off(name: str, error: Exception) -> None:
    """One sentence on standard error, without a word that came from the wire."""
    why = (isinstance(error, OSError) and error.strerror) or type(error).__name__
    print(
        f"The trace's {name} failed ({why}) and is switched off. "
        "The server goes on; restart it to see the trace again.",
        file=sys.stderr,
    )


class Listener(Protocol):
    """Hears the requests that it or another listener wants, and how every other one ended.

    `close` comes once at the end, after the last event.
    """

    def wants(self, request_id: int) -> bool: ...

    def __call__(self, event: Event) -> None: ...

    def close(self) -> None: ...


class Audience:
    """Hand each event to every listener."""

    def __init__(self, *listeners: Listener) -> None:
        self._listeners = list(listeners)
        self._lock = threading.Lock()

    def wants(self, request_id: int) -> bool:
        """Does anybody want to hear of this request? Each is asked once."""
        wanted = False
        for listener in self._listeners:
            try:
                wanted = listener.wants(request_id) or wanted
            except Exception as error:
                self._let_go(listener, error)
        return wanted

    def tell(self, event: Event) -> None:
        for listener in self._listeners:
            try:
                listener(event)
            except Exception as error:  # whoever watches must not break what is watched
                self._let_go(listener, error)

    def close(self) -> None:
        for listener in self._listeners:
            try:
                listener.close()
            except Exception as error:  # the others are closed all the same
                self._let_go(listener, error)

    def _let_go(self, listener: Listener, error: Exception) -> None:
        with self._lock:
            is_first = listener in self._listeners
            self._listeners = [each for each in self._listeners if each is not listener]
        if is_first:
            say_switched_off(type(listener).__name__, error)
