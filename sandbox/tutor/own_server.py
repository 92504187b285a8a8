"""A server for a walk: its own memory store, keys and clock; the clock can be moved."""

from __future__ import annotations

import threading
from types import TracebackType

from sandbox.login.keys import MemoryKeys
from sandbox.login.server import make_app
from sandbox.login.sessions import Limits
from sandbox.login.stores.memory import MemoryStore
from sandbox.login.users import DEMO_ACCOUNTS, demo_users
from sandbox.serving.bricks import lay_bricks
from sandbox.serving.clock import Clock
from sandbox.serving.live import LiveServer
from sandbox.serving.traced import traced
from sandbox.trace.audience import Audience
from sandbox.trace.console import ConsoleTrace
from sandbox.trace.painter import Painter
from sandbox.trace.stage import Event
from sandbox.tutor.visitor import Visitor

PATIENCE = 10.0  # seconds until a response must have been told


class MovableClock(Clock):
    """The clock of a walk: it can be moved, forward only."""

    ahead = 0.0

    def __call__(self) -> float:
        return super().__call__() + self.ahead

    def move(self, seconds: float) -> None:
        self.ahead += max(0.0, seconds)


class Verdicts:
    """Listens for the verdict of each request, in the order in which they ended."""

    def __init__(self) -> None:
        self._codes: list[str] = []
        self._told = threading.Condition()

    def wants(self, request_id: int) -> bool:
        return False  # of every request the response is told

    def __call__(self, event: Event) -> None:
        if event["type"] == "response":
            with self._told:
                self._codes.append(event["verdict"])
                self._told.notify_all()

    def close(self) -> None:
        """Nothing to let go of."""

    def take(self, count: int) -> list[str]:
        """The codes of all requests since the last time, `count` of them at least."""
        with self._told:
            self._told.wait_for(lambda: len(self._codes) >= count, PATIENCE)
            taken, self._codes = self._codes, []
        return taken


class OwnServer:
    """Started in `with`, stopped when the walk is over; `painter` draws the trace."""

    def __init__(self, painter: Painter, limits: Limits | None = None) -> None:
        self.clock = MovableClock()
        self.keys = MemoryKeys()
        self.bricks = lay_bricks(MemoryStore(), self.keys, demo_users(), self.clock, limits)
        self.verdicts = Verdicts()
        self.console = ConsoleTrace(painter, gone=lambda: None)
        self._audience = Audience(self.console, self.verdicts)
        app = make_app(self.bricks, demo_accounts=DEMO_ACCOUNTS)
        watched = traced(app, self.bricks, self._audience.tell, self._audience.wants)
        self._live = LiveServer(watched, port=0)
        self._visitors: list[Visitor] = []

    def visitor(self, name: str) -> Visitor:
        """Somebody with a browser, and a jar, of their own."""
        visitor = Visitor(name, self._live.url, self.clock)
        self._visitors.append(visitor)
        return visitor

    def __enter__(self) -> OwnServer:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for visitor in self._visitors:
            visitor.close()
        self._live.stop()
        self._audience.close()
