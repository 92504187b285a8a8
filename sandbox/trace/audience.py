"""Those who listen to the events: one that fails is said once and let go; nobody else notices."""

from __future__ import annotations

import sys
from typing import Protocol

from sandbox.trace.stage import Event


class Listener(Protocol):
    """Hears every event; `close` once at the end, after the last one."""

    def __call__(self, event: Event) -> None: ...

    def close(self) -> None: ...


class Audience:
    """Hand each event to every listener."""

    def __init__(self, *listeners: Listener) -> None:
        self._listeners = list(listeners)

    def tell(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception as error:  # whoever watches must not break what is watched
                self._let_go(listener, error)

    def close(self) -> None:
        for listener in self._listeners:
            listener.close()

    def _let_go(self, listener: Listener, error: Exception) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)
            print(
                f"The trace's {type(listener).__name__} failed ({type(error).__name__}) and is "
                "switched off. The server goes on; restart it to see the trace again.",
                file=sys.stderr,
            )
