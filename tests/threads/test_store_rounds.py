"""Eight threads on one store, round after round: nothing is lost, resurrected or swapped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.login.stores import SessionStore
from tests.login.test_stores import STORES
from tests.threads.rounds import THREADS, Tally, play_rounds, played_and_restarted

CONTESTED = {
    ("create", "done"),
    ("create", "unanswered"),
    ("find", "done"),
    ("find", "nothing"),
    ("touch", "done"),
    ("touch", "nothing"),
    ("write", "done"),
    ("write", "nothing"),
    ("replace", "done"),
    ("replace", "nothing"),
    ("replace", "unanswered"),
    ("delete", "done"),
    ("delete", "nothing"),
    ("all_of", "done"),
    ("delete_all_of", "done"),
    ("delete_all_of", "nothing"),
    ("sweep", "done"),
    ("sweep", "nothing"),
}


@pytest.fixture(params=STORES.values(), ids=STORES)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], SessionStore]:
    """Opens the same store at each call, as a restart does."""
    return lambda: request.param(tmp_path)


def says_something(tally: Tally) -> bool:
    """The threads were in each other's way, and every call went both ways."""
    return tally.overlapping > 10 * tally.rounds and set(tally.answers) >= CONTESTED


@pytest.mark.usefixtures("often_switched")
@pytest.mark.parametrize("rounds", [pytest.param(20), pytest.param(400, marks=pytest.mark.slow)])
def test_of_what_eight_threads_were_told_nothing_is_lost_resurrected_or_swapped(
    make: Callable[[], SessionStore], rounds: int
) -> None:
    tally = played_and_restarted(make, rounds, seed=rounds)
    assert tally.findings == []
    assert says_something(tally), (tally.overlapping, set(tally.answers) ^ CONTESTED)


@pytest.mark.usefixtures("often_switched")
def test_a_round_is_played_by_eight_threads_on_the_same_sessions(
    make: Callable[[], SessionStore],
) -> None:
    with closing(make()) as store:
        (played,) = play_rounds(store, rounds=1, seed=1)
    operations = played.history.operations
    players = {each.thread for each in operations if each.kind == "create"}
    assert len(players) == THREADS
    wanted = [each.new.id for each in operations if each.new and each.new.id in ("0: 0", "0: 3")]
    assert {wanted.count("0: 0"), wanted.count("0: 3")} == {THREADS}


def test_threads_that_do_not_meet_say_nothing() -> None:
    assert not says_something(Tally(rounds=1, overlapping=10_000, answers=Counter()))
