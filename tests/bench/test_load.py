"""The load client counts only whole 200s, and fails the measure for anything else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from sandbox.bench.load import CONNECTIONS, Order, is_whole, load, measured
from sandbox.login.problems import Problem

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
Answer = Callable[[bytes], list[bytes]]


class TinyServer:
    """Answers every request with the pieces that `answer` gives for it; no piece: it hangs up."""

    def __init__(self, answer: Answer) -> None:
        self.requests: list[bytes] = []
        self._answer = answer
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while request := connection.recv(4096):
                self.requests.append(request)
                pieces = self._answer(request)
                for piece in pieces:
                    connection.sendall(piece)
                if not pieces:
                    return


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], TinyServer]]:
    servers: list[TinyServer] = []

    def start(answer: Answer) -> TinyServer:
        servers.append(TinyServer(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def order(server: TinyServer) -> Order:
    return Order(server.port, "sandbox_session=a.b.c", seconds=0.05)


def test_every_200_is_counted_once(serve: Callable[[Answer], TinyServer]) -> None:
    server = serve(lambda _: [OK])
    took = load(order(server))
    assert len(took) == len(server.requests) >= CONNECTIONS
    assert all(seconds > 0 for seconds in took)


def test_the_cookie_is_sent_the_same_way_every_time(
    serve: Callable[[Answer], TinyServer],
) -> None:
    server = serve(lambda _: [OK])
    load(order(server))
    (request,) = set(server.requests)
    assert request.startswith(b"GET /api/me HTTP/1.1\r\n")
    assert b"\r\nCookie: sandbox_session=a.b.c\r\n\r\n" in request


def test_a_response_in_pieces_is_one_response(serve: Callable[[Answer], TinyServer]) -> None:
    server = serve(lambda _: [OK[:9], OK[9:40], OK[40:]])
    assert len(load(order(server))) == len(server.requests)


def test_the_numbers_are_positive(serve: Callable[[Answer], TinyServer]) -> None:
    result = measured(order(serve(lambda _: [OK])))
    assert result.requests_per_second > 0
    assert 0 < result.p50_ms <= result.p99_ms


@pytest.mark.parametrize("status", [b"401 Unauthorized", b"500 200", b"503 Service Unavailable"])
def test_another_status_fails(serve: Callable[[Answer], TinyServer], status: bytes) -> None:
    server = serve(lambda _: [b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n"])
    with pytest.raises(Problem, match=status[:3].decode()):
        load(order(server))


def test_one_error_among_many_200s_fails(serve: Callable[[Answer], TinyServer]) -> None:
    answers = iter([OK] * 20)
    error = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(Problem, match="500"):
        load(order(serve(lambda _: [next(answers, error)])))


def test_a_server_that_hangs_up_fails(serve: Callable[[Answer], TinyServer]) -> None:
    with pytest.raises(Problem, match="closed a connection"):
        load(order(serve(lambda _: [])))


def test_a_server_that_says_nothing_fails(
    serve: Callable[[Answer], TinyServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.bench.load.PATIENCE", 0.1)
    with pytest.raises(Problem, match="did not answer"):
        load(order(serve(lambda _: [b"HTTP/1.1 200 OK\r\n"])))


def test_a_200_without_a_length_fails() -> None:
    with pytest.raises(Problem):
        is_whole(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")


def test_a_length_may_be_written_in_any_case() -> None:
    assert is_whole(b"HTTP/1.1 200 OK\r\ncontent-length:2\r\n\r\nhi")
    assert not is_whole(b"HTTP/1.1 200 OK\r\ncontent-length:2\r\n\r\nh")
