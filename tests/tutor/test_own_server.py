"""A server for a walk: a clock that can be moved, and nothing left behind."""

from __future__ import annotations

import gc
import io
import os
import threading

import pytest

from sandbox.trace.painter import Painter
from sandbox.tutor.own_server import MovableClock, OwnServer, Verdicts


class Wall:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def test_the_clock_of_a_walk_shows_the_time_until_it_is_moved() -> None:
    wall = Wall()
    clock = MovableClock(wall)
    assert clock() == wall.now
    clock.move(90)
    assert clock() == wall.now + 90
    clock.move(10)
    assert clock() == wall.now + 100


@pytest.mark.parametrize("seconds", [-1, -1e9, 0, -0.0])
def test_the_clock_of_a_walk_is_moved_forward_only(seconds: float) -> None:
    clock = MovableClock(Wall())
    clock.move(60)
    before = clock()
    clock.move(seconds)
    assert clock() == before


def test_the_clock_of_a_walk_does_not_go_back_with_the_wall() -> None:
    wall = Wall()
    clock = MovableClock(wall)
    clock.move(60)
    before = clock()
    wall.now -= 5
    assert clock() == before


def test_two_walks_have_clocks_of_their_own() -> None:
    wall = Wall()
    first, second = MovableClock(wall), MovableClock(wall)
    first.move(60)
    assert second() == wall.now


def test_verdicts_are_taken_in_the_order_in_which_the_requests_ended() -> None:
    verdicts = Verdicts()
    for code in ("OK", "NO_COOKIE", "EXPIRED"):
        verdicts({"type": "request", "id": 1})
        verdicts({"type": "response", "verdict": code})
    assert verdicts.take(2) == ["OK", "NO_COOKIE", "EXPIRED"]


def test_a_verdict_is_waited_for() -> None:
    verdicts = Verdicts()
    told = {"type": "response", "verdict": "OK"}
    later = threading.Timer(0.05, verdicts, [told])
    later.start()
    assert verdicts.take(1) == ["OK"]
    later.join()


def open_files() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts what /proc shows")
def test_started_and_stopped_twenty_times_it_leaves_nothing_behind() -> None:
    def once() -> None:
        with OwnServer(Painter(io.StringIO())) as server:
            assert server.visitor("alice").get("/").status_code == 200

    once()
    threads, files = threading.active_count(), open_files()
    for _ in range(20):
        once()
    assert (threading.active_count(), open_files()) == (threads, files)


def break_off() -> None:
    with OwnServer(Painter(io.StringIO())) as server:
        server.visitor("alice").get("/")
        raise ZeroDivisionError


def test_it_is_stopped_when_a_walk_breaks_off() -> None:
    threads = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        break_off()
    assert threading.active_count() == threads


def test_its_visitors_leave_with_it() -> None:
    with OwnServer(Painter(io.StringIO())) as server:
        visitor = server.visitor("alice")
    with pytest.raises(RuntimeError, match="closed"):
        visitor.get("/")


def test_what_happened_is_drawn_when_it_has_stopped() -> None:
    out = io.StringIO()
    with OwnServer(Painter(out, 80)) as server:
        server.visitor("alice").get("/profile")
    assert "NO_COOKIE" in out.getvalue()
    assert "303 See Other" in out.getvalue()
