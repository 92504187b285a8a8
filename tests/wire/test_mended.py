"""Faults that were found once and mended."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from sandbox.commands import serve
from sandbox.login.problems import Problem
from sandbox.login.refusals import StoreDown, UnknownSession
from sandbox.login.stores import Session
from sandbox.login.stores.memory import MemoryStore
from sandbox.login.word import write_word
from sandbox.serving import live
from sandbox.serving.live import LiveServer
from sandbox.trace.words import stage_lines

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


def test_a_stamp_spelled_otherwise_is_not_told_as_the_one_that_was_computed() -> None:
    with serving() as site:
        site.get("/", site.log_in() + "==!!")
        ended = [event for event in site.ear.events if event.get("stage") == "check_signature"]
    (line, _) = stage_lines(ended[-1])
    assert ended[-1]["outcome"] == "OK"
    assert "though spelled otherwise" in line.text
    assert "!!" not in line.text


def test_a_second_cookie_header_is_noted_and_what_it_holds_is_not() -> None:
    with serving() as site:
        site.get("/", site.log_in(), "theme=dark")
        asked = [event for event in site.ear.events if event["type"] == "request"][-1]
    assert any("another Cookie header" in note for note in asked["notes"])
    assert "dark" not in str(site.ear.events)


def test_a_look_at_the_headers_alone_leaves_the_message_for_the_page() -> None:
    with serving() as site:
        cookie = site.log_in()
        site.post("/word", {"word": "tulip"}, cookie=cookie)
        site.ask("HEAD", "/profile", [("Cookie", cookie)])
        assert "Your word is saved" in site.get("/profile", cookie).text
        assert "Your word is saved" not in site.get("/profile", cookie).text


@pytest.mark.parametrize("name", ["", "http://x/", "x:80", "a b"])
def test_a_host_that_could_never_match_is_refused(name: str) -> None:
    with pytest.raises(Problem, match="no host name"):
        serve._host_name(name)


def test_a_word_for_a_session_that_is_gone_is_not_taken_for_saved() -> None:
    with pytest.raises(UnknownSession):
        write_word(MemoryStore(), Session("gone", "alice", 0, 0), "tulip")


def test_what_the_store_is_down_for_is_not_promised_to_strangers() -> None:
    assert "log in again" not in StoreDown.sentence + StoreDown.advice


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
@pytest.mark.parametrize("closed", ["1>&-", "2>&-"])
def test_a_command_whose_output_was_closed_beforehand_has_no_traceback(closed: str) -> None:
    command = f'"{sys.executable}" -m sandbox tour --auto {closed}'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert "Traceback" not in done.stdout + done.stderr
