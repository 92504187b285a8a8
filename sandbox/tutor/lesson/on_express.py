"""The Express server of a lesson: what crosses the wire is traced, what happens inside is not."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.login.cookies import CookieSettings
from sandbox.login.keys import MemoryKeys
from sandbox.login.middleware import WSGIApp
from sandbox.login.problems import Problem
from sandbox.login.sessions import Limits
from sandbox.login.stores.memory import MemoryStore
from sandbox.serving.bricks import lay_bricks
from sandbox.serving.traced import traced
from sandbox.tutor.express import ExpressServer, missing
from sandbox.tutor.lesson.servers import Server
from sandbox.tutor.proxy import Proxy
from sandbox.tutor.recorded import Recorded

if TYPE_CHECKING:
    from sandbox.tutor.lesson.world import World

PATIENCE = 5.0  # seconds


class OnExpress(Server):
    """express/server.js on Node; without Node the answers that it gave when they were recorded.

    `says` is which of them it is.
    """

    untold = "Express tells no stages: of its requests only what crosses the wire is drawn."

    def __init__(self, world: World, folder: Path) -> None:
        self._express: ExpressServer | None = None
        recorded = _recorded(folder / "recorded.json")
        cookie = CookieSettings(Limits.cookie_age, base_name=recorded.cookie_name)
        self.bricks = lay_bricks(
            MemoryStore(), MemoryKeys(), world.users, world.clock, cookie=cookie
        )
        advice = missing()
        app: WSGIApp
        if advice:
            app = recorded
            self.says = f"A recording of an Express server answers now. {advice}"
        else:
            self._express = ExpressServer(folder)
            app = Proxy(self._express.port)
            self.says = "An Express server answers now; Node runs it."
        told = world.site.recorder
        self.app = traced(app, self.bricks, told, told.wants, ids=world.site.ids)

    def check(self) -> None:
        if self._express:
            try:
                socket.create_connection(("127.0.0.1", self._express.port), PATIENCE).close()
            except OSError:
                raise Problem("The Express server has ended. Start the lesson again.") from None

    def close(self) -> None:
        if self._express:
            self._express.stop()


def _recorded(path: Path) -> Recorded:
    """Problem when it is not there, or is no recording."""
    try:
        return Recorded(path)
    except FileNotFoundError:
        raise Problem(f"There is no {path}; lessons/README.md says what it is.") from None
    except (ValueError, KeyError, TypeError) as error:
        says = f"{path} is no recording ({type(error).__name__}: {error})."
        raise Problem(f"{says} Record it anew: python -m tests.lessons.recorded") from None
