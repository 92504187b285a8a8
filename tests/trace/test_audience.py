"""One listener that fails is said once and let go; nobody else notices."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any

import pytest

from sandbox.trace.audience import Audience
from sandbox.trace.stage import Event
from sandbox.trace.wire import Wire

from .scenes import request

EVENT = {"type": "request", "id": 1}


class Ear:
    def __init__(self) -> None:
        self.heard: list[Event] = []
        self.closed = 0

    def wants(self, request_id: int) -> bool:
        return True

    def __call__(self, event: Event) -> None:
        self.heard.append(event)

    def close(self) -> None:
        self.closed += 1


class Broken(Ear):
    def __call__(self, event: Event) -> None:
        super().__call__(event)
        raise RuntimeError("a secret of the listener")


class BrokenAtTheEnd(Ear):
    def close(self) -> None:
        raise RuntimeError


def test_everybody_hears_each_event_in_order() -> None:
    first, second = Ear(), Ear()
    audience = Audience(first, second)
    events = [EVENT, EVENT | {"id": 2}]
    for event in events:
        audience.tell(event)
    assert first.heard == second.heard == events


def test_a_listener_that_fails_is_let_go_and_the_others_hear_on() -> None:
    before, broken, after = Ear(), Broken(), Ear()
    audience = Audience(before, broken, after)
    audience.tell(EVENT)
    audience.tell(EVENT)
    assert [len(ear.heard) for ear in (before, broken, after)] == [2, 1, 2]


def test_a_failure_is_said_once_with_its_name_and_without_its_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    audience = Audience(Broken())
    audience.tell(EVENT)
    audience.tell(EVENT)
    assert capsys.readouterr().err == (
        "The trace's Broken failed (RuntimeError) and is switched off. "
        "The server goes on; restart it to see the trace again.\n"
    )


def test_a_request_is_answered_though_its_listener_fails() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"answered"]

    nothing_told = request()
    wire = Wire(
        app,
        Audience(Broken()).tell,
        describe=lambda header: {"cookies": nothing_told["cookies"], "notes": [], "tag": ""},
        show=str,
        ignore=lambda path: False,
        clock=lambda: 0.0,
    )
    statuses: list[str] = []
    body = wire(
        {"REQUEST_METHOD": "GET", "PATH_INFO": "/"}, lambda status, *_: statuses.append(status)
    )
    assert list(body) == [b"answered"]
    body.close()  # type: ignore[attr-defined]
    assert statuses == ["200 OK"]


def test_ctrl_c_is_no_failure_of_a_listener() -> None:
    class Interrupted(Ear):
        def __call__(self, event: Event) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Audience(Interrupted()).tell(EVENT)


def test_a_listener_that_would_end_the_program_is_let_go_like_any_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In a server's thread `sys.exit()` ends nothing, but its request would never be answered."""

    class Leaving(Ear):
        def __call__(self, event: Event) -> None:
            raise SystemExit(3)

    after = Ear()
    audience = Audience(Leaving(), after)
    audience.tell(EVENT)
    audience.tell(EVENT)
    assert after.heard == [EVENT, EVENT]
    assert capsys.readouterr().err.count("Leaving failed (SystemExit) and is switched off") == 1


class Rendezvous(Ear):
    """Lets two threads look for a listener in the same list at the same moment."""

    def __init__(self) -> None:
        super().__init__()
        self.together = threading.Barrier(2, timeout=0.2)

    def __eq__(self, other: object) -> bool:
        with suppress(threading.BrokenBarrierError):
            self.together.wait()
        return False

    __hash__ = None  # type: ignore[assignment]


def test_two_requests_that_meet_the_same_failure_are_both_answered() -> None:
    audience = Audience(Rendezvous(), Broken())
    failures: list[BaseException] = []

    def tell() -> None:
        try:
            audience.tell(EVENT)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=tell) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_everybody_is_closed_once() -> None:
    first, second = Ear(), Ear()
    Audience(first, second).close()
    assert (first.closed, second.closed) == (1, 1)


def test_a_listener_that_fails_at_the_end_keeps_nobody_from_being_closed() -> None:
    after = Ear()
    Audience(BrokenAtTheEnd(), after).close()
    assert after.closed == 1


def test_a_listener_that_does_not_come_to_its_end_is_not_waited_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    let_go = threading.Event()

    class Endless(Ear):
        def close(self) -> None:
            let_go.wait(30)

    began = time.monotonic()
    Audience(Endless()).close()
    took = time.monotonic() - began
    let_go.set()
    assert took < 10
    assert capsys.readouterr().err.count("The end of the trace is lost") == 1


class Choosy(Ear):
    """Wants the requests that it was given."""

    def __init__(self, *wanted: int) -> None:
        super().__init__()
        self.wanted = wanted
        self.asked: list[int] = []

    def wants(self, request_id: int) -> bool:
        self.asked.append(request_id)
        return request_id in self.wanted


def test_each_listener_is_asked_once_and_one_that_wants_a_request_is_enough() -> None:
    first, second = Choosy(1), Choosy(1, 2)
    audience = Audience(first, second)
    assert [audience.wants(number) for number in (1, 2, 3)] == [True, True, False]
    assert first.asked == second.asked == [1, 2, 3]


def test_with_nobody_there_nothing_is_wanted() -> None:
    assert Audience().wants(1) is False


def test_a_listener_that_fails_when_it_is_asked_is_let_go(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Undecided(Ear):
        def wants(self, request_id: int) -> bool:
            raise RuntimeError

    undecided, choosy = Undecided(), Choosy(2)
    audience = Audience(undecided, choosy)
    assert [audience.wants(number) for number in (1, 2)] == [False, True]
    audience.tell(EVENT)
    assert (undecided.heard, choosy.heard) == ([], [EVENT])
    assert capsys.readouterr().err.count("The trace's Undecided failed") == 1
