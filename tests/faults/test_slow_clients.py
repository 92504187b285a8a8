"""Clients that take their time, clients that say nothing: a class goes on working beside them."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.faults.quick import ACCOUNTS, cookie_of, get, log_in, quick_serve, send, who
from tests.wire.children import Child, Nursery, default_signals, seconds
from tests.wire.raw_http import FORM, Answer, message, take_apart

pytestmark = pytest.mark.slow

BYTE_EVERY = 0.1  # seconds; a real one might send one a second
SLOW_ONES = 12  # three for each of the server's threads
CLASS = 40  # browsers
ACCEPTABLE = 8.0  # seconds that one request may take on a busy machine; a hang takes for ever
FORM_BODY = b"username=alice&password=wonderland"


@pytest.fixture
def child(nursery: Nursery) -> Child:
    return quick_serve(nursery, "--store", "sqlite:s.sqlite", "--trace", "json")


def connect(child: Child) -> socket.socket:
    return socket.create_connection(("127.0.0.1", child.port), timeout=60)


# The class


def a_visit(child: Child, number: int) -> list[float]:
    """One browser logs in, writes its word, reads it, logs out; how long each request took."""
    user, word = list(ACCOUNTS)[number % len(ACCOUNTS)], f"word {number}"
    took: list[float] = []

    def ask(request: Callable[[], Answer], status: int) -> Answer:
        answers: list[Answer] = []
        took.append(seconds(lambda: answers.append(request())))
        assert answers[0].status == status
        return answers[0]

    ask(lambda: get(child, "/login"), 200)
    cookie = cookie_of(ask(lambda: log_in(child, user), 303))
    assert f"You are {user}" in ask(lambda: get(child, "/profile", cookie), 200).text
    ask(lambda: send(child, "/word", cookie, word=word), 303)
    assert word in ask(lambda: get(child, "/profile", cookie), 200).text
    assert who(child, cookie) == {"user": user, "word": word}
    ask(lambda: send(child, "/logout", cookie), 303)
    ask(lambda: get(child, "/profile", cookie), 303)
    assert who(child, cookie) == "UNKNOWN_SESSION"
    return took


def the_class_works(child: Child) -> None:
    """All of them at once: every status is right, every word its own, and nobody waits long."""
    with ThreadPoolExecutor(CLASS) as browsers:
        visits = list(browsers.map(lambda number: a_visit(child, number), range(CLASS)))
    assert len(visits) == CLASS
    assert max(max(took) for took in visits) < ACCEPTABLE


# Those who send slowly


def login_of(port: int) -> bytes:
    return message(port, "POST", "/login", [FORM], FORM_BODY)


def from_the_start(request: bytes) -> int:
    return 0


def from_the_headers(request: bytes) -> int:
    return request.index(b"Content-Length")


def from_the_body(request: bytes) -> int:
    return request.index(FORM_BODY)


def dripped(child: Child, slow_from: Callable[[bytes], int], enough: threading.Event) -> Answer:
    """A login whose bytes come one at a time from some place on; the last one when it is enough."""
    request = login_of(child.port)
    slow = slow_from(request)
    with connect(child) as connection:
        connection.sendall(request[:slow])
        for byte in request[slow:-1]:
            connection.sendall(bytes([byte]))
            enough.wait(BYTE_EVERY)
        enough.wait(60)
        connection.sendall(request[-1:])
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    return take_apart(received)


@pytest.mark.parametrize("slow_from", [from_the_start, from_the_headers, from_the_body])
def test_many_who_send_byte_by_byte_are_answered_and_hold_up_nobody(
    child: Child, slow_from: Callable[[bytes], int]
) -> None:
    enough = threading.Event()
    with ThreadPoolExecutor(SLOW_ONES) as slow_ones:
        answers = [slow_ones.submit(dripped, child, slow_from, enough) for _ in range(SLOW_ONES)]
        time.sleep(0.5)
        try:
            the_class_works(child)
        finally:
            enough.set()
        for answer in answers:
            cookie = cookie_of(answer.result())
            assert who(child, cookie) == {"user": "alice", "word": ""}


# Those who read slowly


PAGES = 150  # asked for at once, on one connection; far more than the buffers of a socket take


def many_pages(port: int) -> bytes:
    one = f"GET /login HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode()
    return one * (PAGES - 1) + message(port, "GET", "/login")


@contextmanager
def those_who_do_not_read(child: Child) -> Iterator[list[socket.socket]]:
    """Each asks for many pages and reads none of them yet."""
    with ExitStack() as stack:
        connections = []
        for _ in range(SLOW_ONES):
            connection = stack.enter_context(socket.socket())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)  # small send buffers
            connection.settimeout(60)
            connection.connect(("127.0.0.1", child.port))
            connection.sendall(many_pages(child.port))
            connections.append(connection)
        yield connections


def read_slowly(connection: socket.socket) -> bytes:
    received = bytearray()
    while piece := connection.recv(4096):
        received += piece
        time.sleep(0.001)
    return bytes(received)


def test_many_who_do_not_read_their_answers_hold_up_nobody(child: Child) -> None:
    with those_who_do_not_read(child):
        the_class_works(child)
    assert child.end() == 0
    assert "Traceback" not in child.err


def test_who_reads_slowly_gets_every_page_whole(child: Child) -> None:
    page = get(child, "/login")
    with those_who_do_not_read(child) as connections, ThreadPoolExecutor(SLOW_ONES) as readers:
        time.sleep(0.5)
        for received in readers.map(read_slowly, connections):
            assert received.count(b"HTTP/1.1 200 OK\r\n") == PAGES
            assert received.count(page.body) == PAGES


# Those who say nothing


HALF_SENT = (
    b"G",
    b"GET /profile HTTP/1.1\r\n",
    b"GET /profile HTTP/1.1\r\nHost: localhost\r\nCookie: sandbox_session=",
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 34\r\n\r\nusername=ali",
)


@contextmanager
def silent_ones(child: Child, count: int, says: bytes = b"") -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(child)) for _ in range(count)]
        for connection in connections:
            connection.sendall(says)
        yield connections


def test_beside_two_hundred_who_say_nothing_a_class_goes_on_working(child: Child) -> None:
    with silent_ones(child, 200):
        the_class_works(child)
        the_class_works(child)


def test_beside_half_sent_requests_a_class_goes_on_and_they_can_be_finished(child: Child) -> None:
    with ExitStack() as stack:
        for half in HALF_SENT:
            stack.enter_context(silent_ones(child, 15, half))
        waiting = stack.enter_context(silent_ones(child, 15, login_of(child.port)[:-9]))
        the_class_works(child)
        for connection in waiting:
            connection.sendall(login_of(child.port)[-9:])
            received = b"".join(iter(lambda c=connection: c.recv(65536), b""))
            assert take_apart(received).status == 303


def test_those_who_leave_in_the_middle_are_forgotten(child: Child) -> None:
    for half in HALF_SENT:
        with silent_ones(child, 50, half):
            pass
    the_class_works(child)
    assert child.end() == 0
    assert "Traceback" not in child.err


# More of them than there are places


FILES = 256  # what macOS allows a program unless told otherwise
PLACES = 156  # a hundred of the files are kept for the store and for forms that arrive


def few_files() -> None:
    import resource

    default_signals()
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))


@pytest.fixture
def cramped(nursery: Nursery) -> Child:
    if not Path("/proc/self/stat").exists():
        pytest.skip("needs /proc: Linux")
    store = ("--store", "sqlite:s.sqlite", "--trace", "json")
    return quick_serve(nursery, *store, first=few_files)


def files_of(child: Child) -> int:
    return len(os.listdir(f"/proc/{child.process.pid}/fd"))


def cpu_seconds(child: Child) -> float:
    fields = Path(f"/proc/{child.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_answered(connection: socket.socket, within: float) -> bool:
    connection.settimeout(within)
    with suppress(TimeoutError):
        return connection.recv(15).startswith(b"HTTP/1.1 200")
    return False


def test_where_there_is_no_place_left_one_waits_and_the_server_does_not_spin(
    cramped: Child,
) -> None:
    with silent_ones(cramped, 250), connect(cramped) as late:
        late.sendall(message(cramped.port, "GET", "/login"))
        assert not is_answered(late, within=0.5)
        before = cpu_seconds(cramped)
        assert not is_answered(late, within=2)
        assert cpu_seconds(cramped) - before < 0.5
        assert files_of(cramped) < FILES - 50


def test_as_soon_as_places_are_free_whoever_waited_is_answered(cramped: Child) -> None:
    with silent_ones(cramped, PLACES + 20) as silent, connect(cramped) as late:
        late.sendall(message(cramped.port, "GET", "/login"))
        assert not is_answered(late, within=0.5)
        for connection in silent[:60]:
            connection.close()
        assert is_answered(late, within=30)
        the_class_works(cramped)
    the_class_works(cramped)
    assert cramped.end() == 0
    assert "Traceback" not in cramped.err


def test_a_class_that_comes_all_at_once_to_few_places_is_answered_in_turn(cramped: Child) -> None:
    """More browsers at once than places: each closes its connection, and the next one follows."""
    many = 3 * PLACES
    together = threading.Barrier(many, timeout=60)

    def ask(_: int) -> int:
        together.wait()
        return get(cramped, "/login").status

    with ThreadPoolExecutor(many) as browsers:
        assert list(browsers.map(ask, range(many))) == [200] * many
