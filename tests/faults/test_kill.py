"""`kill -9` during logins and logouts: nothing acknowledged is undone."""

from __future__ import annotations

import random
import time

import pytest

from tests.faults.kills import Tally, kill_again_and_again
from tests.faults.quick import cookie_of, log_in, quick_serve, who
from tests.wire.children import Nursery, nursery_in

ROUNDS = 50
STARTS = 12
LONGEST_START = 0.6  # seconds; most starts are over by then


@pytest.fixture(scope="module")
def tally(tmp_path_factory: pytest.TempPathFactory) -> Tally:
    with nursery_in(tmp_path_factory.mktemp("kills")) as nursery:
        return kill_again_and_again(nursery, ROUNDS, seed=20)


@pytest.mark.slow
def test_killed_fifty_times_no_acknowledged_login_or_word_is_lost(tally: Tally) -> None:
    assert tally.lost == []


@pytest.mark.slow
def test_killed_fifty_times_no_session_that_was_ended_comes_back(tally: Tally) -> None:
    assert tally.resurrected == []


@pytest.mark.slow
def test_killed_fifty_times_nobody_gets_the_session_of_somebody_else(tally: Tally) -> None:
    assert tally.swapped == []


@pytest.mark.slow
def test_killed_fifty_times_the_file_is_sound(tally: Tally) -> None:
    assert tally.damaged == []


@pytest.mark.slow
def test_no_more_sessions_are_left_over_than_logins_were_cut_off(tally: Tally) -> None:
    assert 0 <= tally.strays <= tally.under_way["login"]


@pytest.mark.slow
def test_the_kills_came_while_there_was_work(tally: Tally) -> None:
    """Or the tests above would say nothing."""
    assert tally.rounds == ROUNDS
    for what in ("login", "word", "logout"):
        assert tally.acknowledged[what] > ROUNDS, tally
        assert tally.under_way[what] > 0, tally


@pytest.mark.slow
def test_killed_while_it_starts_a_server_leaves_nothing_in_the_way(nursery: Nursery) -> None:
    """The file and its keys are made in these moments."""
    chance = random.Random(4)
    for number in range(STARTS):
        store = ("--store", f"sqlite:{number}.sqlite")
        killed = quick_serve(nursery, *store)
        time.sleep(chance.uniform(LONGEST_START / 3, LONGEST_START))
        killed.process.kill()
        killed.wait()
        again = quick_serve(nursery, *store)
        cookie = cookie_of(log_in(again))
        assert who(again, cookie) == {"user": "alice", "word": ""}
        assert again.end() == 0
        assert "Traceback" not in again.err
