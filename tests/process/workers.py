"""Which of several workers answers, as the kernel tells it: who holds the other end of a socket."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode

from tests.wire.children import Child
from tests.wire.raw_http import FORM, PATIENCE, Answer, message, take_apart, until

LOOPBACK = "127.0.0.1"
MANY = 200  # connections, of which one must have reached the worker that is wanted


def workers_of(child: Child) -> list[int]:
    """The ids of its processes, once it has greeted."""
    assert child.port
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
    return sorted(pid for pid, parent in parents.items() if parent == child.process.pid)


def is_running(pid: int) -> bool:
    """Not one that has ended and is only waited for."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


@contextmanager
def connected(
    child: Child, worker: int | None = None, source: str = LOOPBACK
) -> Iterator[tuple[socket.socket, int]]:
    """A connection, and the worker that has it; with `worker`, that one."""
    for _ in range(MANY):
        with socket.create_connection((LOOPBACK, child.port), PATIENCE, (source, 0)) as ours:
            holder = until(lambda ours=ours: _holder(child, ours.getsockname()[1]))
            if worker in (None, holder):
                yield ours, holder
                return
    raise AssertionError(f"{MANY} connections, and none has reached {worker}")


def ask(
    child: Child,
    request: bytes,
    worker: int | None = None,
    source: str = LOOPBACK,
) -> tuple[Answer, int]:
    """The answer, and which worker gave it."""
    with connected(child, worker, source) as (connection, holder):
        connection.sendall(request)
        answer = take_apart(connection.makefile("rb").read())
    return answer, holder


def getting(child: Child, path: str, cookie: str = "") -> bytes:
    return message(child.port, "GET", path, [("Cookie", cookie)] if cookie else [])


def posting(child: Child, path: str, cookie: str = "", **fields: str) -> bytes:
    headers: list[tuple[str, str | bytes]] = [FORM]
    headers += [("Cookie", cookie)] if cookie else []
    return message(child.port, "POST", path, headers, urlencode(fields).encode())


def _holder(child: Child, port: int) -> int | None:
    """The process with the server's end of the connection from this port of ours."""
    theirs = f":{child.port:04X}"
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        if columns[1].endswith(theirs) and columns[2].endswith(f":{port:04X}"):
            return _process_with(f"socket:[{columns[9]}]", workers_of(child))
    return None


def _process_with(handle: str, pids: list[int]) -> int | None:
    for pid in pids:
        for each in Path(f"/proc/{pid}/fd").glob("*"):
            with suppress(OSError):
                if os.readlink(each) == handle:
                    return pid
    return None
