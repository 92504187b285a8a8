"""Those who listen to the events: one that fails is said once and let go; nobody else notices."""

from __future__ import annotations

import threading
from typing import Protocol

from sandbox.trace.output import say_aloud, say_switched_off
from sandbox.trace.stage import Event

LAST_WORDS = 1.0  # seconds for all listeners to come to their end
FAILURES = (Exception, SystemExit)  # sys.exit() in a server's thread would only lose its request


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
            except FAILURES as error:
                self._let_go(listener, error)
        return wanted

    def tell(self, event: Event) -> None:
        for listener in self._listeners:
            try:
                listener(event)
            except FAILURES as error:  # whoever watches must not break what is watched
                self._let_go(listener, error)

    def close(self) -> None:
        """A listener that does not come to its end is not waited for."""
        closing = threading.Thread(target=self._close_all, name="last words", daemon=True)
        closing.start()
        closing.join(LAST_WORDS)
        if closing.is_alive():
            say_aloud("The end of the trace is lost: whoever reads it takes nothing.")

    def _close_all(self) -> None:
        for listener in self._listeners:
            try:
                listener.close()
            except FAILURES as error:  # the others are closed all the same
                self._let_go(listener, error)

    def _let_go(self, listener: Listener, error: BaseException) -> None:
        with self._lock:
            is_first = listener in self._listeners
            self._listeners = [each for each in self._listeners if each is not listener]
        if is_first:
            say_switched_off(listener, error)
