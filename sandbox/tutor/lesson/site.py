"""The address of a lesson: whatever world it shows at present, a browser finds it here."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from sandbox.login.cookies import parse_cookie_header
from sandbox.login.guard import LOOPBACK_NAMES, PORT
from sandbox.login.middleware import Environ, StartResponse
from sandbox.login.problems import Problem
from sandbox.serving.live import LiveServer
from sandbox.tutor.chromium import start_chromium
from sandbox.tutor.lesson.board import Board
from sandbox.tutor.lesson.exchange import Exchange, Recorder
from sandbox.tutor.lesson.other_site import OtherSite
from sandbox.tutor.lesson.real_browser import Browser, RealBrowser
from sandbox.tutor.visitor import JarCookie

if TYPE_CHECKING:
    from sandbox.tutor.lesson.world import World

PATIENCE = 10.0  # seconds until an exchange must have been published
Handle = Callable[[Exchange], None]


class Site:
    """Started in `with`. `world` answers; `/start` puts a browser where the step begins."""

    other: OtherSite

    def __init__(
        self,
        port: int | None,
        seen: Handle = lambda exchange: None,
        start_browser: Callable[[], Browser] = start_chromium,
        redis_url: str = "",
    ) -> None:
        self.recorder = Recorder(lambda exchange: self.world.look(exchange), self._publish)
        self.ids = itertools.count(1)
        self.lacks_redis = ""  # why steps were left out
        self.redis_url = redis_url  # a Redis that somebody has brought along
        self._world: World | None = None
        self.start_as, self.start_at = "alice", "/"
        self._seen = seen
        self._ours: list[Exchange] = []
        self._published = threading.Condition()
        self.board = Board()
        self._servers = [LiveServer(self, port)]
        self.real = RealBrowser(start_browser)
        self.other = OtherSite(self)

    @property
    def world(self) -> World:
        if self._world is None:
            raise RuntimeError("nothing is shown here yet")
        return self._world

    def show(self, world: World) -> None:
        """Answer from this world from now on."""
        if self._world is not None:
            self._world.close()
        self._world = world

    @property
    def url(self) -> str:
        return self._servers[0].url

    @property
    def ports(self) -> dict[str, int]:
        """Where the site listens, as a lesson's README calls it."""
        names = ("port", "other port")
        ours = {name: server.port for name, server in zip(names, self._servers, strict=False)}
        return ours | self.other.ports

    def count_anew(self) -> None:
        """The next card has the number 1."""
        self.ids = itertools.count(1)

    def listen_on_another_port(self) -> None:
        if len(self._servers) == 1:
            self._servers.append(LiveServer(self, 0).start())

    def forget_ours(self) -> None:
        """What came in the built-in visitor's name before this moment was not his."""
        with self._published:
            self._ours.clear()

    def last_of_ours(self, is_wanted: Callable[[Exchange], bool]) -> Exchange:
        """The exchange that the built-in visitor has just made.

        A page that Chromium still shows may have asked in his name meanwhile.
        """
        wanted = next(filter(is_wanted, self.all_of_ours(is_wanted)), None)
        if wanted is None:
            raise Problem("The lesson's server gave no answer. Start the lesson again.")
        return wanted

    def all_of_ours(self, is_wanted: Callable[[Exchange], bool]) -> list[Exchange]:
        """What was made in a visitor's name; waits until one of them is wanted."""
        with self._published:
            self._published.wait_for(lambda: any(map(is_wanted, self._ours)), PATIENCE)
            return list(self._ours)

    @contextmanager
    def starting_at(self, page: str) -> Iterator[None]:
        """Inside, /start leads to this page."""
        before, self.start_at = self.start_at, page
        try:
            yield
        finally:
            self.start_at = before

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/start" and _is_from_here(environ):
            return self._start(environ, start_response)
        server = self.world.server
        return self.recorder.answer(server.app, server.cookie, environ, start_response)

    def _start(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Give the browser the visitor's cookies, drop left-over ones, and go to the page."""
        wanted = parse_qs(environ.get("QUERY_STRING", "")).get("as", [self.start_as])[0]
        host = PORT.sub("", environ["HTTP_HOST"]).lower()
        jar = self.world.cookies_of(wanted, host)
        ours = self.world.cookie_names()
        sent = dict(parse_cookie_header(environ.get("HTTP_COOKIE", "")).pairs)
        given = [_as_header(name, jar[name]) for name in ours if name in jar]
        dropped = [f"{name}=; Path=/; Max-Age=0" for name in ours & sent.keys() - jar.keys()]
        headers = [("Location", self.start_at), ("Cache-Control", "no-store")]
        cookies = [("Set-Cookie", header) for header in given + dropped]
        start_response("303 See Other", [*headers, *cookies, ("Content-Length", "0")])
        return [b""]

    def told_beside(self) -> dict[str, Any]:
        """What holds at the moment, for the page beside the lesson."""
        return self.board.now(self._world.server.beside if self._world else "")

    def _publish(self, exchange: Exchange) -> None:
        self.board(exchange)
        if not exchange.is_ours:
            self._seen(exchange)
            return
        with self._published:
            self._ours.append(exchange)
            self._published.notify_all()

    def __enter__(self) -> Site:
        self._servers[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._world is not None:
            self._world.close()
        self.real.close()
        self.other.stop()
        for server in self._servers:
            server.stop()


def _is_from_here(environ: Environ) -> bool:
    """Another host name would be DNS rebinding: its page could read the visitor's cookie."""
    return PORT.sub("", environ.get("HTTP_HOST", "")).lower() in LOOPBACK_NAMES


def _as_header(name: str, cookie: JarCookie) -> str:
    """The cookie as it was set; a browser that is told its age anew keeps it long enough."""
    attributes = cookie.attributes or ("Path=/", "HttpOnly", "SameSite=Lax")
    return "; ".join([f"{name}={cookie.value}", *attributes])
