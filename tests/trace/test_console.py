"""The trace on a terminal: a card per request, whole or not at all; no request waits for it."""

from __future__ import annotations

import itertools
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from sandbox.trace.console import BURST, LONGEST_QUEUE, PER_SECOND, ConsoleTrace
from sandbox.trace.painter import Painter
from sandbox.trace.stage import Event

from .scenes import Gone, Screen, ended, found, request, response

PROMPTLY = 2.0  # seconds; far more than needed, far less than forever


class HandTimer:
    """A timer that stands still until a test moves it."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Stalled(Screen):
    """A terminal that takes nothing until it is let go on (Ctrl-S, Ctrl-Q)."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asked, self.go_on = threading.Event(), threading.Event()

    def write(self, text: str) -> int:
        self.is_asked.set()
        self.go_on.wait(30)
        return super().write(text)


@contextmanager
def console_on(
    out: Screen, now: Callable[[], float] | None = None, gone: Gone | None = None
) -> Iterator[ConsoleTrace]:
    console = ConsoleTrace(Painter(out, 80), gone or Gone(), now or HandTimer())
    try:
        yield console
    finally:
        console.close()


def begin(console: ConsoleTrace, event: Event) -> None:
    """A request begins: the console is asked whether it wants it, then told of it."""
    console.wants(event["id"])
    console(event)


def visit(console: ConsoleTrace, request_id: int, verdict: str = "OK") -> None:
    """All events of one request."""
    begin(console, request(id=request_id))
    console(ended("guard", id=request_id, evidence={"path": "/", "user": "alice"}))
    console(ended("find_user", id=request_id, evidence={"user": "alice"}))
    console(response(303, verdict, id=request_id))


def drawn_in(text: str) -> set[int]:
    return {int(number) for number in re.findall(r"^#(\d+) ", text, re.MULTILINE)}


def lines_of(text: str, request_id: int) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(f"#{request_id} ")]


def kinds_of(lines: list[str]) -> list[str]:
    """What the lines of a card begin with, the number left out."""
    return [" ".join(line.split()[1:3]) for line in lines]


WHOLE_CARD = [
    "GET /profile",
    "browser Cookie",
    "id issued",
    "guard ✓",
    "guard login/file.py:41",
    "server ✓",
    "find_user login/file.py:41",
    "issued by",
    "→ 303",
    "browser no",
]


def test_a_card_is_drawn_as_things_happen() -> None:
    out = Screen()
    with console_on(out) as console:
        begin(console, request())
        console.catch_up()
        assert kinds_of(lines_of(out.getvalue(), 7)) == WHOLE_CARD[:3]
        console(found())
        console.catch_up()
        assert "look_up_session" in out.getvalue()


def test_a_card_is_drawn_whole_or_not_at_all() -> None:
    out = Screen()
    with console_on(out) as console:
        for request_id in range(1, 101):
            visit(console, request_id)
        console.catch_up()
    cards = {n: kinds_of(lines_of(out.getvalue(), n)) for n in drawn_in(out.getvalue())}
    assert 0 < len(cards) < 100
    assert list(cards.values()) == [WHOLE_CARD] * len(cards)


def test_a_card_that_was_begun_is_finished_though_the_rest_is_left_out() -> None:
    out = Screen()
    with console_on(out) as console:
        begin(console, request(id=1))
        for request_id in range(2, 101):
            visit(console, request_id)
        console(response(id=1))
    assert kinds_of(lines_of(out.getvalue(), 1))[-1] == "browser no"


def test_a_card_that_was_left_out_is_not_taken_up_in_the_middle() -> None:
    out, now = Screen(), HandTimer()
    with console_on(out, now) as console:
        for request_id in range(1, int(BURST) + 1):
            visit(console, request_id)
        begin(console, request(id=99))
        now.now += 60
        console(found() | {"id": 99})
        console(response(id=99))
    assert 99 not in drawn_in(out.getvalue())


def admitted(console: ConsoleTrace, out: Screen, ids: range) -> int:
    before = drawn_in(out.getvalue())
    for request_id in ids:
        visit(console, request_id)
    console.catch_up()
    return len(drawn_in(out.getvalue()) - before)


