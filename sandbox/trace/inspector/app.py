"""The inspector's own web server: its page, and the events that the page asks for.

It listens at a port of its own, so that it is an origin of its own. Whoever does not know the
token of this run sees nothing; no cookie is used, since all ports of a host share one jar.
"""

from __future__ import annotations

import hmac
import json
import mimetypes
from collections.abc import Callable, Collection, Iterable
from importlib.resources import files
from typing import Any

from sandbox.trace.inspector import source
from sandbox.trace.inspector.buffer import Buffer
from sandbox.trace.inspector.orders import Orders, obey

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Now = Callable[[], dict[str, Any]]
PAGE = files("sandbox.trace.inspector") / "page"
LONGEST_NUMBER = 15  # digits
HEADERS = [
    ("Allow", "GET, POST"),  # a 405 has to say it: RFC 9110 section 15.5.6
    ("Cache-Control", "no-store"),
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),  # the address holds the token
    ("X-Content-Type-Options", "nosniff"),
]
WRONG_HOST = "403 This server answers for this computer only. Open the address that serve printed."
OTHER_RUN = "403 This address is not of this run. Open the one that serve has printed last."
NO_PAGE = "404 There is no such page. Open the address that serve printed."
ONLY_GET = "405 Only GET is answered here, and POST of an order."


class Inspector:
    """`GET /TOKEN/` is the page, `GET /TOKEN/trace?after=N` what has happened since, as JSON.

    `orders` are what the page may order; `now` is what holds at the moment, told with each answer.
    """

    def __init__(
        self,
        buffer: Buffer,
        token: str,
        hosts: Collection[str],
        orders: Orders | None = None,
        now: Now = dict,
    ) -> None:
        self._buffer = buffer
        self._token = token
        self._hosts = frozenset(hosts)
        self._orders = orders or {}
        self._now = now

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        status, kind, body = self._answer(environ)
        length = ("Content-Length", str(len(body)))
        start_response(status, [("Content-Type", kind), length, *HEADERS])
        return [body]

    def _answer(self, environ: Environ) -> tuple[str, str, bytes]:
        _, token, *rest = [*environ["PATH_INFO"].split("/", 2), ""][:3]
        if _name(environ.get("HTTP_HOST", "")) not in self._hosts:
            return _sentence(WRONG_HOST)
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            return _sentence(OTHER_RUN)
        place, _, name = rest[0].partition("/") if rest else ("", "", "")
        if environ["REQUEST_METHOD"] == "POST" and place == "orders":
            return _as_json(*obey(self._orders, name, environ))
        if environ["REQUEST_METHOD"] != "GET":
            return _sentence(ONLY_GET)
        if rest == ["trace"]:
            after = _number(environ.get("QUERY_STRING", "").removeprefix("after="))
            return _as_json("200 OK", self._buffer.after(after, self._now()))
        if rest == ["source"]:
            return source.answer(environ.get("QUERY_STRING", ""))
        return _file(rest[0] or "index.html")


def _as_json(status: str, told: dict[str, Any] | str) -> tuple[str, str, bytes]:
    text = told if isinstance(told, str) else json.dumps(told)
    return status, "application/json", text.encode()


def _file(name: str) -> tuple[str, str, bytes]:
    """One of the files of the page, whatever is asked for."""
    found = {each.name: each for each in PAGE.iterdir()}.get(name)
    if found is None:
        return _sentence(NO_PAGE)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return "200 OK", f"{kind}; charset=UTF-8", found.read_bytes()


def _sentence(text: str) -> tuple[str, str, bytes]:
    return text.partition(" ")[0] + " Refused", "text/plain; charset=UTF-8", text.encode()


def _name(host: str) -> str:
    """Without the port."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() else host).lower()


def _number(text: str) -> int:
    """Where nothing sensible was asked for, from the beginning."""
    is_one = text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return int(text) if is_one else 0
