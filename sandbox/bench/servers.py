"""Living servers to measure: `serve` as a person starts it, and others to compare with."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

from sandbox.bench.children import Child, program, python, somebody_reading
from sandbox.login.problems import Problem
from sandbox.login.users import DEMO_ACCOUNTS
from sandbox.serving.live import SETTINGS, free_port

PATIENCE = 20.0  # seconds until a server must answer
GLANCE = 0.002  # seconds between two looks whether it does
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
EXPRESS_PEER = Path(__file__).parent / "peers" / "express_peer.js"


@dataclass(frozen=True)
class Server:
    """A living server: the port it answers on, and its process."""

    port: int
    process_id: int


Start = Callable[[], AbstractContextManager[Server]]


@contextmanager
def serving(database: Path, trace: str) -> Iterator[Server]:
    """`serve` in a child process, its output read away by somebody."""
    port = free_port(0)
    options = ["--port", str(port), "--store", f"sqlite:{database}", "--trace", trace]
    options.append("--no-inspector")
    with (
        somebody_reading(terminal=trace == "console") as output,
        python("-m", "sandbox", "serve", *options, stdout=output) as child,
    ):
        yield _answering(child, port)


@contextmanager
def serving_bare() -> Iterator[Server]:
    """A Bottle app of one route, on waitress."""
    port = free_port(0)
    with python("-m", "sandbox.bench.bare", str(port)) as child:
        yield _answering(child, port)


@contextmanager
def serving_flask() -> Iterator[Server]:
    """Flask and Flask-Login, on a waitress that is set as ours is."""
    port = free_port(0)
    peer = "sandbox.bench.peers.flask_peer"
    with python("-m", peer, str(port), json.dumps(SETTINGS)) as child:
        yield _answering(child, port)


@contextmanager
def serving_express(node: str, packages: Path) -> Iterator[Server]:
    """Express and Passport, from the folder that npm installed them into."""
    port = free_port(0)
    variables = {"NODE_ENV": "production", "NODE_PATH": str(packages)}
    with program([node, str(EXPRESS_PEER), str(port)], variables) as child:
        yield _answering(child, port)


def log_in(port: int) -> str:
    """Log in over HTTP; the Cookie header that belongs to the new session."""
    name, password = next(iter(DEMO_ACCOUNTS.items()))
    form = urlencode({"username": name, "password": password, "next": "/"})
    answer = _ask(port, "POST", "/login", form)
    cookie = answer.getheader("Set-Cookie")
    if answer.status != 303 or cookie is None:
        raise Problem(f"The login was answered {answer.status}, so nothing was measured.")
    return cookie.partition(";")[0]


def _answering(child: Child, port: int) -> Server:
    """Wait for the first 200 from `/`. Problem: the server ended, or took too long."""
    until = time.monotonic() + PATIENCE
    while not _answers(port):
        if child.process.poll() is not None:
            child.fail()
        if time.monotonic() > until:
            raise Problem(f"A server did not answer within {PATIENCE:.0f} s of its start.")
        time.sleep(GLANCE)
    return Server(port, child.process.pid)


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
