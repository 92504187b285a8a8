"""Five failures are free, then a wait of a second that each further failure doubles."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sandbox.login.flow import Bricks, log_in
from sandbox.login.refusals import BadCredentials, Refusal, Throttled
from sandbox.login.throttle import FailedLogins
from sandbox.login.users import Users
from tests.conftest import HandClock

HERE, ELSEWHERE = "127.0.0.1", "::1"
# The waits after 5, 6, 7 … failures, in seconds; 15 minutes is the longest.
WAITS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
FAILED, OPENED = "BAD_CREDENTIALS", "OK"


class Door:
    """Somebody who tries names and passwords at the login."""

    def __init__(self, bricks: Bricks) -> None:
        self.bricks = bricks

    def tries(self, name: str, password: str = "wrong", address: str = HERE) -> str:
        """The code with which an attempt ends."""
        try:
            log_in(self.bricks, name, password, address, None)
        except Refusal as refusal:
            return refusal.code
        return OPENED

    def fails(self, times: int, name: str = "alice", address: str = HERE) -> None:
        assert [self.tries(name, address=address) for _ in range(times)] == [FAILED] * times

    def wait(self, name: str = "alice") -> float:
        """The seconds that an attempt is told to wait."""
        with pytest.raises(Throttled) as refused:
            log_in(self.bricks, name, "wonderland", HERE, None)
        return float(refused.value.evidence["wait"])


@pytest.fixture
def door(bricks: Callable[..., Bricks]) -> Door:
    return Door(bricks())


def test_five_failures_are_free_and_the_sixth_attempt_has_to_wait(door: Door) -> None:
    door.fails(5)
    assert door.tries("alice") == "THROTTLED"


def test_the_wait_doubles_up_to_a_quarter_of_an_hour(door: Door, clock: HandClock) -> None:
    door.fails(5)
    waits = []
    for _ in WAITS:
        waits.append(door.wait())
        clock.now += waits[-1]
        door.fails(1)
    assert waits == WAITS


def test_after_hundreds_of_failures_the_wait_is_still_a_quarter_of_an_hour(
    door: Door, clock: HandClock
) -> None:
    for _ in range(300):
        clock.now += 900
        door.fails(1)
    assert door.wait() == 900


def test_during_the_wait_the_right_password_is_refused_too(door: Door, clock: HandClock) -> None:
    door.fails(5)
    clock.now += 0.999
    assert door.tries("alice", "wonderland") == "THROTTLED"
    clock.now += 0.001
    assert door.tries("alice", "wonderland") == OPENED


def test_an_attempt_during_the_wait_neither_counts_nor_prolongs_it(
    door: Door, clock: HandClock
) -> None:
    door.fails(5)
    for _ in range(50):
        clock.now += 0.01
        assert door.tries("alice") == "THROTTLED"
    assert door.wait() == pytest.approx(0.5)


def test_no_password_is_looked_at_during_the_wait(
    bricks: Callable[..., Bricks], users: Users, clock: HandClock
) -> None:
    class NeverAsked:
        def verify(self, *_: Any) -> bool:
            raise AssertionError("a password was hashed")

    door = Door(bricks())
    door.fails(5)
    shut: Any = NeverAsked()
    asked_nobody = Users(users.hashes, users.nobody, hasher=shut)
    laid = bricks(users=asked_nobody, failed_logins=door.bricks.failed_logins)
    assert Door(laid).tries("alice", "wonderland") == "THROTTLED"


def test_a_success_begins_afresh(door: Door) -> None:
    door.fails(4)
    assert door.tries("alice", "wonderland") == OPENED
    door.fails(5)
    assert door.tries("alice") == "THROTTLED"


def test_another_name_and_another_address_are_counted_apart(door: Door) -> None:
    door.fails(5)
    door.fails(5, name="bob")
    door.fails(5, address=ELSEWHERE)
    assert door.tries("alice", address=ELSEWHERE) == "THROTTLED"
    assert door.tries("bob") == "THROTTLED"


def test_an_unknown_name_is_slowed_like_a_known_one(door: Door) -> None:
    door.fails(5, name="nobody here")
    assert door.tries("nobody here") == "THROTTLED"


def test_a_name_too_long_to_keep_is_slowed_all_the_same(door: Door) -> None:
    for number in range(5):
        door.fails(1, name="x" * 60_000 + str(number))
    assert door.tries("x" * 60_000 + "more") == "THROTTLED"


@pytest.mark.parametrize("step", [-7200, -30], ids=["two hours", "half a minute"])
def test_a_clock_that_goes_back_never_makes_the_wait_longer(
    door: Door, clock: HandClock, step: float
) -> None:
    door.fails(5)
    clock.now += step
    assert door.wait() == 1
    clock.now += 0.9
    assert door.tries("alice", "wonderland") == "THROTTLED"
    clock.now += 0.1
    assert door.tries("alice", "wonderland") == OPENED


def test_two_hundred_names_from_one_address_lock_nobody_else_out(door: Door) -> None:
    for number in range(200):
        door.fails(1, name=f"name {number}")
    assert door.tries("alice", "wonderland") == OPENED


def test_however_many_names_are_tried_only_so_many_are_counted(clock: HandClock) -> None:
    failed = FailedLogins(most=100)
    for number in range(1000):
        fail(failed, f"name {number}", clock.now)
    assert len(failed) == 100


def test_names_as_long_as_a_form_may_be_do_not_fill_the_memory(clock: HandClock) -> None:
    failed = FailedLogins(most=100)
    tracemalloc.start()
    for number in range(200):
        fail(failed, f"{number} " + "x" * 60_000, clock.now)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 200_000  # bytes; the names alone were 12 million


def test_the_count_that_is_forgotten_first_is_the_one_that_failed_longest_ago(
    clock: HandClock,
) -> None:
    failed = FailedLogins(most=2)
    for name in ("alice", "bob", "alice", "carol"):
        fail(failed, name, clock.now)
    counts = {name: failed.admit(name, HERE, clock.now).count for name in ("alice", "bob", "carol")}
    assert counts == {"alice": 2, "bob": 0, "carol": 1}


def fail(failed: FailedLogins, name: str, now: float) -> None:
    with pytest.raises(BadCredentials), failed.counting(name, HERE, now):
        raise BadCredentials()


def test_what_breaks_is_no_failed_attempt(clock: HandClock) -> None:
    failed = FailedLogins()
    for _ in range(9):
        with pytest.raises(ZeroDivisionError), failed.counting("alice", HERE, clock.now):
            raise ZeroDivisionError
    assert failed.admit("alice", HERE, clock.now).count == 0


def at_once(threads: int, act: Callable[[], str]) -> list[str]:
    """What came of it when so many threads did the same."""
    start = threading.Barrier(threads)

    def on_the_mark(_: int) -> str:
        start.wait()
        return act()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(on_the_mark, range(threads)))


def test_after_a_wait_one_guess_passes_not_all_that_come_at_once(
    door: Door, clock: HandClock, often_switched: None
) -> None:
    door.fails(5)
    clock.now += 1
    codes = at_once(8, lambda: door.tries("alice"))
    assert sorted(codes) == [FAILED] + ["THROTTLED"] * 7


def test_right_passwords_side_by_side_never_wait_for_each_other(
    door: Door, often_switched: None
) -> None:
    assert at_once(12, lambda: door.tries("alice", "wonderland")) == [OPENED] * 12


def test_the_trace_tells_the_count_and_the_wait_and_no_name(
    door: Door, clock: HandClock, record: Callable[[], Any]
) -> None:
    door.fails(5, name="hunter2")
    clock.now += 0.75
    with record() as seen:
        assert door.tries("hunter2") == "THROTTLED"
    assert seen.reached == ["throttle"]
    assert seen.evidence("throttle") == {"address": HERE, "failures": 5, "wait": 0.25}
    assert "hunter2" not in str(seen.events)
    assert seen.report.verdict == "THROTTLED"
    assert seen.report.skipped[0] == "check_password"


def test_an_attempt_that_may_pass_tells_how_many_failed_before(
    door: Door, record: Callable[[], Any]
) -> None:
    door.fails(3)
    with record() as seen:
        door.tries("alice", "wonderland")
    assert seen.evidence("throttle") == {"address": HERE, "failures": 3, "wait": 0}
