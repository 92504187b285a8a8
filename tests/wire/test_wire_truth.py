"""What the trace says was sent is what a socket received: status and Set-Cookie, to the letter."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest
from bottle import HTTPError, HTTPResponse, abort, redirect, request, response

from sandbox.login.flow import Bricks, recognise
from sandbox.login.guard import LOOPBACK_NAMES
from sandbox.login.keys import MemoryKeys
from sandbox.login.middleware import Middleware
from sandbox.login.refusals import StoreDown, UnknownSession
from sandbox.login.server import make_routes, queue_cookie
from sandbox.login.signing import SessionSigner
from sandbox.serving.clock import Clock
from tests.wire.raw_http import Site, lay_bricks, serving

REFUSED = [401, 403, 404, 413, 500, 503]
ENDINGS = [
    ("text", 200),
    ("stream", 200),
    *[("return", status) for status in (200, 303, *REFUSED)],
    *[("raise", status) for status in (200, 303, *REFUSED)],
    *[("error", status) for status in REFUSED],
    *[("abort", status) for status in REFUSED],
    ("redirect", 303),
    ("crash", 500),
    ("store_down", 503),
]
QUEUED = {
    "none": [],
    "one": ["probe={0}; Path=/; HttpOnly; SameSite=Lax"],
    "two": ["zebra={0}; Path=/; Max-Age=60", "ant={1}; Path=/deep; Secure"],
    "the same one twice": ["probe={0}; Path=/", "probe={0}; Path=/"],
    "cleared": ["sandbox_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"],
}


def end(way: str, status: int) -> Any:
    """Every way in which a Bottle route can end."""
    if way == "text":
        return "as a page"
    if way == "return":
        return HTTPResponse("returned", status, {"Location": "/"} if status == 303 else {})
    if way == "raise":
        raise HTTPResponse("raised", status, {"Location": "/"} if status == 303 else {})
    if way == "error":
        return HTTPError(status, "returned as an error")
    if way == "abort":
        abort(status, "aborted")
    if way == "redirect":
        redirect("/", status)
    if way == "store_down":
        raise StoreDown(store="broken on purpose")
    raise RuntimeError("crashed on purpose")


def with_endings(bricks: Bricks) -> Middleware:
    """The login server's own routes, and the ones that end in every way."""
    routes = make_routes(bricks, {})

    def finish(way: str, status: int) -> Any:
        for header in request.query.getall("queue"):
            queue_cookie(header)
        for number, value in enumerate(request.query.getall("bottle")):
            response.set_cookie(f"bottle{number}", value)
        return end(way, status)

    def stream(status: int) -> Iterator[str]:
        for header in request.query.getall("queue"):
            queue_cookie(header)
        yield "as a "
        yield "stream"

    routes.route("/end/stream/<status:int>", ["GET", "POST"], stream)
    routes.route("/end/<way>/<status:int>", ["GET", "POST"], finish)
    return Middleware(routes, partial(recognise, bricks), LOOPBACK_NAMES)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    bricks = lay_bricks()
    with serving(bricks, with_endings(bricks)) as site:
        yield site


def target(way: str, status: int, queued: list[str], bottle: tuple[str, ...] = ()) -> str:
    pairs = [("queue", header) for header in queued] + [("bottle", value) for value in bottle]
    return f"/end/{way}/{status}?{urlencode(pairs)}"


def fresh(queued: str) -> list[str]:
    values = secrets.token_hex(8), secrets.token_hex(8)
    return [header.format(*values) for header in QUEUED[queued]]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(("way", "status"), ENDINGS)
def test_each_cookie_queued_is_sent_and_told_however_the_route_ends(
    site: Site, way: str, status: int, method: str
) -> None:
    for queued in map(fresh, QUEUED):
        answer, told = site.told(lambda q=queued: site.ask(method, target(way, status, q)))
        assert answer.status == status
        assert answer.all("Set-Cookie") == queued
        assert told["set_cookie"] == queued
        assert told["status"] == status
        if method == "HEAD":  # waitress ends a stream of unknown length with an empty chunk
            assert answer.body == (b"0\r\n\r\n" if way == "stream" else b"")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("way", "status", "verdict"), [("crash", 500, "CRASHED"), ("store_down", 503, "STORE_DOWN")]
)
def test_a_crash_and_a_store_that_is_down_have_their_own_verdicts(
    site: Site, way: str, status: int, verdict: str, method: str
) -> None:
    answer, told = site.told(lambda: site.ask(method, target(way, status, fresh("one"))))
    assert (answer.status, told["status"], told["verdict"]) == (status, status, verdict)
    assert len(answer.all("Set-Cookie")) == 1
    if method == "GET":
        assert f"<code>{verdict}</code>" in answer.text


