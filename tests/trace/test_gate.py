"""The gate: one request waits after each stage, in a real thread of its own; others go on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.trace.audience import Audience
from sandbox.trace.gate import Gate
from sandbox.trace.stage import Event, stage
from sandbox.trace.wire import REQUEST_ID, Wire
from tests.wire.raw_http import until

PAUSE = 0.3  # seconds for which somebody looks at a stage
GONE_ON = 5.0  # seconds: more than a busy machine needs
GO_ON = threading.Event()  # for whoever is slow


@stage(lane="server")
def first() -> None:
    """A stage."""


@stage(lane="store")
def second() -> None:
    """Another."""


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    if environ["PATH_INFO"] == "/crash":
        first()
        raise ValueError
    first()
    second()
    if environ["PATH_INFO"] == "/slow":
        GO_ON.wait(GONE_ON)
    start_response("200 OK", [])
    return [b"body"]


class World:
    """A server with a gate, and whoever asks it."""

    def __init__(self, **of_gate: Any) -> None:
        self.gave_up: list[int] = []
        self.gate = Gate(self.gave_up.append, **of_gate)
        self.events: list[Event] = []
        self.threads: list[threading.Thread] = []
        self.audience = Audience(Ear(self.events), self.gate)
        self.wire = Wire(
            app,
            self.audience.tell,
            describe=lambda header: {"cookies": [], "notes": [], "tag": ""},
            show=str,
            ignore=lambda path: path.startswith("/static"),
            clock=time.time,
            wants=self.audience.wants,
            timer=self.gate.timer,
        )

    def ask(self, path: str = "/") -> threading.Thread:
        """Somebody asks, in a thread as a server has one for each request."""
        thread = threading.Thread(target=self._answer, args=(path,), daemon=True)
        thread.start()
        self.threads.append(thread)
        return thread

    def _answer(self, path: str) -> None:
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path}
        try:
            body = self.wire(environ, lambda *_: None)
        except ValueError:
            return
        if REQUEST_ID in environ:
            body.close()  # type: ignore[attr-defined]  # as a server does

    def waits(self, request_id: int, stage: str) -> bool:
        """Until it waits there."""
        return bool(until(lambda: self.is_at(request_id, stage)))

    def is_at(self, request_id: int, stage: str) -> bool:
        place = self.gate.waiting
        return place is not None and (place["id"], place["stage"]) == (request_id, stage)

    def told(self, kind: str, request_id: int) -> list[Event]:
        return [e for e in self.events if e["type"] == kind and e["id"] == request_id]


class Ear:
    """Somebody else who listens."""

    def __init__(self, events: list[Event]) -> None:
        self._events = events

    def wants(self, request_id: int) -> bool:
        return True

    def __call__(self, event: Event) -> None:
        self._events.append(event)

    def close(self) -> None:
        """Nothing to do."""


@pytest.fixture
def make() -> Iterator[Callable[..., World]]:
    made: list[World] = []

    def start(**of_gate: Any) -> World:
        made.append(World(**of_gate))
        return made[-1]

    yield start
    for world in made:
        world.gate.close()
        for thread in world.threads:
            thread.join(GONE_ON)
            assert not thread.is_alive()


@pytest.fixture
def world(make: Callable[..., World]) -> World:
    return make()


def ends(thread: threading.Thread) -> bool:
    thread.join(GONE_ON)
    return not thread.is_alive()


def test_a_request_waits_before_its_first_stage_and_after_each(world: World) -> None:
    request = world.ask()
    for place in ("", "first", "second"):
        assert world.waits(1, place)
        world.gate.next()
    assert ends(request)
    assert world.gate.waiting is None


def test_it_waits_for_as_long_as_nobody_steps(world: World) -> None:
    world.ask()
    assert world.waits(1, "")
    time.sleep(PAUSE)
    assert world.is_at(1, "")


def test_whoever_else_listens_has_heard_the_stage_before_the_wait(world: World) -> None:
    world.ask()
    world.waits(1, "")
    world.gate.next()
    world.waits(1, "first")
    assert [e["stage"] for e in world.told("stage_ended", 1)] == ["first"]
    assert world.told("stage_started", 1)[1:] == []


def test_where_it_waits_is_told_with_the_outcome(world: World) -> None:
    world.ask()
    world.waits(1, "")
    assert world.gate.waiting == {"id": 1, "seq": 0, "stage": "", "outcome": ""}
    world.gate.next()
    world.waits(1, "first")
    assert world.gate.waiting == {"id": 1, "seq": 2, "stage": "first", "outcome": "OK"}


def test_while_one_is_held_many_others_go_on(world: World) -> None:
    world.ask()
    world.waits(1, "")
    others = [world.ask() for _ in range(40)]
    assert all(ends(other) for other in others)
    assert world.is_at(1, "")


def test_when_it_has_ended_the_next_is_held(world: World) -> None:
    request = world.ask()
    world.waits(1, "")
    world.gate.run_on()
    assert ends(request)
    world.ask()
    assert world.waits(2, "")


def test_a_request_that_crashed_holds_the_gate_no_longer(world: World) -> None:
    request = world.ask("/crash")
    for place in ("", "first"):
        world.waits(1, place)
        world.gate.next()
    assert ends(request)
    world.ask()
    assert world.waits(2, "")


def test_static_files_never_stop(world: World) -> None:
    assert ends(world.ask("/static/style.css"))
    assert world.events == []


def test_a_step_that_nobody_waited_for_is_not_saved_up(world: World) -> None:
    for _ in range(5):
        world.gate.next()
    world.ask()
    world.waits(1, "")
    world.gate.next()
    assert world.waits(1, "first")
    time.sleep(0.05)
    assert world.is_at(1, "first")


def test_run_on_goes_to_the_end_of_this_request_alone(world: World) -> None:
    request = world.ask()
    world.waits(1, "")
    world.gate.run_on()
    assert ends(request)
    assert [e["stage"] for e in world.told("stage_ended", 1)] == ["first", "second"]


def test_a_closed_gate_releases_whoever_waits_and_holds_nobody(world: World) -> None:
    request = world.ask()
    world.waits(1, "")
    world.gate.close()
    assert ends(request)
    assert ends(world.ask())


def test_the_pause_is_in_no_time_that_is_told(world: World) -> None:
    """Neither in a stage's nor in the response's, and not in the next request of this thread."""

    def two_in_one_thread() -> None:
        world._answer("/")
        world._answer("/")

    thread = threading.Thread(target=two_in_one_thread, daemon=True)
    world.threads.append(thread)
    thread.start()
    for request_id in (1, 2):
        for place in ("", "first", "second"):
            world.waits(request_id, place)
            time.sleep(PAUSE / 3)
            world.gate.next()
    assert ends(thread)
    for request_id in (1, 2):
        (response,) = world.told("response", request_id)
        assert response["ms"] < PAUSE / 3 * 1000
        assert all(e["us"] < PAUSE / 3 * 1e6 for e in world.told("stage_ended", request_id))


def test_the_times_of_others_are_whole(world: World) -> None:
    """What one thread was held for is not taken from another's."""
    world.ask()
    world.waits(1, "")
    slow = world.ask("/slow")
    until(lambda: world.told("request", 2))
    time.sleep(PAUSE)
    world.gate.run_on()
    until(lambda: world.told("response", 1))
    GO_ON.set()
    assert ends(slow)
    (response,) = world.told("response", 2)
    assert response["ms"] >= PAUSE * 1000


def test_who_hung_up_holds_the_gate_for_a_limited_time_only(make: Callable[..., World]) -> None:
    world = make(patience=0.2)
    began = time.monotonic()
    request = world.ask()
    assert ends(request)
    assert 0.2 <= time.monotonic() - began < 1.0  # once, not at each stage
    assert world.gave_up == [1]


def test_of_many_at_once_one_is_held(world: World) -> None:
    barrier = threading.Barrier(20)

    def at_once() -> None:
        barrier.wait()
        world._answer("/")

    threads = [threading.Thread(target=at_once, daemon=True) for _ in range(20)]
    for thread in threads:
        thread.start()
    world.threads += threads
    until(lambda: sum(not thread.is_alive() for thread in threads) == 19)
    assert world.gate.waiting is not None
    world.gate.run_on()
    assert all(ends(thread) for thread in threads)


def test_it_wants_to_hear_only_of_what_it_would_hold(world: World) -> None:
    assert world.gate.wants(1)
    world.ask()
    world.waits(1, "")
    assert not world.gate.wants(2)
    world.gate.close()
    assert not world.gate.wants(3)
