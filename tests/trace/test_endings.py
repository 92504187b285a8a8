"""However a request ends, its events can be drawn and written: on a real login, over the wire."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from sandbox.login.flow import Bricks
from sandbox.login.refusals import StoreDown
from sandbox.login.server import make_app
from sandbox.login.stores import Session
from sandbox.login.stores.memory import MemoryStore
from sandbox.serving.traced import traced
from sandbox.trace.recorder import JSONLines
from sandbox.trace.stage import Event

from .scenes import drawn

REQUESTS = {
    "GET /profile": "",
    "POST /login": "username=alice&password=wonderland",
    "POST /logout": "",
    "POST /logout/everywhere": "",
}
ERRORS = {
    "STORE_DOWN": lambda: StoreDown(store="test", error="OperationalError"),
    "CRASHED": lambda: ZeroDivisionError("a secret"),
}


class FailingStore(MemoryStore):
    """A memory store of which one method fails."""

    def __init__(self, method: str, error: Callable[[], Exception]) -> None:
        super().__init__()
        self.asked = False

        def fail(*_: Any, **__: Any) -> Any:
            self.asked = True
            raise error()

        self.fail = lambda: setattr(self, method, fail)


def events_of(bricks: Bricks, line: str, body: str, cookie: str) -> list[Event]:
    """What is told of one request."""
    events: list[Event] = []
    method, path = line.split()
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_COOKIE": cookie}
    setup_testing_defaults(environ)
    environ |= {"HTTP_HOST": "localhost", "QUERY_STRING": "", "CONTENT_LENGTH": str(len(body))}
    environ |= {"CONTENT_TYPE": "application/x-www-form-urlencoded"}
    environ["wsgi.input"] = io.BytesIO(body.encode())
    result: Any = traced(make_app(bricks), bricks, events.append)(environ, lambda *_: None)
    list(result)
    result.close()
    return events


def failing(bricks: Callable[..., Bricks], method: str, code: str, line: str) -> list[Event]:
    """The events of a request of somebody logged in, with a store that fails in this method."""
    store = FailingStore(method, ERRORS[code])
    laid = bricks(store=store)
    now = laid.clock()
    store.create(Session("an id of a session", "alice", now - 600, now - 600))
    cookie = f"{laid.cookie.name}={laid.signer.sign('an id of a session')}"
    store.fail()
    events = events_of(laid, line, REQUESTS[line], cookie)
    assert store.asked, f"{line} does not need {method}"
    return events


NEEDED = [
    ("GET /profile", "find"),
    ("GET /profile", "touch"),
    ("GET /profile", "all_of"),
    ("POST /login", "sweep"),
    ("POST /login", "replace"),
    ("POST /logout", "delete"),
    ("POST /logout/everywhere", "delete_all_of"),
]


@pytest.mark.parametrize("code", ERRORS)
@pytest.mark.parametrize(("line", "method"), NEEDED)
def test_a_store_that_fails_is_drawn(
    bricks: Callable[..., Bricks], line: str, method: str, code: str
) -> None:
    assert drawn(failing(bricks, method, code, line)).startswith("#1 ")


@pytest.mark.parametrize("code", ERRORS)
@pytest.mark.parametrize(("line", "method"), NEEDED)
def test_a_store_that_fails_is_written(
    bricks: Callable[..., Bricks], line: str, method: str, code: str
) -> None:
    events = failing(bricks, method, code, line)
    out = io.BytesIO()
    lines = JSONLines(out, gone=lambda: None)
    for event in events:
        lines(event)
    told = [json.loads(each) for each in out.getvalue().splitlines()]
    assert [each["type"] for each in told] == [each["type"] for each in events]
    assert "a secret" not in out.getvalue().decode()


COOKIES = {
    "none": "",
    "of another shape": "{name}=[red]x[/red]",
    "two parts": "{name}=a.b",
    "empty parts": "{name}=..",
    "no time": "{name}=a..b",
    "bytes that are no time": "{name}=a.!!.b",
    "a time of long ago or far ahead": "{name}=a.________________.b",
    "characters of no alphabet": "{name}=\xff.\xff.\xff",
    "two of ours": "{name}=a.b.c; {name}=d.e.f",
    "long": "{name}=" + "a" * 4000 + "." + "b" * 4000 + "." + "c" * 4000,
}


@pytest.mark.parametrize("sent", COOKIES)
@pytest.mark.parametrize("line", REQUESTS)
def test_whatever_cookie_is_sent_it_is_drawn_and_written(
    bricks: Callable[..., Bricks], line: str, sent: str
) -> None:
    laid = bricks()
    cookie = COOKIES[sent].format(name=laid.cookie.name)
    events = events_of(laid, line, REQUESTS[line], cookie)
    assert drawn(events)
    assert json.dumps(events)
