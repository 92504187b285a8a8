"""Of a request that nobody wants to hear of only the response is told, with its true verdict."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from sandbox.login.flow import Bricks
from sandbox.login.server import make_app
from sandbox.login.stores import Session
from sandbox.serving.traced import traced
from sandbox.trace.stage import Event, Report, stage


def told_of(bricks: Bricks, path: str, wanted: bool, **given: str) -> list[Event]:
    """What is told of a GET, or of a POST when a form is given."""
    events: list[Event] = []
    form = given.pop("form", "")
    environ: dict[str, Any] = {"PATH_INFO": path, "QUERY_STRING": "", "HTTP_HOST": "localhost"}
    environ |= {"REQUEST_METHOD": "POST"} if form else {}
    environ |= {"CONTENT_TYPE": "application/x-www-form-urlencoded"}
    environ |= {"CONTENT_LENGTH": str(len(form)), **given}
    setup_testing_defaults(environ)
    environ["wsgi.input"] = io.BytesIO(form.encode())
    app = traced(make_app(bricks), bricks, events.append, wants=lambda _: wanted)
    body: Any = app(environ, lambda *_: None)
    list(body)
    body.close()
    return events


def cookie(bricks: Bricks, user: str | None, age: float = 0.0) -> str:
    now = bricks.clock() - age
    session_id = f"a session of {user}"
    bricks.store.create(Session(session_id, user, began=now, seen=now))
    return f"{bricks.cookie.name}={bricks.signer.sign(session_id)}"


REQUESTS: dict[str, Callable[[Bricks], dict[str, str]]] = {
    "OK": lambda laid: {"path": "/profile", "HTTP_COOKIE": cookie(laid, "alice")},
    "NO_COOKIE": lambda laid: {"path": "/profile"},
    "MALFORMED": lambda laid: {"path": "/profile", "HTTP_COOKIE": f"{laid.cookie.name}=x"},
    "IDLE_TIMEOUT": lambda laid: {
        "path": "/api/me",
        "HTTP_COOKIE": cookie(laid, "alice", laid.limits.idle + 1),
    },
    "UNKNOWN_USER": lambda laid: {"path": "/profile", "HTTP_COOKIE": cookie(laid, None)},
    "FOREIGN_HOST": lambda laid: {"path": "/", "HTTP_HOST": "evil.example"},
    "CROSS_SITE": lambda laid: {
        "path": "/login",
        "form": "username=alice&password=wonderland",
        "HTTP_SEC_FETCH_SITE": "cross-site",
    },
    "BAD_CREDENTIALS": lambda laid: {"path": "/login", "form": "username=alice&password=x"},
}


@pytest.mark.parametrize("code", REQUESTS)
def test_only_its_status_and_verdict_are_told_and_they_are_the_same(
    bricks: Callable[..., Bricks], code: str
) -> None:
    told = {}
    for wanted in (True, False):
        laid = bricks()
        given = REQUESTS[code](laid)
        told[wanted] = told_of(laid, given.pop("path"), wanted, **given)
    in_full = told[True][-1]
    same = {field: in_full[field] for field in ("type", "v", "id", "status", "verdict")}
    assert told[False] == [same]
    assert same["verdict"] == code


def test_no_evidence_is_gathered_for_it() -> None:
    def gather(*_: object) -> dict[str, Any]:
        raise AssertionError("nobody wants to know")

    @stage(lane="guard", evidence=gather)
    def step() -> str:
        return "done"

    heard: list[Event] = []
    with Report(1, heard.append, in_full=False):
        assert step() == "done"
    assert heard == []
