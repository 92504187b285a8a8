"""A disk that is full and a file that may only be read: who reads goes on, who writes is told.

A full disk is made with a limit on the size of files: the kernel refuses every further byte.
"""

from __future__ import annotations

import ctypes
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.serving.live import free_port
from tests.faults.quick import cookie_of, get, log_in, quick_serve, send, who
from tests.wire.children import STARTING, Child, Nursery, default_signals, environment
from tests.wire.raw_http import until

resource = pytest.importorskip("resource", reason="needs limits of Unix")

FULL = Path("/dev/full")
ADVICE = "Try again in a moment. If your browser has a cookie, it is kept."
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2  # linux/prctl.h, capability.h
NOT_NICE = ("Traceback", "Error", "  File ")


def fill_the_disk(pid: int) -> None:
    if not hasattr(resource, "prlimit"):
        pytest.skip("needs prlimit: Linux")
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))


def make_room(pid: int) -> None:
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


# Full while the server runs


@pytest.fixture
def child(nursery: Nursery) -> Child:
    return quick_serve(nursery, "--store", "sqlite:s.sqlite", "--trace", "off", "--idle", "10")


def test_on_a_full_disk_a_login_is_refused_and_says_what_to_do(child: Child) -> None:
    cookie_of(log_in(child))
    fill_the_disk(child.process.pid)
    answer = log_in(child, "bob")
    assert (answer.status, answer.all("Set-Cookie")) == (503, [])
    assert ADVICE in answer.text


@pytest.mark.slow
def test_on_a_full_disk_whoever_is_logged_in_goes_on_reading(child: Child) -> None:
    """Also when the visit should be written down, and a message is waiting to be read."""
    cookie = cookie_of(log_in(child))
    send(child, "/word", cookie, word="tulip")
    time.sleep(1.1)  # a tenth of the idle limit
    fill_the_disk(child.process.pid)
    for path in ("/profile", "/", "/login", "/api/me"):
        assert get(child, path, cookie).status == 200
    assert who(child, cookie) == {"user": "alice", "word": "tulip"}


def test_on_a_full_disk_nothing_is_half_done(child: Child) -> None:
    cookie = cookie_of(log_in(child))
    send(child, "/word", cookie, word="tulip")
    fill_the_disk(child.process.pid)
    for path in ("/word", "/logout", "/logout/everywhere"):
        answer = send(child, path, cookie, word="rose")
        assert (answer.status, answer.all("Set-Cookie")) == (503, [])
    assert log_in(child, "bob", cookie).status == 503
    assert who(child, cookie) == {"user": "alice", "word": "tulip"}