@pytest.mark.parametrize(("way", "status"), [e for e in ENDINGS if e[0] != "stream"])
def test_a_cookie_of_bottles_own_is_told_exactly_when_it_is_sent(
    site: Site, way: str, status: int
) -> None:
    """Bottle loses its own cookies on some endings; the trace must lose the same ones."""
    queued = fresh("two")
    answer, told = site.told(lambda: site.ask("GET", target(way, status, queued, ("x", "y"))))
    assert told["set_cookie"] == answer.all("Set-Cookie")
    assert [each for each in answer.all("Set-Cookie") if not each.startswith("bottle")] == queued


def test_the_cookies_of_a_real_login_and_logout_are_told_as_they_were_sent(site: Site) -> None:
    right = {"username": "alice", "password": "wonderland"}
    answer, told = site.told(lambda: site.post("/login", right))
    assert told["set_cookie"] == answer.all("Set-Cookie") != []
    cookie = answer.one("Set-Cookie").partition(";")[0]
    for act in (lambda: site.get("/profile", cookie), lambda: site.get("/api/me", cookie)):
        answer, told = site.told(act)
        assert (answer.status, told["status"]) == (200, 200)
        assert told["set_cookie"] == answer.all("Set-Cookie") == []
    answer, told = site.told(lambda: site.post("/logout", cookie=cookie))
    assert told["set_cookie"] == answer.all("Set-Cookie")
    assert "Max-Age=0" in answer.one("Set-Cookie")


@pytest.mark.parametrize(
    ("refused", "status"),
    [
        ([("Host", "evil.example")], 403),
        ([("Sec-Fetch-Site", "cross-site")], 403),
        ([("Content-Length", "70000")], 413),
    ],
)
def test_what_is_refused_before_the_routes_is_told_with_the_status_that_was_sent(
    site: Site, refused: list[tuple[str, str | bytes]], status: int
) -> None:
    body = b"x" * 70000 if status == 413 else b""
    answer, told = site.told(lambda: site.ask("POST", "/end/text/200", refused, body))
    assert answer.status == told["status"] == status
    assert answer.all("Set-Cookie") == told["set_cookie"] == []


def test_the_headers_of_every_page_are_sent_once_on_every_ending(site: Site) -> None:
    for way, status in ENDINGS:
        answer = site.ask("GET", target(way, status, fresh("one")))
        assert answer.all("Cache-Control") == ["no-store"], way
        assert answer.all("Vary") == ["Cookie"], way


def test_with_keys_brought_along_only_the_value_of_our_cookie_is_shortened() -> None:
    ring = MemoryKeys(b"somebody's own key")
    ring.brought = True
    clock = Clock()
    bricks = lay_bricks(signer=SessionSigner(ring, clock, 86400), clock=clock)
    with serving(bricks, with_endings(bricks)) as site:
        value = secrets.token_hex(20)
        ours, other = f"sandbox_session={value}; Path=/; HttpOnly", "probe=as-it-is; Path=/"
        queued = [ours, other]
        answer, told = site.told(lambda: site.ask("GET", target("crash", 500, queued)))
    assert answer.all("Set-Cookie") == queued
    assert told["set_cookie"] == [ours.replace(value, f"{value[:4]}…{value[-2:]}"), other]


def test_a_refusal_that_a_route_lets_through_gets_our_page_and_keeps_the_cookie() -> None:
    """Not every refusal has a row in the middleware's table; none may end in waitress's 500."""
    bricks = lay_bricks()
    routes = make_routes(bricks, {})

    def refuse() -> None:
        queue_cookie("probe=kept; Path=/")
        raise UnknownSession()

    routes.route("/refuse", "GET", refuse)
    with serving(bricks, Middleware(routes, partial(recognise, bricks), LOOPBACK_NAMES)) as site:
        answer, told = site.told(lambda: site.get("/refuse"))
    assert answer.all("Cache-Control") == ["no-store"]
    assert answer.all("Set-Cookie") == told["set_cookie"] == ["probe=kept; Path=/"]
    assert told["verdict"] == "UNKNOWN_SESSION"
