"""What the inspector remembers: everything in order, of too many requests the last ones."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

from sandbox.trace.inspector.buffer import BURST, LONGEST_ANSWER, PER_SECOND, Buffer
from tests.conftest import HandClock
from tests.trace.scenes import SCENES


def asked(buffer: Buffer, after: int = 0) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(buffer.after(after))
    return told


def request(number: int) -> list[dict[str, Any]]:
    return [{"type": "request", "id": number}, {"type": "response", "id": number}]


def tell(buffer: Buffer, *numbers: int) -> None:
    for number in numbers:
        for event in request(number):
            buffer(event)


def test_each_scene_is_told_as_it_came() -> None:
    for events in SCENES.values():
        buffer = Buffer()
        for event in events:
            buffer(event)
        assert asked(buffer)["events"] == json.loads(json.dumps(events))


def test_whoever_asks_again_is_told_only_what_came_since() -> None:
    buffer = Buffer()
    tell(buffer, 1)
    last = asked(buffer)["last"]
    assert asked(buffer, last) == {"now": {}, "last": 2, "told": 2, "let_go": 0, "events": []}
    tell(buffer, 2)
    assert asked(buffer, last)["events"] == request(2)


def test_of_too_many_requests_the_oldest_are_let_go_and_counted() -> None:
    buffer = Buffer(most=3)
    tell(buffer, 1, 2, 3, 4, 5)
    told = asked(buffer)
    assert told["let_go"] == 2
    assert [event["id"] for event in told["events"]] == [3, 3, 4, 4, 5, 5]


def test_a_number_that_was_let_go_brings_what_is_left() -> None:
    buffer = Buffer(most=1)
    tell(buffer, 1, 2, 3)
    assert [event["id"] for event in asked(buffer, 1)["events"]] == [3, 3]


def test_a_long_past_is_told_in_several_answers() -> None:
    buffer = Buffer()
    numbers = range(1, LONGEST_ANSWER)
    tell(buffer, *numbers)
    told, last = [], 0
    for _ in count():
        answer = asked(buffer, last)
        told += [event["id"] for event in answer["events"] if event["type"] == "request"]
        assert len(answer["events"]) <= LONGEST_ANSWER
        last = answer["last"]
        if last == answer["told"]:
            break
    assert told == list(numbers)


def test_requests_of_many_threads_are_all_told() -> None:
    buffer = Buffer()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: tell(buffer, number), range(400)))
    ids = [event["id"] for event in asked(buffer)["events"]]
    assert sorted(ids) == sorted([*range(400)] * 2)


def test_more_requests_than_anybody_could_look_at_are_not_wanted_in_full(clock: HandClock) -> None:
    buffer = Buffer(now=clock)
    at_once = int(BURST)
    assert [buffer.wants(number) for number in range(at_once + 1)] == [True] * at_once + [False]
    clock.now += 1
    wanted = sum(buffer.wants(number) for number in range(at_once))
    assert wanted == int(PER_SECOND)


def test_what_holds_at_the_moment_goes_with_every_answer() -> None:
    told = json.loads(Buffer().after(0, {"lesson": None}))
    assert told["now"] == {"lesson": None}