def test_forty_at_once_and_then_twenty_a_second() -> None:
    assert (BURST, PER_SECOND) == (40, 20)
    out, now = Screen(), HandTimer()
    with console_on(out, now) as console:
        assert admitted(console, out, range(1, 101)) == 40
        assert admitted(console, out, range(101, 201)) == 0
        now.now += 1
        assert admitted(console, out, range(201, 301)) == 20
        now.now += 0.25
        assert admitted(console, out, range(301, 401)) == 5
        now.now += 3600
        assert admitted(console, out, range(401, 501)) == 40


def test_twenty_a_second_are_all_drawn() -> None:
    out, now = Screen(), HandTimer()
    with console_on(out, now) as console:
        for request_id in range(1, 161):
            visit(console, request_id)
            console.catch_up()
            now.now += 1 / PER_SECOND
    assert len(drawn_in(out.getvalue())) == 160
    assert "not drawn" not in out.getvalue()


def test_what_was_left_out_is_counted_by_code_and_said() -> None:
    out = Screen()
    with console_on(out) as console:
        for request_id in range(1, 41):
            visit(console, request_id)
        for request_id in range(41, 51):
            visit(console, request_id, "NO_COOKIE")
        for request_id in range(51, 53):
            visit(console, request_id, "EXPIRED")
    assert "\n… 12 more requests, not drawn: 10 NO_COOKIE, 2 EXPIRED\n" in out.getvalue()


def left_out(text: str) -> int:
    return sum(int(n) for n in re.findall(r"^… (\d+) more requests", text, re.MULTILINE))


def test_every_request_is_either_drawn_or_counted_once() -> None:
    out, now = Screen(), HandTimer()
    with console_on(out, now) as console:
        for request_id in range(1, 501):
            visit(console, request_id)
            now.now += 0.01
            if request_id % 20 == 0:
                console.catch_up()
    assert len(drawn_in(out.getvalue())) + left_out(out.getvalue()) == 500


def test_what_was_left_out_is_said_even_if_the_crowd_does_not_end() -> None:
    out, now = Screen(), HandTimer()
    with console_on(out, now) as console:
        for request_id in range(1, 201):
            visit(console, request_id)
            now.now += 0.01
        console.catch_up()
        assert left_out(out.getvalue()) >= BURST


def test_no_request_waits_for_a_terminal_that_is_stopped() -> None:
    out = Stalled()
    with console_on(out) as console:
        began = time.monotonic()
        for request_id in range(1, 501):
            visit(console, request_id)
        took = time.monotonic() - began
        out.go_on.set()
    assert took < PROMPTLY


def test_at_most_two_hundred_cards_wait_and_the_rest_is_counted() -> None:
    assert LONGEST_QUEUE == 200
    out, now = Stalled(), HandTimer()
    with console_on(out, now) as console:
        begin(console, request(id=1))
        assert out.is_asked.wait(30)  # from now on no card is finished, so none makes room
        console(response(303, "OK", id=1))
        for request_id in range(2, 501):
            now.now += 1
            visit(console, request_id)
        out.go_on.set()
        console.catch_up()
    assert drawn_in(out.getvalue()) == set(range(1, 201))
    assert left_out(out.getvalue()) == 300


def test_when_the_terminal_goes_on_cards_are_drawn_again() -> None:
    out, now = Stalled(), HandTimer()
    with console_on(out, now) as console:
        for request_id in range(1, 301):
            visit(console, request_id)
            now.now += 1
        out.go_on.set()
        console.catch_up()
        assert admitted(console, out, range(301, 311)) == 10


def test_a_terminal_that_is_stopped_does_not_hold_up_the_end() -> None:
    out = Stalled()
    console = ConsoleTrace(Painter(out, 80), Gone(), HandTimer())
    visit(console, 1)
    began = time.monotonic()
    console.close()
    took = time.monotonic() - began
    out.go_on.set()
    assert took < PROMPTLY


