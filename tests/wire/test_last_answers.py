"""A server that stops sends what it has answered already."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from waitress.trigger import trigger

from sandbox.serving.live import LiveServer
from tests.wire.raw_http import PATIENCE, message, take_apart, until


def test_an_answer_that_waits_to_be_sent_is_sent_before_the_end() -> None:
    answered, goes_on = threading.Event(), threading.Event()

    def app(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [("Content-Length", "5")])
        goes_on.wait(PATIENCE)
        answered.set()
        return [b"tulip"]

    server = LiveServer(app, 0)
    holder, held_up = trigger(server._map), threading.Event()
    server.start()
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as client:
        client.sendall(message(server.port, "GET", "/").replace(b"close", b"keep-alive"))
        until(lambda: server._server.task_dispatcher.active_count)
        # From here on the thread that sends does nothing, so the answer has to wait.
        holder.pull_trigger(partial(held_up.wait, PATIENCE))
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
