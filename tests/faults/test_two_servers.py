"""Two servers on one SQLite file, and a third program that holds the file locked."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.faults.quick import (
    SHARED,
    cookie_of,
    get,
    log_in,
    send,
    serve_shared,
    serve_two,
    who,
)
from tests.wire.children import Child, Nursery, seconds

PROMPTLY = 2.5  # seconds; a wait for the lock would take 5
Two = tuple[Child, Child]


@pytest.fixture
def two(nursery: Nursery) -> Two:
    return serve_two(nursery)


@contextmanager
def locked(folder: Path) -> Iterator[sqlite3.Connection]:
    """Another program is writing and does not come to an end."""
    third = sqlite3.connect(folder / SHARED, isolation_level=None, check_same_thread=False)
    try:
        third.execute("BEGIN IMMEDIATE")
        third.execute("UPDATE sessions SET word = 'never committed'")
        yield third
    finally:
        third.close()


@pytest.mark.slow
def test_a_session_begun_at_one_is_known_at_the_other(two: Two) -> None:
    first, second = two
    cookie = cookie_of(log_in(first, "bob"))
    assert who(second, cookie) == {"user": "bob", "word": ""}
    send(second, "/word", cookie, word="tulip")
    assert who(first, cookie) == {"user": "bob", "word": "tulip"}
    assert "Your word is saved" in get(first, "/profile", cookie).text


@pytest.mark.slow
def test_a_logout_at_one_ends_the_session_at_the_other(two: Two) -> None:
    first, second = two
    here, there = cookie_of(log_in(first)), cookie_of(log_in(second))
    assert send(second, "/logout", here).status == 303
    assert who(first, here) == "UNKNOWN_SESSION"
    assert send(first, "/logout/everywhere", there).status == 303
    assert who(second, there) == "UNKNOWN_SESSION"


@pytest.mark.slow
def test_a_login_at_the_other_takes_the_place_of_the_session(two: Two) -> None:
    first, second = two
    before = cookie_of(log_in(first))
    send(first, "/word", before, word="tulip")
    after = cookie_of(log_in(second, present=before))
    assert who(first, before) == "UNKNOWN_SESSION"
    assert who(first, after) == {"user": "alice", "word": "tulip"}


@pytest.mark.slow
def test_when_one_is_killed_the_other_goes_on(two: Two) -> None:
    first, second = two
    cookie = cookie_of(log_in(first))
    first.process.kill()
    first.wait()
    assert who(second, cookie) == {"user": "alice", "word": ""}
    assert send(second, "/logout", cookie).status == 303
    assert who(second, cookie) == "UNKNOWN_SESSION"


@pytest.mark.slow
def test_both_can_be_written_at_by_many_and_none_is_refused(two: Two) -> None:
    cookies = [cookie_of(log_in(two[0])) for _ in range(8)]

    def write(number: int) -> list[int]:
        ask = [(two[n % 2], f"word {number} {n}") for n in range(20)]
        return [send(child, "/word", cookies[number], word=word).status for child, word in ask]

    with ThreadPoolExecutor(len(cookies)) as threads:
        assert list(threads.map(write, range(8))) == [[303] * 20] * 8
    words = [who(two[0], cookie) for cookie in cookies]
    assert words == [{"user": "alice", "word": f"word {number} 19"} for number in range(8)]


@pytest.mark.slow
def test_who_reads_does_not_wait_for_another_program_that_writes(two: Two) -> None:
    cookie = cookie_of(log_in(two[0]))
    with locked(two[0].folder):
        for child in two:
            took = seconds(lambda c=child: get(c, "/profile", cookie))  # type: ignore[misc]
            assert took < PROMPTLY
            assert who(child, cookie) == {"user": "alice", "word": ""}


@pytest.mark.slow
def test_a_login_waits_until_the_other_program_has_written(two: Two) -> None:
    with locked(two[0].folder) as third, ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(log_in, two[0])
        time.sleep(2)
        assert not waiting.done()
        third.execute("ROLLBACK")
        assert who(two[1], cookie_of(waiting.result())) == {"user": "alice", "word": ""}


@pytest.mark.slow
def test_what_cannot_be_written_for_long_is_refused_and_can_be_tried_again(two: Two) -> None:
    cookie = cookie_of(log_in(two[0]))
    with locked(two[0].folder), ThreadPoolExecutor(3) as threads:
        asked = [
            threads.submit(log_in, two[0], "bob"),
            threads.submit(send, two[0], "/logout", cookie),
            threads.submit(send, two[1], "/word", cookie, word="tulip"),
        ]
        answers = [each.result() for each in asked]
        assert [answer.status for answer in answers] == [503] * 3
        assert [answer.all("Set-Cookie") for answer in answers] == [[]] * 3
        assert who(two[1], cookie) == {"user": "alice", "word": ""}
    assert send(two[1], "/word", cookie, word="tulip").status == 303
    assert send(two[0], "/logout", cookie).status == 303
    assert who(two[1], cookie) == "UNKNOWN_SESSION"


def touches(child: Child) -> list[str]:
    """What became of writing down each visit, in this order."""
    events: list[dict[str, Any]] = [json.loads(line) for line in child.out.splitlines()]
    ended = [event for event in events if event["type"] == "stage_ended"]
    return [each["evidence"]["touch"] for each in ended if each["stage"] == "check_limits"]


@pytest.mark.slow
def test_a_visit_that_is_due_to_be_written_down_hardly_waits(nursery: Nursery) -> None:
    """Nobody needs that note so much: somebody who only reads would wait 5 s for each page."""
    child = serve_shared(nursery, "--idle", "10")
    cookie = cookie_of(log_in(child))
    time.sleep(1.1)  # a tenth of the idle limit
    with locked(child.folder):
        assert seconds(lambda: get(child, "/api/me", cookie)) < PROMPTLY
    assert get(child, "/api/me", cookie).status == 200
    assert child.end() == 0
    assert touches(child)[-2:] == ["failed", "written"]


@pytest.mark.slow
def test_after_a_touch_in_a_hurry_a_login_is_as_patient_as_before(nursery: Nursery) -> None:
    """All of its threads have touched in vain before it writes."""
    child = serve_shared(nursery, "--idle", "10")
    cookie = cookie_of(log_in(child))
    time.sleep(1.1)
    with locked(child.folder) as third, ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda _: get(child, "/api/me", cookie), range(48)))
        waiting = threads.submit(log_in, child)
        time.sleep(1)
        third.execute("ROLLBACK")
        assert waiting.result().status == 303