def test_what_waits_is_drawn_at_the_end() -> None:
    out = Screen()
    with console_on(out) as console:
        for request_id in range(1, 31):
            visit(console, request_id)
        console.say("the last line")
    assert drawn_in(out.getvalue()) == set(range(1, 31))
    assert out.getvalue().endswith("\nthe last line\n")


def test_the_thread_ends_with_the_console() -> None:
    before = threading.active_count()
    with console_on(Screen()):
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


def wait_until(happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PROMPTLY
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.002)
    return happened()


def test_a_reader_that_has_left_is_said_once() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    gone = Gone()
    with open(writing, "w", encoding="utf-8") as out:
        console = ConsoleTrace(Painter(out, 80), gone, HandTimer())
        visit(console, 1)
        assert wait_until(lambda: gone.times > 0)
        for request_id in range(2, 50):
            visit(console, request_id)
        console.close()
        assert gone.times == 1
        with pytest.raises(BrokenPipeError):
            out.close()


def test_after_the_reader_has_left_memory_stays_bounded() -> None:
    class Left(Screen):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    gone, now = Gone(), HandTimer()
    with console_on(Left(), now, gone) as console:
        for request_id in range(1, 2001):
            visit(console, request_id)
            now.now += 1
        assert wait_until(lambda: gone.times == 1)
        assert console._work.qsize() <= LONGEST_QUEUE * 4


@pytest.mark.parametrize("error", [BrokenPipeError(), RuntimeError(), OSError(28, "No space")])
def test_after_it_has_failed_nothing_is_wanted_and_nothing_is_kept(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(Screen):
        def write(self, text: str) -> int:
            raise error

    later = itertools.count(step=10.0)  # so many seconds that every card could be drawn
    with console_on(Broken(), lambda: next(later), Gone()) as console:
        visit(console, 1)
        assert wait_until(lambda: not console.wants(99))
        for request_id in range(100, 200):
            visit(console, request_id)
        assert console._work.empty()


def test_a_full_disk_is_said_once_and_is_no_reader_that_has_left(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Full(Screen):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    gone = Gone()
    with console_on(Full(), gone=gone) as console:
        for request_id in range(1, 31):
            visit(console, request_id)
    assert capsys.readouterr().err.count("failed (No space left on device)") == 1
    assert gone.times == 0


def test_nobody_waits_for_a_console_whose_reader_has_left() -> None:
    """`catch_up` between two stops of a walk would take 5 s each time."""

    class Left(Screen):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    gone = Gone()
    with console_on(Left(), gone=gone) as console:
        visit(console, 1)
        assert wait_until(lambda: gone.times == 1)
        began = time.monotonic()
        console.catch_up(timeout=1)
        assert time.monotonic() - began < 0.5


def test_a_fault_in_the_drawing_is_said_once_and_the_server_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    gone = Gone()
    with console_on(Screen(), gone=gone) as console:
        begin(console, {"type": "request", "id": 1, "verdict": "none of its fields"})
        begin(console, {"type": "request", "id": 2})
        visit(console, 3)
    assert capsys.readouterr().err == (
        "The trace's ConsoleTrace failed (KeyError) and is switched off. "
        "The server goes on; restart it to see the trace again.\n"
    )
    assert gone.times == 0


def test_cards_of_requests_at_the_same_time_are_complete_and_in_order(
    often_switched: None,
) -> None:
    out, ticks = Screen(), itertools.count()
    with console_on(out, lambda: float(next(ticks))) as console:

        def visitor(first: int) -> None:
            for request_id in range(first, first + 20):
                visit(console, request_id)

        threads = [threading.Thread(target=visitor, args=(n * 100,)) for n in range(1, 9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        console.catch_up()
    cards = {n: kinds_of(lines_of(out.getvalue(), n)) for n in drawn_in(out.getvalue())}
    assert len(cards) == 160
    assert all(card == WHOLE_CARD for card in cards.values())


def test_a_sentence_between_the_cards_bears_no_number() -> None:
    out = Screen()
    with console_on(out) as console:
        console.say("A sentence. [red]As it is.[/red]")
        console.catch_up()
    assert out.getvalue() == "A sentence. [red]As it is.[/red]\n"
