"""Faults that were found once and mended."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from sandbox.login.problems import Problem
from sandbox.serving import live
from sandbox.serving.live import LiveServer

from .raw_http import serving

HEADERS = {
    "cache-control": "no-store",
    "vary": "Cookie",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}


def headers_of(site: Any, path: str) -> dict[str, str]:
    return {name.lower(): value for name, value in site.get(path).headers}


@pytest.mark.parametrize("path", ["/", "/none", "/static/none", "/favicon.ico", "/.well-known/x"])
def test_every_response_but_a_static_file_is_for_this_visitor_alone(path: str) -> None:
    with serving() as site:
        found = headers_of(site, path)
    assert {name: found.get(name) for name in HEADERS} == HEADERS
    assert "frame-ancestors 'none'" in found["content-security-policy"]


def test_a_static_file_may_be_kept() -> None:
    with serving() as site:
        assert "cache-control" not in headers_of(site, "/static/style.css")


def test_logging_out_everywhere_with_a_stale_cookie_claims_nothing() -> None:
    with serving() as site:
        stale, alive = site.log_in("alice"), site.log_in("alice")
        site.post("/logout", cookie=stale)
        answer = site.post("/logout/everywhere", cookie=stale)
        location = dict(answer.headers)["Location"]
        assert "deleted" not in site.get(location).body.decode()
        assert site.get("/api/me", alive).status == 200


def test_a_server_stops_at_once_though_a_request_never_ends() -> None:
    entered, leave = threading.Event(), threading.Event()

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        entered.set()
        leave.wait(20)
        start("200 OK", [("Content-Length", "0")])
        return []

    server = LiveServer(app, port=0).start()
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert entered.wait(5)
        began = time.monotonic()
        server.stop()
        took = time.monotonic() - began
    leave.set()
    assert took < 2


def test_of_two_servers_started_at_once_only_one_has_the_port() -> None:
    first = LiveServer(lambda *_: [], port=0)
    try:
        with pytest.raises(Problem, match="in use"):
            live._bind_both(first.port)
    finally:
        first.start().stop()


def test_the_word_form_is_seen_to_write_into_the_store() -> None:
    with serving() as site:
        cookie = site.log_in()
        _, told = site.told(lambda: site.post("/word", {"word": "tulip"}, cookie=cookie))
        stages = [event["stage"] for event in site.ear.events if event["type"] == "stage_ended"]
    assert (stages[-1], told["verdict"]) == ("write_word", "OK")
