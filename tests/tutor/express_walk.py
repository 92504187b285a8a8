"""One list of steps for two servers: what a visitor does, and what each of them answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from sandbox.serving.live import LiveServer
from sandbox.serving.whatif import one_changed
from sandbox.tutor.express import ExpressServer
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.proxy import Proxy
from sandbox.tutor.visitor import Visitor

LESSONS = Path(__file__).parents[2] / "lessons"
EXPRESS = LESSONS / "11_from_here_to_passport" / "express"
EXPRESS_COOKIE = "connect.sid"
PLANTED = "a-ticket-from-outside"
JAR, NEWEST, EARLIER, CHANGED, OF_OTHERS = "jar", "newest", "earlier", "changed", "planted"


@dataclass(frozen=True)
class Step:
    """What the visitor does. `cookie` and `token` say which of those that he was given he sends.

    Done several times (`times`), the last answer counts. `site`: where the form stood.
    """

    says: str
    method: str
    target: str
    fields: dict[str, str] = field(default_factory=dict)
    cookie: str = JAR
    token: str = ""
    site: str = "same-origin"
    times: int = 1


def _login(says: str, name: str, password: str, cookie: str = JAR, times: int = 1) -> Step:
    fields = {"username": name, "password": password}
    return Step(says, "POST", "/login", fields, cookie, times=times)


CREDENTIALS = {"username": "alice", "password": "wonderland"}
# What is recorded for machines without Node.
STEPS = (
    Step("a stranger", "GET", "/"),
    Step("a stranger at the profile", "GET", "/profile"),
    Step("the form", "GET", "/login"),
    Step("the form after the profile", "GET", "/login?next=/profile"),
    _login("a wrong password", "alice", "wrong"),
    _login("an unknown name", "nobody", "wrong"),
    _login("the right password", "alice", "wonderland"),
    Step("the profile", "GET", "/profile"),
    Step("the home page", "GET", "/"),
    Step("a changed cookie at the profile", "GET", "/profile", cookie=CHANGED),
    Step("a changed cookie at home", "GET", "/", cookie=CHANGED),
    _login("logging in once more", "alice", "wonderland"),
    Step("the cookie from before that", "GET", "/profile", cookie=EARLIER),
    Step("the cookie from after that", "GET", "/profile"),
    Step("logging out", "POST", "/logout"),
    Step("a copy of the cookie at the profile", "GET", "/profile", cookie=NEWEST),
    Step("a copy of the cookie at home", "GET", "/", cookie=NEWEST),
    Step("asking for a token", "POST", "/api/token", CREDENTIALS),
    Step("the API without the token", "GET", "/api/me"),
    Step("the API with the token", "GET", "/api/me", token=NEWEST),
    Step("the API with a changed token", "GET", "/api/me", token=CHANGED),
    _login("a planted cookie at the login", "alice", "wonderland", cookie=OF_OTHERS),
)
# What only a living server can show.
MORE_STEPS = (
    Step(
        "a form of another site logs her out", "POST", "/logout", cookie=NEWEST, site="cross-site"
    ),
    Step("is she logged in after that?", "GET", "/", cookie=NEWEST),
    _login("the sixth wrong password in a row", "bob", "wrong", times=6),
)


class Walk:
    """A visitor who does one step after another, and notes what he is given.

    `hidden` are the fields that the server's own login form has besides the two to fill in.
    """

    def __init__(self, url: str, cookie_name: str, **hidden: str) -> None:
        self._visitor = Visitor("alice", url, time.time)
        self._name = cookie_name
        self._hidden = hidden
        self._cookies: list[str] = []
        self._token = ""

    def do(self, step: Step) -> tuple[httpx.Response, Exchange]:
        for _ in range(step.times):
            response = self._send(step)
        exchange = exchange_of(response, self._name)
        if exchange.given:
            self._cookies.append(exchange.given)
        self._token = exchange.token or self._token
        return response, exchange

    def _send(self, step: Step) -> httpx.Response:
        hidden = self._hidden if step.target == "/login" and step.fields else {}
        form = str(httpx.QueryParams(step.fields | hidden))
        headers = {"Sec-Fetch-Site": step.site} if step.method == "POST" else {}
        tokens = {NEWEST: self._token, CHANGED: one_changed(self._token or " ")}
        if step.token:
            headers["Authorization"] = f"Bearer {tokens[step.token]}"
        cookie = None if step.cookie == JAR else f"{self._name}={self._cookie(step.cookie)}"
        return self._visitor.send(step.method, step.target, form, cookie, headers)

    def _cookie(self, which: str) -> str:
        if which == OF_OTHERS:
            return PLANTED
        if which == CHANGED:
            return one_changed(self._cookies[-1])
        return self._cookies[-2 if which == EARLIER else -1]

    def close(self) -> None:
        self._visitor.close()


@contextmanager
def walking(url: str, cookie_name: str, **hidden: str) -> Iterator[Walk]:
    walk = Walk(url, cookie_name, **hidden)
    try:
        yield walk
    finally:
        walk.close()


@contextmanager
def express_alone() -> Iterator[str]:
    """The address of Express itself."""
    server = ExpressServer(EXPRESS)
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.stop()


@contextmanager
def express_behind_ours() -> Iterator[str]:
    """The address of our own server that hands everything on to Express, as in the lesson."""
    server = ExpressServer(EXPRESS)
    live = LiveServer(Proxy(server.port), port=0).start()
    try:
        yield live.url
    finally:
        live.stop()
        server.stop()


def exchange_of(response: httpx.Response, cookie_name: str) -> Exchange:
    """The same as a lesson sees it."""
    request = response.request
    headers = [(name.decode(), value.decode("latin-1")) for name, value in response.headers.raw]
    return Exchange(
        number=0,
        cookie_name=cookie_name,
        method=request.method,
        target=request.url.raw_path.decode(),
        host=request.headers["host"],
        cookie_header=request.headers.get("cookie", ""),
        is_ours=True,
        status=response.status_code,
        headers=headers,
        body=response.text,
    )
