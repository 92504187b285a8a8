"""A server that stops sends what it has answered already."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

from waitress.trigger import trigger

from sandbox.serving.live import LiveServer
from tests.wire.raw_http import PATIENCE, message, take_apart, until


def test_an_answer_that_waits_to_be_sent_is_sent_before_the_end() -> None:
    asked, answered, goes_on = threading.Event(), threading.Event(), threading.Event()

    def app(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [("Content-Length", "5")])
        asked.set()
        goes_on.wait(PATIENCE)
        answered.set()
        return [b"tulip"]

    server = LiveServer(app, 0)
    holder, is_held, held_up = trigger(server._map), threading.Event(), threading.Event()

    def hold() -> None:
        is_held.set()
        held_up.wait(PATIENCE)

    server.start()
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as client:
        client.sendall(message(server.port, "GET", "/").replace(b"close", b"keep-alive"))
        assert asked.wait(PATIENCE)
        # From here on the thread that sends does nothing, so the answer has to wait.
        holder.pull_trigger(hold)
        assert is_held.wait(PATIENCE)
        goes_on.set()
        assert answered.wait(PATIENCE)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        until(lambda: server._waker.thunks)
        held_up.set()
        stopping.join(PATIENCE)
        received = b""
        while piece := client.recv(65536):
            received += piece
    assert take_apart(received).body == b"tulip"
