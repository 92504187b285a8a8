"""Each fault, made to happen to a real server: the servers, and what visitors got of them."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator

from tests.faults.quick import (
    SHARED,
    cookie_of,
    get,
    log_in,
    quick_serve,
    send,
    serve_shared,
)
from tests.faults.test_disk import FULL, fill_the_disk, may_be_written, may_only_be_read, serve_kept
from tests.faults.test_slow_clients import silent_ones
from tests.faults.test_two_servers import locked
from tests.faults.test_watchers import CTRL_C, ask_often, ask_until_held_up, into_a_pipe, terminal
from tests.faults.test_watchers import stopped as stop
from tests.wire.children import Child, Nursery
from tests.wire.raw_http import Answer

CLOCK = """
import pathlib, time
from sandbox.serving.clock import Clock
ahead = pathlib.Path("ahead")
serve.Clock = lambda: Clock(lambda: time.time() + float(ahead.read_text() if ahead.exists() else 0))
"""
PROJECTOR = """
class Projector:
    def wants(self, request_id): return True
    def __call__(self, event): raise RuntimeError("out of paper")
    def close(self): pass
from sandbox.serving import shown
class Audience(shown.Audience):
    def __init__(self, *listeners): super().__init__(Projector(), *listeners)
shown.Audience = Audience
"""
MEMORY = ("--store", "memory", "--trace", "json")
Fault = Iterator[Child | Answer]  # servers, the last of which is looked at, and what visitors got


def me(child: Child, login: Answer) -> Answer:
    return get(child, "/api/me", cookie_of(login))


def killed(nursery: Nursery) -> Fault:
    yield (child := serve_shared(nursery))
    yield (first := log_in(child))
    child.process.kill()
    child.wait()
    yield (again := serve_shared(nursery))
    yield me(again, first)


def one_of_two_killed(nursery: Nursery) -> Fault:
    yield (other := serve_shared(nursery))
    yield (first := log_in(other))
    yield (child := serve_shared(nursery))
    yield me(child, first)
    other.process.kill()
    yield me(child, first)


def locked_by_another(nursery: Nursery) -> Fault:
    yield (child := serve_shared(nursery))
    yield (first := log_in(child))
    with locked(child.folder):
        yield me(child, first)
        yield log_in(child, "bob")
    yield log_in(child, "bob")


def table_gone(nursery: Nursery) -> Fault:
    yield (child := serve_shared(nursery))
    yield (first := log_in(child))
    other = sqlite3.connect(child.folder / SHARED, isolation_level=None)
    other.execute("ALTER TABLE sessions RENAME TO moved")
    yield me(child, first)
    other.execute("ALTER TABLE moved RENAME TO sessions")
    other.close()
    yield me(child, first)


def disk_full(nursery: Nursery) -> Fault:
    yield (child := quick_serve(nursery, "--store", "sqlite:s.sqlite", "--trace", "off"))
    yield (first := log_in(child))
    fill_the_disk(child.process.pid)
    yield me(child, first)
    yield send(child, "/word", cookie_of(first), word="tulip")


def no_room_for_the_trace(nursery: Nursery) -> Fault:
    yield (child := quick_serve(nursery, *MEMORY, out_to=FULL))
    yield from (log_in(child), get(child, "/profile"))


def read_only(nursery: Nursery) -> Fault:
    (nursery.folder / "kept").mkdir()
    yield (child := serve_kept(nursery))
    yield log_in(child)
    child.end()
    may_only_be_read(nursery.folder / "kept")
    yield (refused := serve_kept(nursery))
    refused.wait()
    may_be_written(nursery.folder / "kept")


def clock_jumps(nursery: Nursery, seconds: float) -> Fault:
    yield (child := quick_serve(nursery, *MEMORY, also=CLOCK))
    yield (first := log_in(child))
    (nursery.folder / "ahead").write_text(str(seconds))
    yield me(child, first)
    yield (second := log_in(child))
    yield me(child, second)


def two_hundred_silent(nursery: Nursery) -> Fault:
    yield (child := quick_serve(nursery, *MEMORY))
    with silent_ones(child, 200):
        yield (first := log_in(child))
        yield me(child, first)


def listener_raises(nursery: Nursery) -> Fault:
    yield (child := quick_serve(nursery, *MEMORY, also=PROJECTOR))
    yield (first := log_in(child))
    yield me(child, first)


def terminal_stopped(nursery: Nursery) -> Fault:
    with terminal(nursery.folder) as shown:
        yield shown.child
        stop(shown)
        ask_often(shown, 300)
        yield get(shown.child, "/api/me")
        shown.press(CTRL_C)
        shown.child.wait()


def reader_stalls(nursery: Nursery) -> Fault:
    with into_a_pipe(nursery) as (child, _):
        yield child
        ask_until_held_up(child)
        child.end(signal.SIGINT)


def reader_leaves(nursery: Nursery) -> Fault:
    with into_a_pipe(nursery) as (child, pipe):
        yield child
        assert child.port
        os.dup2(os.open(os.devnull, os.O_RDONLY), pipe)
        yield get(child, "/api/me")
        child.wait()
