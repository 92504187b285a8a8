"""A disk that is full and a file that may only be read: who reads goes on, who writes is told.

A full disk is made with a limit on the size of files: the kernel refuses every further byte.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.quick import cookie_of, get, log_in, quick_serve, send, who
from tests.wire.children import Child, Nursery, command, default_signals, environment

resource = pytest.importorskip("resource", reason="needs limits of Unix")

FULL = Path("/dev/full")
ADVICE = "Try again in a moment. If your browser has a cookie, it is kept."
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


@dataclass
class OnFullDisk:
    """`serve` whose standard output is a device on which no byte finds room."""

    process: subprocess.Popen[bytes]
    said: Path

    @property
    def port(self) -> int:
        return self.child.port

    @property
    def child(self) -> Child:
        return Child(self.process, self.said.parent, int(self.said.stem))


@pytest.fixture
def to_full_disk(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """`serve` whose standard output is a device on which no byte finds room."""
    if not FULL.exists():
        pytest.skip("needs /dev/full: Linux")
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        with FULL.open("wb") as out, (tmp_path / "err").open("wb") as err:
            process = subprocess.Popen(
                command("serve", "--store", "memory", *arguments),
                cwd=tmp_path,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                preexec_fn=default_signals,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