def test_when_there_is_room_again_all_is_well_without_a_restart(child: Child) -> None:
    cookie = cookie_of(log_in(child))
    fill_the_disk(child.process.pid)
    for _ in range(20):
        assert log_in(child, "bob").status == 503
    make_room(child.process.pid)
    assert send(child, "/word", cookie, word="tulip").status == 303
    assert who(child, cookie) == {"user": "alice", "word": "tulip"}
    assert who(child, cookie_of(log_in(child, "bob"))) == {"user": "bob", "word": ""}
    assert send(child, "/logout", cookie).status == 303
    assert who(child, cookie) == "UNKNOWN_SESSION"
    assert child.end() == 0
    assert not any(mark in child.err for mark in NOT_NICE)
    with sqlite3.connect(child.folder / "s.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


# Full when the server starts


def started_on_a_full_disk(folder: Path, database: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error; both of them pipes, which take bytes."""
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))"
    serve = "from sandbox.__main__ import main; raise SystemExit(main())"
    argv = ["serve", "--port", "0", "--store", f"sqlite:{database}"]
    ended = subprocess.run(
        [sys.executable, "-c", f"{full}; {serve}", *argv],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    return ended.returncode, ended.stdout, ended.stderr


@pytest.mark.slow
def test_a_server_that_starts_on_a_full_disk_says_so_and_ends(nursery: Nursery) -> None:
    child = quick_serve(nursery, "--store", "sqlite:old.sqlite", "--trace", "off")
    cookie = cookie_of(log_in(child))
    assert child.end() == 0
    before = (child.folder / "old.sqlite").read_bytes()
    for database in ("new.sqlite", "old.sqlite"):
        code, out, err = started_on_a_full_disk(child.folder, database)
        assert (code, out) == (2, "")
        assert database in err
        assert err.count("\n") == 1
        assert not any(mark in err for mark in NOT_NICE), err
    assert (child.folder / "old.sqlite").read_bytes() == before
    again = quick_serve(nursery, "--store", "sqlite:old.sqlite", "--trace", "off")
    assert who(again, cookie) == {"user": "alice", "word": ""}


# A trace that goes to a full disk


@pytest.fixture
def full() -> Path:
    """A device on which no byte finds room."""
    if not FULL.exists():
        pytest.skip("needs /dev/full: Linux")
    return FULL


def serve_to(nursery: Nursery, out: Path, trace: str) -> Child:
    """With the trace on a terminal the greeting stands there, too: nobody sees the port."""
    port = free_port(0)
    argv = ("serve", "--store", "memory", "--port", str(port), "--trace", trace)
    child = nursery.start(*argv, out_to=out)
    child._port.append(port)
    until(lambda: answers(child), STARTING)
    until(child._looks_after_signals, STARTING)
    return child


def answers(child: Child) -> bool:
    try:
        return get(child, "/").status == 200
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize(("trace", "who_fails"), [("json", "JSONLines"), ("console", "Console")])
def test_a_trace_that_finds_no_room_is_said_once_and_the_server_goes_on(
    nursery: Nursery, full: Path, trace: str, who_fails: str
) -> None:
    child = serve_to(nursery, full, trace)
    cookie = cookie_of(log_in(child))
    for _ in range(100):
        assert who(child, cookie) == {"user": "alice", "word": ""}
    assert child.end() == 0
    failures = [line for line in child.err.splitlines() if "switched off" in line]
    assert len(failures) == 1, child.err
    assert who_fails in failures[0]
    assert "No space left on device" in failures[0]
    assert "restart it to see the trace again" in failures[0]
    assert not any(mark in child.err for mark in NOT_NICE)


def test_where_the_sentence_finds_no_room_either_the_requests_are_answered(
    nursery: Nursery,
) -> None:
    """`serve --trace json > trace.jsonl 2> serve.log`, both on the disk that fills up."""
    child = quick_serve(nursery, "--store", "memory", "--trace", "json")
    cookie = cookie_of(log_in(child))
    until(lambda: child.out.count('"response"') == 1)
    before = child.out
    fill_the_disk(child.process.pid)
    for _ in range(20):
        assert who(child, cookie) == {"user": "alice", "word": ""}
    assert child.end() in (0, 120)  # 120: Python could not write its standard error either
    assert child.out == before
    assert not any(mark in child.err for mark in NOT_NICE)


@pytest.mark.slow
@pytest.mark.parametrize(
    "argv",
    [
        ["serve", "--store", "memory", "--port", "0", "--trace", "off"],
        ["demo", "--store", "memory", "--port", "0"],
        ["tour", "--auto"],
        ["cookie", "abc"],
    ],
    ids=lambda argv: argv[0],
)
def test_what_only_prints_ends_with_a_sentence(
    nursery: Nursery, full: Path, argv: list[str]
) -> None:
    child = nursery.start(*argv, out_to=full)
    assert child.wait(60) == 1
    assert child.err.startswith(f"What {argv[0]} prints cannot be written (No space left")
    assert child.err.count("\n") == 1
    assert not any(mark in child.err for mark in NOT_NICE)


# What may only be read


@pytest.fixture
def kept(nursery: Nursery) -> Iterator[Path]:
    """The folder of the database; the children write beside it."""
    folder = nursery.folder / "kept"
    folder.mkdir()
    yield folder
    may_be_written(folder)


def may_be_written(folder: Path) -> None:
    folder.chmod(0o700)
    for path in folder.iterdir():
        path.chmod(0o600)


def may_only_be_read(folder: Path) -> None:
    for path in folder.iterdir():
        path.chmod(0o400)
    folder.chmod(0o500)


def bound_by_permissions() -> None:
    """Without these two capabilities root, too, may only do what the permissions say."""
    default_signals()
    if os.geteuid() == 0:
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            if prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), "capability not dropped")


def serve_kept(nursery: Nursery, file: str = "s.sqlite") -> Child:
    if os.geteuid() == 0 and not sys.platform.startswith("linux"):
        pytest.skip("root may write everything: run the tests as somebody else, or on Linux")
    store = ("--store", f"sqlite:kept/{file}", "--trace", "off")
    return quick_serve(nursery, *store, first=bound_by_permissions)


@pytest.mark.slow
@pytest.mark.parametrize("what", ["the file", "the folder", "both", "a folder without a file"])
def test_a_store_that_may_only_be_read_is_refused_at_the_start(
    nursery: Nursery, kept: Path, what: str
) -> None:
    child = serve_kept(nursery)
    cookie = cookie_of(log_in(child))
    assert child.end() == 0
    before = {path.name: path.read_bytes() for path in kept.iterdir()}
    (kept / "s.sqlite").chmod(0o600 if "folder" in what else 0o400)
    kept.chmod(0o700 if what == "the file" else 0o500)
    file = "new.sqlite" if "without" in what else "s.sqlite"
    refused = serve_kept(nursery, file)
    assert refused.wait() == 2
    assert refused.out == ""
    assert refused.err.count("\n") == 1
    assert f"kept/{file} cannot be used: " in refused.err
    assert "--store sqlite:FILE" in refused.err
    assert not any(mark in refused.err for mark in NOT_NICE)
    assert {path.name: path.read_bytes() for path in kept.iterdir()} == before
    may_be_written(kept)
    assert who(serve_kept(nursery), cookie) == {"user": "alice", "word": ""}


@pytest.mark.slow
def test_made_read_only_while_the_server_runs_reading_goes_on(nursery: Nursery, kept: Path) -> None:
    """Another server has the files open: of this one no thread has opened them before."""
    other = serve_kept(nursery)
    assert other.port  # it has made the keys that the second one reads
    child = serve_kept(nursery)
    assert child.port
    cookie = cookie_of(log_in(other))
    send(other, "/word", cookie, word="tulip")
    may_only_be_read(kept)
    for path in ("/profile", "/", "/login", "/api/me"):
        assert get(child, path, cookie).status == 200
    for path in ("/word", "/logout", "/logout/everywhere", "/word", "/word"):
        answer = send(child, path, cookie, word="rose")
        assert (answer.status, answer.all("Set-Cookie")) == (503, [])
        assert ADVICE in answer.text
    assert log_in(child, "bob").status == 503
    assert who(child, cookie) == {"user": "alice", "word": "tulip"}


@pytest.mark.slow
def test_made_writable_again_the_next_request_is_fine_without_a_restart(
    nursery: Nursery, kept: Path
) -> None:
    other = serve_kept(nursery)
    assert other.port  # it has made the keys that the second one reads
    child = serve_kept(nursery)
    assert child.port
    cookie = cookie_of(log_in(other))
    may_only_be_read(kept)
    with ThreadPoolExecutor(8) as threads:  # every thread of the server has tried in vain
        tried = threads.map(lambda _: send(child, "/word", cookie, word="rose").status, range(40))
        assert set(tried) == {503}
    may_be_written(kept)
    for word in ("tulip", "daisy", "rose", "lily", "violet", "aster"):
        assert send(child, "/word", cookie, word=word).status == 303
        assert who(child, cookie) == {"user": "alice", "word": word}
    assert child.end() == 0
    assert child.err == ""
