"""Orders of the inspector's page: from itself alone, and each refusal is a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.serving.live import LiveServer
from sandbox.trace.inspector.app import Inspector
from sandbox.trace.inspector.buffer import Buffer
from sandbox.trace.inspector.orders import LONGEST_ORDER, Unable
from tests.wire.raw_http import Answer, exchange, message

TOKEN = "the-token-of-this-run"


class Desk:
    """An inspector that takes two orders: it notes down what it is told, or cannot."""

    def __init__(self) -> None:
        self.done: list[dict[str, Any]] = []
        orders = {"note": self._note, "fail": self._fail}
        app = Inspector(Buffer(), TOKEN, {"localhost"}, orders)
        self.server = LiveServer(app, 0).start()
        self.origin = f"http://localhost:{self.server.port}"

    def order(self, name: str, body: bytes, target: str = "", **headers: str) -> Answer:
        port = self.server.port
        fields = {"Host": f"localhost:{port}", "Origin": self.origin} | headers
        told = [(field.replace("_", "-"), value) for field, value in fields.items() if value]
        target = target or f"/{TOKEN}/orders/{name}"
        return exchange(port, message(port, "POST", target, told, body))

    def _note(self, order: dict[str, Any]) -> dict[str, Any]:
        self.done.append(order)
        return {"noted": order}

    def _fail(self, order: dict[str, Any]) -> dict[str, Any]:
        raise Unable("There is no such row any more.")


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.server.stop()


def test_an_order_of_our_own_page_is_done(desk: Desk) -> None:
    answer = desk.order("note", b'{"id": 7}', Sec_Fetch_Site="same-origin")
    assert (answer.status, json.loads(answer.text)) == (200, {"noted": {"id": 7}})
    assert desk.done == [{"id": 7}]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
    ],
)
def test_an_order_of_another_site_is_refused(desk: Desk, headers: dict[str, str]) -> None:
    answer = desk.order("note", b"{}", **headers)
    assert answer.status == 403
    assert json.loads(answer.text)["error"].startswith("An order is taken from")
    assert desk.done == []


def test_an_order_needs_the_token_of_this_run(desk: Desk) -> None:
    answer = desk.order("note", b"{}", target="/another-token/orders/note")
    assert (answer.status, desk.done) == (403, [])


def test_an_order_at_a_foreign_host_is_refused(desk: Desk) -> None:
    evil = "evil.example"
    answer = desk.order("note", b"{}", Host=evil, Origin=f"http://{evil}")
    assert (answer.status, desk.done) == (403, [])


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("nothing", b"{}", 404),
        ("", b"{}", 404),
        ("note", b"", 400),
        ("note", b"\xff", 400),
        ("note", b"[]", 400),
        ("note", b"[" * 5000, 400),
        ("note", b'{"x": "%s"}' % (b"x" * LONGEST_ORDER), 413),
    ],
)
def test_whatever_is_no_order_is_a_sentence(
    desk: Desk, name: str, body: bytes, status: int
) -> None:
    answer = desk.order(name, body)
    assert answer.status == status
    assert json.loads(answer.text)["error"].endswith(".")
    assert desk.done == []


def test_what_cannot_be_done_is_said(desk: Desk) -> None:
    answer = desk.order("fail", b"{}")
    assert (answer.status, answer.text) == (409, '{"error": "There is no such row any more."}')


def test_a_post_elsewhere_is_refused(desk: Desk) -> None:
    answer = desk.order("note", b"{}", target=f"/{TOKEN}/trace")
    assert answer.status == 405
