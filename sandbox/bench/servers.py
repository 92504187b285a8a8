"""Living servers to measure: `serve` as a person starts it, and a bare one to compare with."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

from sandbox.bench.children import Child, python, somebody_reading
from sandbox.login.problems import Problem
from sandbox.login.users import DEMO_ACCOUNTS

PATIENCE = 20.0  # seconds until a server must answer
GLANCE = 0.002  # seconds between two looks whether it does
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@contextmanager
def serving(database: Path, trace: str) -> Iterator[int]:
    """`serve` in a child process, its output read away by somebody; the port it answers on."""
    port = free_port()
    options = ["--port", str(port), "--store", f"sqlite:{database}", "--trace", trace]
    with (
        somebody_reading(terminal=trace == "console") as output,
        python("-m", "sandbox", "serve", *options, stdout=output) as child,
    ):
        wait_for_home(child, port)
        yield port


@contextmanager
def serving_bare() -> Iterator[int]:
    """A Bottle app of one route, on waitress."""
    port = free_port()
    with python("-m", "sandbox.bench.bare", str(port)) as child:
        wait_for_home(child, port)
        yield port


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for_home(child: Child, port: int) -> None:
    """Return at the first 200 from `/`. Problem: the server ended, or took too long."""
    until = time.monotonic() + PATIENCE
    while not _answers(port):
        if child.process.poll() is not None:
            child.fail()
        if time.monotonic() > until:
            raise Problem(f"A server did not answer within {PATIENCE:.0f} s of its start.")
        time.sleep(GLANCE)


def log_in(port: int) -> str:
    """Log in over HTTP; the Cookie header that belongs to the new session."""
    name, password = next(iter(DEMO_ACCOUNTS.items()))
    form = urlencode({"username": name, "password": password, "next": "/"})
    answer = _ask(port, "POST", "/login", form)
    cookie = answer.getheader("Set-Cookie")
    if answer.status != 303 or cookie is None:
        raise Problem(f"The login was answered {answer.status}, so nothing was measured.")
    return cookie.partition(";")[0]


def _answers(port: int) -> bool:
    try:
        return _ask(port, "GET", "/").status == 200
    except (OSError, HTTPException):
        return False


def _ask(port: int, method: str, path: str, form: str | None = None) -> HTTPResponse:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, form, FORM if form else {})
        answer = connection.getresponse()
        answer.read()
        return answer
    finally:
        connection.close()
