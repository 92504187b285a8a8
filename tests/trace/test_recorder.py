"""Events as JSON lines: all of them, each request's together, nothing to forge a cookie with."""

from __future__ import annotations

import errno
import io
import json
import os
import threading
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.trace.recorder import JSONLines
from sandbox.trace.stage import Event
from tests.conftest import HandClock

from .scenes import DERIVED, FORGED, SCENES, STAMP, Gone, ended, forged, request, response


def written(*events: Event, close: bool = True) -> list[Any]:
    out, gone = io.BytesIO(), Gone()
    lines = JSONLines(out, gone)
    for event in events:
        lines(event)
    if close:
        lines.close()
    assert gone.times == 0
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("name", [name for name in SCENES if "SIGNATURE" not in name])
def test_one_line_for_each_event_in_order(name: str) -> None:
    expected = deepcopy(SCENES[name])
    for event in expected:
        event.get("evidence", {}).pop("live_only", None)
    assert written(*SCENES[name]) == expected


def test_each_line_ends_with_a_newline() -> None:
    out = io.BytesIO()
    lines = JSONLines(out, Gone())
    lines(request())
    lines(response())
    assert out.getvalue().endswith(b"}\n")
    assert out.getvalue().count(b"\n") == 2


def test_the_lines_of_a_request_stand_together() -> None:
    ids = [
        event["id"]
        for event in written(
            request(id=1),
            request(id=2),
            ended("guard", id=1),
            ended("guard", id=2),
            response(id=2),
            ended("find_user", id=1),
            response(id=1),
        )
    ]
    assert ids == [2, 2, 2, 1, 1, 1, 1]


def test_a_request_is_written_when_its_response_was_sent_and_not_before() -> None:
    out = io.BytesIO()
    lines = JSONLines(out, Gone())
    lines(request())
    lines(ended("guard"))
    assert out.getvalue() == b""
    lines(response())
    assert out.getvalue().count(b"\n") == 3


def test_nothing_is_written_twice() -> None:
    assert len(written(request(), response())) == 2


def test_what_only_the_screen_may_show_is_not_written() -> None:
    event = forged()
    (told,) = written(event)
    text = json.dumps(told)
    assert "live_only" not in text
    assert not any(secret in text for secret in (STAMP, DERIVED, "K" * 43))
    assert told["evidence"]["received"] == FORGED


def test_other_listeners_still_see_what_was_left_out() -> None:
    event = forged()
    written(event)
    assert event["evidence"]["live_only"]["computed"] == STAMP


def test_what_did_not_end_is_written_at_the_close() -> None:
    events = [request(id=1), request(id=2), ended("guard", id=1)]
    told = written(*events)
    assert [event for event in told if event["id"] == 1] == [events[0], events[2]]
    assert [event for event in told if event["id"] == 2] == [events[1]]
    assert written(*events, close=False) == []


def _exchange(lines: JSONLines, request_id: int) -> None:
    lines(request(id=request_id))
    lines(response(id=request_id))


def test_the_server_is_told_that_the_reader_has_left() -> None:
    reading, writing = os.pipe()
    gone = Gone()
    out = open(writing, "wb", buffering=0)  # noqa: SIM115  # closed below
    lines = JSONLines(out, gone)
    _exchange(lines, 1)
    assert gone.times == 0
    os.close(reading)
    _exchange(lines, 2)
    assert gone.times == 1
    out.close()


def test_it_is_said_once_that_the_reader_has_left() -> None:
    class Left(io.BytesIO):
        def write(self, data: Any) -> int:
            raise BrokenPipeError

    gone = Gone()
    lines = JSONLines(Left(), gone)
    _exchange(lines, 1)
    _exchange(lines, 2)
    lines(request(id=3))
    lines.close()
    assert gone.times == 1


def test_a_file_that_was_closed_counts_as_a_reader_that_has_left() -> None:
    out, gone = io.BytesIO(), Gone()
    out.close()
    _exchange(JSONLines(out, gone), 1)
    assert gone.times == 1


def test_a_full_disk_is_no_reader_that_has_left_but_a_failure() -> None:
    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    gone = Gone()
    lines = JSONLines(Full(), gone)
    lines(request())
    with pytest.raises(OSError, match="No space left"):
        lines(response())
    assert gone.times == 0


def test_the_end_comes_after_what_is_being_written() -> None:
    """Whoever closes it learns that lines still wait for their reader."""
    begun, go_on = threading.Event(), threading.Event()

    class Stalled(io.BytesIO):
        def write(self, data: Any) -> int:
            begun.set()
            go_on.wait(30)
            return super().write(data)

    out = Stalled()
    lines = JSONLines(out, Gone())
    writing = threading.Thread(target=_exchange, args=(lines, 1))
    writing.start()
    assert begun.wait(30)
    closing = threading.Thread(target=lines.close)
    closing.start()
    closing.join(0.2)
    assert closing.is_alive()
    go_on.set()
    closing.join(30)
    assert out.getvalue().count(b"\n") == 2


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=[])),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(), inside, max_size=3),
    max_leaves=6,
)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.text(), plain, max_size=4))
def test_any_text_survives_and_stays_on_one_line(evidence: dict[str, Any]) -> None:
    evidence.pop("live_only", None)
    out = io.BytesIO()
    lines = JSONLines(out, Gone())
    lines(ended("guard", evidence=evidence))
    lines.close()
    (line,) = out.getvalue().decode("ascii").splitlines()
    assert json.loads(line)["evidence"] == evidence


@given(texts=st.lists(st.text(), max_size=4))
@settings(deadline=None, database=None, derandomize=True)
def test_whatever_a_text_holds_each_event_stays_on_a_line_of_its_own(texts: list[str]) -> None:
    begins_like_an_event = '}, {"type": "request", "id": 9}, {"type": '
    events = [request(notes=[*texts, begins_like_an_event, {"type": "no event"}]), response()]
    assert written(*events) == events


class Writes(io.BytesIO):
    """Keeps apart what was written at once."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[list[int]] = []

    def write(self, data: Any) -> int:
        events = [json.loads(line) for line in bytes(data).splitlines()]
        self.ids.append([event["id"] for event in events if event["type"] == "response"])
        return super().write(data)


def test_requests_that_overlap_are_written_together(clock: HandClock) -> None:
    out = Writes()
    lines = JSONLines(out, Gone(), now=clock)
    for event in (request(id=1), request(id=2), response(id=1), response(id=2)):
        lines(event)
    assert out.ids == [[1, 2]]


def test_while_one_request_lasts_the_others_are_written_all_the_same(clock: HandClock) -> None:
    out = Writes()
    lines = JSONLines(out, Gone(), now=clock)
    lines(request(id=1))
    for number in (2, 3, 4):
        lines(request(id=number))
        clock.now += 0.06
        lines(response(id=number))
    assert out.ids == [[2, 3]]
