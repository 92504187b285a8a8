"""The server of a lesson in our own process, and what every kind of server can do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.login.flow import Bricks
from sandbox.login.keys import MemoryKeys, new_key
from sandbox.login.middleware import WSGIApp
from sandbox.login.sessions import new_session_id
from sandbox.login.stores.memory import MemoryStore
from sandbox.serving.bricks import lay_bricks
from sandbox.serving.traced import traced
from sandbox.trace.stage import Event
from sandbox.tutor.lesson.beside import as_text, knowing_port, start_neighbour
from sandbox.tutor.lesson.exchange import Seen
from sandbox.tutor.lesson.filling import NotAGap
from sandbox.tutor.lesson.process import ServerProcess
from sandbox.tutor.lesson_app import load_app

if TYPE_CHECKING:
    from sandbox.tutor.lesson.world import World


class Server:
    """A kind of server: what a lesson may ask of it. `careless` is its flaw, if it has one."""

    app: WSGIApp
    bricks: Bricks
    careless = ""
    says = ""  # which server answers, where that is not plain
    untold = ""  # what it does not tell of itself
    neighbour_port = 0  # where neighbour.py listens; 0: nowhere

    @property
    def cookie(self) -> str:
        return self.bricks.cookie.name

    @property
    def beside(self) -> str:
        """What a page that draws the trace says of it."""
        return f"Careless server: {self.careless}" if self.careless else self.untold

    @property
    def stores(self) -> dict[str, str]:
        """What each store is called, by the port of its server."""
        return {"": "the store"}

    def look(self, ticket: str, port: str = "") -> Seen | None:
        """Into the store of whoever answers on this port; None: nobody can."""
        return None

    def called(self, number: int) -> list[Event]:
        """What another server told that was called in the request with this number."""
        return []

    def delete(self, ticket: str) -> None:
        raise self.cannot("delete a row")

    def sign_anew(self) -> None:
        raise self.cannot("get a new key")

    def start_neighbour(self) -> None:
        raise self.cannot("have a neighbour")

    def forward(self, seconds: float) -> None:
        """The lesson's clock was moved."""

    def check(self) -> None:
        """Problem: a process of it has ended."""

    def close(self) -> None:
        """End what belongs to it."""

    def cannot(self, what: str) -> NotAGap:
        return NotAGap(f"this kind of server cannot {what}; go back to one that can: `use app`")


class OneProcess(Server):
    """app.py or careless.py in our process, with its own store, keys and cookie.

    It may call a neighbour: neighbour.py in a process of its own, with the same keys.
    """

    def __init__(self, world: World, path: Path, new_id: Callable[[], str]) -> None:
        lesson = load_app(path)
        self.store, self.keys = MemoryStore(), MemoryKeys()
        users, limits, cookie = world.users, lesson.limits, lesson.cookie
        self.bricks = lay_bricks(self.store, self.keys, users, world.clock, limits, cookie, new_id)
        told = world.site.recorder
        app = knowing_port(lesson.make(self.bricks), lambda: self.neighbour_port)
        self.app = traced(app, self.bricks, told, told.wants, ids=world.site.ids)
        self.careless = lesson.careless
        self._world, self._name = world, path.name
        self._path = path.with_name("neighbour.py")
        self._neighbour: ServerProcess | None = None

    def look(self, ticket: str, port: str = "") -> Seen:
        return Seen(len(self.store), self.store.find(ticket) if ticket else None)

    def called(self, number: int) -> list[Event]:
        told = self._neighbour.events_of(number) if self._neighbour else []
        return [event | {"called_by": f"called by {self._name}"} for event in told]

    def delete(self, ticket: str) -> None:
        self.store.delete(ticket)

    def sign_anew(self) -> None:
        self.keys.keys = (new_key(),)
        if self._neighbour:
            self._neighbour.ask("sign_with", as_text(self.keys))

    def start_neighbour(self) -> None:
        if self._neighbour is None:
            self._neighbour = start_neighbour(self._path, self.keys, self._world.clock())
            self.neighbour_port = self._neighbour.port

    def forward(self, seconds: float) -> None:
        if self._neighbour:
            self._neighbour.ask("forward", seconds)

    def check(self) -> None:
        if self._neighbour:
            self._neighbour.check()

    def close(self) -> None:
        if self._neighbour:
            self._neighbour.stop()


class Ids:
    """How new session ids are made."""

    def __init__(self) -> None:
        self._count = 0
        self._counting = False

    def count_from_one(self) -> None:
        self._counting, self._count = True, 0

    def random(self) -> None:
        self._counting = False

    def __call__(self) -> str:
        if not self._counting:
            return new_session_id()
        self._count += 1
        return str(self._count)
