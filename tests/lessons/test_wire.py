"""Lesson 13's program on the wire: it shows what a browser sends, and hands it on unchanged."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from sandbox.login.middleware import Environ, StartResponse
from sandbox.serving.live import LiveServer
from tests.lessons.ours import LESSONS
from tests.wire.children import environment

WIRE = LESSONS / "13_other_sites_other_scripts" / "wire.py"
COOKIE = "lesson13=an id.a time.a stamp"
FORM = "username=alice&password=wonderland"


def echo(environ: Environ, start_response: StartResponse) -> list[bytes]:
    """A server that answers with the cookie and the form that reached it."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    answer = f"{environ['HTTP_COOKIE']} {body.decode()}".encode()
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]


@contextmanager
def listening(port: str) -> Iterator[subprocess.Popen[str]]:
    program = subprocess.Popen(
        [sys.executable, "-P", str(WIRE), port],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        yield program
    finally:
        program.kill()
        program.communicate()


def asked(program: subprocess.Popen[str], form: str = FORM) -> str:
    """Send a form to the address that it prints; the answer, or nothing if there was none."""
    assert program.stdout is not None
    address = program.stdout.readline().removeprefix("Open ").strip()
    assert address.startswith("http://localhost:")
    address = address.replace("localhost", "127.0.0.1")
    try:
        return httpx.post(address, content=form, headers={"Cookie": COOKIE}, timeout=10).text
    except httpx.HTTPError:
        return ""


def printed(program: subprocess.Popen[str]) -> list[str]:
    program.kill()
    told, errors = program.communicate()
    assert "Traceback" not in errors
    return told.splitlines()


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    started = LiveServer(echo, 0).start()
    yield started
    started.stop()


def test_the_cookie_and_the_password_can_be_read_off_the_wire(server: LiveServer) -> None:
    with listening(str(server.port)) as program:
        answer = asked(program)
        lines = printed(program)
    assert answer == f"{COOKIE} {FORM}"
    assert lines[0] == "POST / HTTP/1.1"
    assert f"Cookie: {COOKIE}" in lines
    assert lines[-1] == FORM


def test_what_a_terminal_could_take_for_a_command_is_escaped(server: LiveServer) -> None:
    with listening(str(server.port)) as program:
        asked(program, "word=\x1b[2J")
        *_, line = printed(program)
    assert line == r"word=\x1b[2J"


def test_a_server_that_is_not_there_is_a_sentence() -> None:
    with listening("1") as program:
        assert asked(program) == ""
        (line,) = printed(program)
    assert line.startswith("Nothing answers on port 1 ")


@pytest.mark.parametrize("given", ["", "x", "0", "65536", "-1"])
def test_what_is_no_port_is_a_sentence(given: str) -> None:
    with listening(given) as program:
        _, errors = program.communicate(timeout=30)
    assert program.returncode == 1
    assert errors.startswith("Give the port of a server: .venv/bin/python lessons/13_")
