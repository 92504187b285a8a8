"""The inbox: lines from a keyboard and exchanges of others, in their order, and its end."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

import pytest

from sandbox.tutor.inbox import MOST_KEPT, Ended, Inbox
from sandbox.tutor.lesson.exchange import Exchange
from tests.wire.raw_http import until


def exchange(number: int) -> Exchange:
    return Exchange(number, "lesson01", "GET", "/", "localhost", "", is_ours=False)


def test_lines_come_in_their_order_without_what_surrounds_them() -> None:
    inbox = Inbox(io.StringIO("one\n  two \r\n\nlast, without an end"))
    assert [inbox.next() for _ in range(4)] == ["one", "two", "", "last, without an end"]


def test_when_the_input_has_ended_what_was_typed_is_taken_first() -> None:
    inbox = Inbox(io.StringIO("one\n"))
    assert inbox.next() == "one"
    for _ in range(2):
        with pytest.raises(Ended):
            inbox.next()


def test_without_a_keyboard_the_input_has_ended() -> None:
    with pytest.raises(Ended):
        Inbox(None).next()


def test_exchanges_and_lines_are_taken_in_turn_so_that_a_flood_starves_nobody() -> None:
    with keyboard() as (reading, type_in):
        inbox = Inbox(reading)
        type_in("typed\n")
        until(lambda: inbox._lines, 10)
        inbox.seen(exchange(1))
        inbox.seen(exchange(2))
        taken = [inbox.next() for _ in range(3)]
    assert [each.number if isinstance(each, Exchange) else each for each in taken] == [
        1,
        "typed",
        2,
    ]


def test_an_exchange_wakes_whoever_waits() -> None:
    with keyboard() as (reading, _):
        inbox = Inbox(reading)
        threading.Timer(0.1, inbox.seen, [exchange(7)]).start()
        assert inbox.next() == exchange(7)


def test_of_many_exchanges_that_nobody_looks_at_the_newest_are_kept() -> None:
    inbox = Inbox(None)
    for number in range(MOST_KEPT + 5):
        inbox.seen(exchange(number))
    numbers = [inbox.next() for _ in range(MOST_KEPT)]
    assert numbers == [exchange(number) for number in range(5, MOST_KEPT + 5)]
    with pytest.raises(Ended):
        inbox.next()


def test_what_is_waiting_already_is_not_told_anew() -> None:
    inbox = Inbox(None)
    for number in (1, 2, 1):
        inbox.seen_anew(exchange(number))
    assert [inbox.next(), inbox.next()] == [exchange(1), exchange(2)]
    inbox.seen_anew(exchange(1))  # it was taken, so it is news again
    assert inbox.next() == exchange(1)
    with pytest.raises(Ended):
        inbox.next()


def test_what_a_pipe_holds_is_never_forgotten() -> None:
    inbox = Inbox(io.StringIO("one\ntwo\n"))
    until(lambda: inbox._has_ended, 10)
    inbox.forget_keys()
    assert [inbox.next(), inbox.next()] == ["one", "two"]
    assert not inbox.echoes


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_what_was_typed_ahead_at_a_terminal_is_forgotten() -> None:
    near, far = os.openpty()
    with os.fdopen(far, encoding="utf-8") as reading, os.fdopen(near, "wb", buffering=0) as keys:
        inbox = Inbox(reading)
        assert inbox.echoes
        keys.write(b"too early\n")
        until(lambda: inbox._lines, 10)
        inbox.forget_keys()
        keys.write(b"in time\n")
        assert inbox.next() == "in time"
        keys.write(b"\x04")  # the end of the input
        with pytest.raises(Ended):
            inbox.next()


def test_bytes_that_are_no_text_are_no_end() -> None:
    with keyboard("utf-8", "strict") as (reading, type_in):
        inbox = Inbox(reading)
        type_in("\udcff\n", "surrogateescape")
        type_in("q\n")
        assert "q" in [inbox.next(), inbox.next()]


@contextmanager
def keyboard(
    encoding: str = "utf-8", errors: str = "surrogateescape"
) -> Iterator[tuple[TextIO, Callable[..., object]]]:
    """A pipe that stays open: what reads it, and how to type into it."""
    near, far = os.pipe()
    reading = open(near, encoding=encoding, errors=errors)  # noqa: SIM115

    def type_in(text: str, errors: str = "strict") -> None:
        os.write(far, text.encode("utf-8", errors))

    try:
        yield reading, type_in
    finally:
        os.close(far)
