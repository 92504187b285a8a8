"""A small load client: connections that are kept open, each sending one request after another.

    echo '{"port": 8000, "cookie": "…", "seconds": 1}' | python -m sandbox.bench.load

Raw sockets and the same bytes every time, so that it costs little beside what it measures.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import statistics
import sys
import time
from dataclasses import dataclass

from sandbox.login.problems import Problem

CONNECTIONS = 8
PATIENCE = 10.0  # seconds without any answer
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Order:
    """What to send where, and for how long."""

    port: int
    cookie: str
    seconds: float
    path: str = "/api/me"

    @property
    def request(self) -> bytes:
        """The bytes of one request."""
        lines = (f"GET {self.path} HTTP/1.1", f"Host: localhost:{self.port}")
        return "\r\n".join((*lines, f"Cookie: {self.cookie}", "", "")).encode()


@dataclass(frozen=True)
class Result:
    """What came back."""

    requests_per_second: float
    p50_ms: float
    p99_ms: float


class Connection:
    """One connection, with one request under way at a time."""

    def __init__(self, order: Order) -> None:
        self.socket = socket.create_connection(("127.0.0.1", order.port), PATIENCE)
        self._request = order.request
        self._received = b""
        self._sent_at = 0.0

    def send(self) -> None:
        self._sent_at = time.perf_counter()
        self.socket.sendall(self._request)

    def receive(self) -> float | None:
        """The seconds an answer took; None while some of it is missing. Problem: not a 200."""
        piece = self.socket.recv(65536)
        if not piece:
            raise Problem("The server closed a connection, so nothing was measured.")
        self._received += piece
        if not is_whole(self._received):
            return None
        self._received = b""
        return time.perf_counter() - self._sent_at


def is_whole(received: bytes) -> bool:
    """Is this all of a response, by its Content-Length? Problem: it is not a 200."""
    head, blank_line, body = received.partition(b"\r\n\r\n")
    if not blank_line:
        return False
    status, length = head.partition(b"\r\n")[0], CONTENT_LENGTH.search(head)
    if status.split(b" ")[1:2] != [b"200"] or length is None:
        raise Problem(f"The server answered {status.decode('latin-1')}, so nothing was measured.")
    return len(body) >= int(length[1])


def load(order: Order) -> list[float]:
    """The seconds each answer took. A request that is under way at the end is waited for."""
    connections = [Connection(order) for _ in range(CONNECTIONS)]
    try:
        with selectors.DefaultSelector() as selector:
            for connection in connections:
                selector.register(connection.socket, selectors.EVENT_READ, connection)
            return _answers(selector, connections, time.perf_counter() + order.seconds)
    finally:
        for connection in connections:
            connection.socket.close()


def _answers(
    selector: selectors.BaseSelector, connections: list[Connection], end: float
) -> list[float]:
    took: list[float] = []
    for connection in connections:
        connection.send()
    under_way = len(connections)
    while under_way:
        for connection in _readable(selector):
            answered = connection.receive()
            if answered is None:
                continue
            took.append(answered)
            if time.perf_counter() < end:
                connection.send()
            else:
                under_way -= 1
    return took


def _readable(selector: selectors.BaseSelector) -> list[Connection]:
    ready = selector.select(PATIENCE)
    if not ready:
        raise Problem(f"The server did not answer for {PATIENCE:.0f} s.")
    return [key.data for key, _ in ready]


def measured(order: Order) -> Result:
    began = time.perf_counter()
    took = load(order)
    seconds = time.perf_counter() - began
    percentiles = statistics.quantiles(took, n=100, method="inclusive")
    return Result(len(took) / seconds, percentiles[49] * 1000, percentiles[98] * 1000)


def main() -> int:
    try:
        print(json.dumps(vars(measured(Order(**json.loads(sys.stdin.readline()))))))
    except (Problem, OSError) as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
