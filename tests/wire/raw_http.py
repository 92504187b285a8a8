"""HTTP by hand: bytes into a socket, bytes out of it; and a real server that tells what it saw."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from argon2 import PasswordHasher

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks
from sandbox.login.keys import MemoryKeys
from sandbox.login.middleware import WSGIApp
from sandbox.login.server import make_app
from sandbox.login.sessions import Limits
from sandbox.login.signing import SessionSigner
from sandbox.login.stores.memory import MemoryStore
from sandbox.login.users import Users, make_users
from sandbox.serving.clock import Clock
from sandbox.serving.live import LiveServer
from sandbox.serving.traced import traced
from sandbox.trace.audience import Audience

ACCOUNTS = {"alice": "wonderland", "bob": "builder"}
PATIENCE = 10.0  # seconds
FORM = ("Content-Type", "application/x-www-form-urlencoded")
Header = tuple[str, str]
Event = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """A response taken apart: every header line in the order sent, none merged, none dropped."""

    raw: bytes
    status: int
    headers: tuple[Header, ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for each, value in self.headers if each.lower() == name.lower()]

    def one(self, name: str) -> str:
        (value,) = self.all(name)
        return value

    @property
    def text(self) -> str:
        return self.body.decode()


def take_apart(raw: bytes) -> Answer:
    """RFC 9112: a status line, header lines, an empty line, the body; each line ends in CRLF."""
    assert raw, "the connection was dropped without an answer"
    head, separator, body = raw.partition(b"\r\n\r\n")
    assert separator, raw[:200]
    status_line, *lines = head.decode("latin-1").split("\r\n")
    version, status, _reason = status_line.split(" ", 2)
    assert version in ("HTTP/1.0", "HTTP/1.1")
    pairs = (line.partition(":") for line in lines)
    headers = tuple((name, value.strip(" \t")) for name, _, value in pairs)
    return Answer(raw, int(status), headers, body)


def exchange(port: int, request: bytes, address: str = "127.0.0.1") -> Answer:
    """Send these bytes, read until the server closes."""
    with socket.create_connection((address, port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        received = bytearray()
        while piece := connection.recv(65536):
            received += piece
    return take_apart(bytes(received))


def message(
    port: int,
    method: str,
    target: str,
    headers: list[tuple[str, str | bytes]] | None = None,
    body: bytes = b"",
    version: str = "HTTP/1.1",
) -> bytes:
    """A request as bytes; a `Host` among the headers takes the place of ours."""
    given: list[tuple[str, str | bytes]] = list(headers or [])
    named = {name.lower() for name, _ in given}
    if "host" not in named:
        given.insert(0, ("Host", f"localhost:{port}"))
    given.append(("Connection", "close"))
    if (body or method == "POST") and not {"content-length", "transfer-encoding"} & named:
        given.append(("Content-Length", str(len(body))))
    lines = [f"{method} {target} {version}".encode("latin-1")]
    for name, value in given:
        encoded = value if isinstance(value, bytes) else value.encode("latin-1")
        lines.append(name.encode("latin-1") + b": " + encoded)
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


@dataclass
class Ear:
    """Hears every event; the response of a request is told a little after its bytes have come."""

    events: list[Event] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    _responses: dict[int, Event] = field(default_factory=dict)
    _told: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, event: Event) -> None:
        with self._told:
            self.events.append(event)
            if event["type"] == "request":
                self.asked.append(event["id"])
            elif event["type"] == "response":
                self._responses[event["id"]] = event
                self._told.notify_all()

    def response_to(self, request_id: int) -> Event:
        with self._told:
            told = self._told.wait_for(lambda: request_id in self._responses, PATIENCE)
            assert told, "no response event came"
            return self._responses[request_id]


@dataclass
class Site:
    """A real server on a real port, and everything it told."""

    port: int
    bricks: Bricks
    ear: Ear

    def ask(
        self,
        method: str,
        target: str,
        headers: list[tuple[str, str | bytes]] | None = None,
        body: bytes = b"",
        version: str = "HTTP/1.1",
    ) -> Answer:
        return exchange(self.port, message(self.port, method, target, headers, body, version))

    def get(self, target: str, *cookies: str) -> Answer:
        return self.ask("GET", target, [("Cookie", cookie) for cookie in cookies])

    def post(
        self,
        target: str,
        fields: dict[str, str] | None = None,
        *headers: tuple[str, str | bytes],
        cookie: str = "",
    ) -> Answer:
        sent = [FORM, *headers] + ([("Cookie", cookie)] if cookie else [])
        return self.ask("POST", target, sent, urlencode(fields or {}).encode())

    def log_in(self, name: str = "alice") -> str:
        """What a browser sends back after a login: `name=value`."""
        answer = self.post("/login", {"username": name, "password": ACCOUNTS[name]})
        assert answer.status == 303
        return answer.one("Set-Cookie").partition(";")[0]

    def told(self, act: Callable[[], Answer]) -> tuple[Answer, Event]:
        """An exchange, and the `response` event that tells of it."""
        before = len(self.ear.asked)
        answer = act()
        return answer, self.ear.response_to(self.ear.asked[before])


def cheap_users() -> Users:
    return make_users(ACCOUNTS, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def lay_bricks(**given: Any) -> Bricks:
    """A login on a memory store, by the real clock; any brick can be given by its name."""
    clock, limits = given.get("clock") or Clock(), given.get("limits") or Limits()
    ours = {
        "cookie": CookieSettings(limits.cookie_age),
        "signer": SessionSigner(MemoryKeys(), clock, limits.cookie_age),
        "store": MemoryStore(),
        "limits": limits,
        "users": cheap_users(),
        "clock": clock,
    }
    return Bricks(**(ours | given))


@contextmanager
def serving(
    bricks: Bricks | None = None,
    app: WSGIApp | None = None,
    audience: Audience | None = None,
) -> Iterator[Site]:
    """The login server, or another app on the same bricks, listening on a port of its own."""
    bricks, ear = bricks or lay_bricks(), Ear()

    def tell(event: Event) -> None:
        ear(event)
        if audience:
            audience.tell(event)

    def wants(request_id: int) -> bool:
        if audience:
            audience.wants(request_id)
        return True

    served = app or make_app(bricks, demo_accounts=ACCOUNTS)
    server = LiveServer(traced(served, bricks, tell, wants), 0)
    server.start()
    try:
        yield Site(server.port, bricks, ear)
    finally:
        server.stop()


def until(condition: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Wait for something to become true; what it became."""
    last = time.monotonic() + patience
    while not (found := condition()):
        assert time.monotonic() < last, "waited in vain"
        time.sleep(0.01)
    return found
