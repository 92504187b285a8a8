"""`serve --workers N`: several processes on one store; which of them answers, the kernel tells."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.quick import ACCOUNTS, cookie_of
from tests.one_redis import one_redis, own_redis
from tests.process.test_serve import NOT_NICE, assert_refused
from tests.process.workers import ask, connected, getting, is_running, posting, workers_of
from tests.wire.children import Child, Nursery, seconds
from tests.wire.raw_http import FORM, message, until

VISITORS = 20
CLEAN_STOP = 5.0  # seconds; with a request that never ends
PROMPTLY = 1.5  # seconds; with nothing to wait for
STORES: dict[str, Callable[[], str]] = {
    "sqlite": lambda: "sqlite:class.sqlite",
    "redis": lambda: one_redis().url,
}
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc of Linux")
slow = pytest.mark.slow


def serve(nursery: Nursery, *arguments: str) -> Child:
    """Two workers, both of them at work."""
    given = ("--workers", "2", "--port", "0", *arguments)
    store = () if "--store" in given else ("--store", STORES["sqlite"]())
    child = nursery.start("serve", *given, *store)
    for worker in workers_of(child):
        assert ask(child, getting(child, "/"), worker)[0].status == 200
    return child


def log_in(child: Child, name: str, worker: int | None = None) -> tuple[str, int]:
    request = posting(child, "/login", username=name, password=ACCOUNTS[name])
    answer, holder = ask(child, request, worker)
    return cookie_of(answer), holder


def who(child: Child, cookie: str, worker: int) -> str:
    """The user, or the reason why this worker does not say."""
    told = json.loads(ask(child, getting(child, "/api/me", cookie), worker)[0].body)
    return told["user"] if "user" in told else told["error"]["code"]


@slow
@pytest.mark.parametrize("store", STORES.values(), ids=STORES)
def test_twenty_visitors_of_two_workers_are_recognised_by_both(
    nursery: Nursery, store: Callable[[], str]
) -> None:
    child = serve(nursery, "--store", store())
    both = workers_of(child)
    assert len(both) == 2
    names = ["alice", "bob"] * (VISITORS // 2)
    with ThreadPoolExecutor(4) as threads:
        logins = list(threads.map(lambda name: log_in(child, name), names))
    assert {holder for _, holder in logins} == set(both)
    for worker in both:
        assert [who(child, cookie, worker) for cookie, _ in logins] == names


@slow
@pytest.mark.parametrize("store", STORES.values(), ids=STORES)
def test_a_logout_at_one_worker_ends_the_session_at_the_other(
    nursery: Nursery, store: Callable[[], str]
) -> None:
    child = serve(nursery, "--store", store())
    one, other = workers_of(child)
    cookie, _ = log_in(child, "alice", one)
    assert who(child, cookie, other) == "alice"
    ask(child, posting(child, "/logout", cookie), one)
    assert who(child, cookie, other) == "UNKNOWN_SESSION"


@slow
def test_each_worker_counts_failed_logins_by_the_address_they_come_from(nursery: Nursery) -> None:
    child = serve(nursery)
    one, other = workers_of(child)
    wrong = posting(child, "/login", username="alice", password="wrong")

    def fail(worker: int, source: str = "127.0.0.1") -> int:
        return ask(child, wrong, worker, source)[0].status

    assert [fail(one) for _ in range(6)] == [401] * 5 + [429]
    assert fail(one, "127.0.0.2") == 401
    assert fail(other) == 401


CHUNKED: list[tuple[str, str | bytes]] = [FORM, ("Transfer-Encoding", "chunked")]


@slow
@pytest.mark.parametrize(("more", "status"), [(0, 303), (70_000, 413)], ids=["small", "too large"])
def test_a_form_sent_in_chunks_is_read_as_any_other(
    nursery: Nursery, more: int, status: int
) -> None:
    child = serve(nursery)
    form = b"username=alice&password=wonderland&more=" + b"x" * more
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(form), form)
    request = message(child.port, "POST", "/login", CHUNKED)
    assert ask(child, request + chunks)[0].status == status


@slow
def test_the_keys_are_those_of_the_key_file(nursery: Nursery) -> None:
    (nursery.folder / "our.keys").write_bytes(b"a key of ours\n")
    many = serve(nursery, "--keys", "our.keys")
    cookie, _ = log_in(many, "bob")
    single = nursery.serve("--store", "sqlite:class.sqlite", "--keys", "our.keys")
    answer = single.ask("GET", "/api/me", [("Cookie", cookie)])
    assert json.loads(answer.body)["user"] == "bob"


@slow
def test_it_says_where_it_is_and_that_no_trace_is_drawn(nursery: Nursery) -> None:
    child = serve(nursery)
    assert f"Login Sandbox: http://127.0.0.1:{child.port}  (Ctrl-C stops it)\n" in child.out
    assert "2 workers serve it, so no trace is drawn.\n" in child.out
    assert "Open it by 127.0.0.1: at localhost a browser has another jar.\n" in child.out
    assert child.err == "Made a signing key, as there was none: class.sqlite.keys\n"


# Ending

ENDINGS: dict[str, Callable[[Child], object]] = {
    "SIGTERM": lambda child: child.process.send_signal(signal.SIGTERM),
    "SIGINT": lambda child: child.process.send_signal(signal.SIGINT),
    "Ctrl-C in a terminal": lambda child: os.killpg(child.process.pid, signal.SIGINT),
    "SIGTERM twice": lambda child: [child.process.send_signal(signal.SIGTERM) for _ in range(2)],
}


@slow
@pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS)
def test_asked_to_end_it_leaves_no_process_and_a_tidy_store(
    nursery: Nursery, end: Callable[[Child], object]
) -> None:
    child = serve(nursery)
    workers = workers_of(child)
    log_in(child, "alice")
    with connected(child), socket.create_connection(("127.0.0.1", child.port)) as half:
        half.sendall(b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nab")
        end(child)
        assert seconds(child.wait) < CLEAN_STOP
    assert child.process.returncode == 0
    assert not any(map(is_running, workers))
    assert not NOT_NICE.search(child.out + child.err), child.err
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", child.port)).close()


@slow
@pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS)
def test_the_last_to_end_leaves_nothing_but_the_database_and_its_keys(
    nursery: Nursery, end: Callable[[Child], object]
) -> None:
    """A worker closes the file: it had not to be killed.

    One alone has opened it: of two that close at the same moment each may leave the rest to the
    other.
    """
    child = serve(nursery)
    log_in(child, "alice", workers_of(child)[0])
    end(child)
    assert seconds(child.wait) < PROMPTLY
    assert child.process.returncode == 0
    found = sorted(each.name for each in nursery.folder.glob("class*"))
    assert found == ["class.sqlite", "class.sqlite.keys"]


@slow
@pytest.mark.parametrize(("out_to", "code"), [("/dev/full", 1), ("pipe", 0)])
def test_when_its_greeting_cannot_be_written_it_ends(
    nursery: Nursery, out_to: str, code: int
) -> None:
    """The disk is full, or nobody reads: as with one worker."""
    reading, writing = os.pipe()
    os.close(reading)
    path = Path(f"/proc/self/fd/{writing}" if out_to == "pipe" else out_to)
    given = ("--workers", "2", "--port", "0", "--store", "sqlite:class.sqlite")
    child = nursery.start("serve", *given, out_to=path)
    os.close(writing)
    assert child.wait() == code
    assert not NOT_NICE.search(child.err), child.err
    assert ("No space left" in child.err) == (code == 1)


@slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGHUP], ids=lambda how: how.name)
def test_workers_do_not_outlive_the_server_that_began_them(
    nursery: Nursery, how: signal.Signals
) -> None:
    """SIGHUP comes when its terminal is closed."""
    child = serve(nursery)
    workers = workers_of(child)
    child.process.send_signal(how)
    child.wait()
    until(lambda: not any(map(is_running, workers)))


@slow
def test_a_worker_that_was_killed_is_replaced_and_nobody_is_logged_out(nursery: Nursery) -> None:
    child = serve(nursery)
    one, other = workers_of(child)
    cookie, _ = log_in(child, "alice", one)
    os.kill(one, signal.SIGKILL)
    until(lambda: len(set(workers_of(child)) - {one, other}) == 1)
    (new,) = set(workers_of(child)) - {one, other}
    assert who(child, cookie, new) == who(child, cookie, other) == "alice"
    assert child.end() == 0


# What is refused at the start


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--workers", "2", "--store", "memory"], ["memory", "key of its own", "--store sqlite"]),
        (["--workers", "2", "--trace", "console"], ["--trace console", "no trace", "--workers 1"]),
        (["--workers", "2", "--trace", "json"], ["--trace json", "no trace"]),
        (["--workers", "0"], ["0 workers", "--workers 1"]),
        (["--workers", "-1"], ["-1 workers"]),
        (["--workers", "65"], ["65 workers", "at most 64"]),
        (["--workers", "9" * 20], ["at most 64"]),  # granian's numbers end before
        (["--workers", "2", "--lifetime", "86400"], ["86400 s", "--lifetime"]),
        (["--workers", "2", "--keys", "missing.keys"], ["missing.keys"]),
    ],
    ids=lambda each: " ".join(each),
)
def test_what_workers_cannot_do_is_refused_with_a_sentence(
    nursery: Nursery, arguments: list[str], words: list[str]
) -> None:
    assert_refused(nursery.run("serve", "--port", "0", *arguments), *words)
    assert list(nursery.folder.glob("**/*.keys")) == []


def test_a_port_in_use_is_refused_with_a_sentence(nursery: Nursery) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        run = nursery.run("serve", "--workers", "2", "--port", port, "--store", "sqlite:a.sqlite")
    assert run[0] == 2
    assert run[2].endswith(
        f"Port {port} is in use by another program. Stop that program, or "
        f"give another port, as in --port {int(port) + 1}.\n"
    )


def test_a_port_taken_at_the_last_moment_is_refused_with_a_sentence(nursery: Nursery) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        then_taken = (
            "import sys; from sandbox.commands import serve\n"
            f"serve.free_port = lambda _: {port}\n"
            "from sandbox.__main__ import main; sys.exit(main())"
        )
        child = nursery.start("serve", "--workers", "2", code=then_taken)
        assert child.wait() == 2
    assert child.out == ""
    assert f"Port {port} cannot be had: Address already in use" in child.err
    assert not NOT_NICE.search(child.err), child.err


@slow
def test_when_no_worker_can_begin_any_more_it_ends_and_says_why(nursery: Nursery) -> None:
    redis = own_redis().start()
    child = serve(nursery, "--store", redis.url)
    one, other = workers_of(child)
    redis.stop()
    assert ask(child, getting(child, "/api/me", "sandbox_session=a.b.c"), other)[0].status == 401
    os.kill(one, signal.SIGKILL)
    assert child.wait(20) == 2
    assert "cannot be used: Error" in child.err
    assert "A worker ended as soon as it began, so the server ends.\n" in child.err
    assert not NOT_NICE.search(child.err.replace("Error 111", "")), child.err
    assert not is_running(other)


def test_without_granian_the_sentence_says_what_to_type(nursery: Nursery) -> None:
    without = (
        "import sys; sys.modules['granian'] = None\n"
        "from sandbox.__main__ import main; sys.exit(main())"
    )
    child = nursery.start("serve", "--workers", "2", code=without)
    child.wait()
    assert_refused((child.process.returncode, child.out, child.err), "granian", "`make extras`")


def test_one_worker_needs_no_granian(nursery: Nursery) -> None:
    without = (
        "import sys; sys.modules['granian'] = None\n"
        "from sandbox.__main__ import main; sys.exit(main())"
    )
    child = nursery.start(
        "serve", "--workers", "1", "--store", "memory", "--port", "0", code=without
    )
    assert child.ask("GET", "/").status == 200


def test_demo_with_workers_is_refused(nursery: Nursery) -> None:
    assert_refused(nursery.run("demo", "--workers", "2"), "serve --workers")
