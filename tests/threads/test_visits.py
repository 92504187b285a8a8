"""Eight tabs log in, look, write and log out at once: a cookie opens its own session or none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.login.flow import Bricks, log_in, recognise
from sandbox.login.refusals import StoreDown
from sandbox.login.stores import Session, SessionStore
from tests.login.test_stores import STORES
from tests.threads.history import History, WatchedStore
from tests.threads.judge import lives_of
from tests.threads.rounds import GIVE_UP, THREADS, Tally
from tests.threads.visits import PASSWORDS, Street, play_visits

if TYPE_CHECKING:
    from tests.conftest import HandClock

CONTESTED = {
    ("find", "done"),
    ("find", "nothing"),
    ("write", "done"),
    ("write", "nothing"),
    ("create", "done"),
    ("replace", "done"),
    ("delete", "done"),
    ("delete_all_of", "done"),
}


@pytest.fixture(params=STORES.values(), ids=STORES)
def new_store(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[], SessionStore]]:
    """An empty store at each call."""
    stores: list[SessionStore] = []

    def make() -> SessionStore:
        folder = tmp_path / str(len(stores))
        folder.mkdir()
        stores.append(request.param(folder))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


@pytest.mark.usefixtures("often_switched")
@pytest.mark.parametrize("rounds", [6, pytest.param(100, marks=pytest.mark.slow)])
def test_whoever_is_recognised_has_logged_in_with_this_very_cookie_and_not_out_again(
    new_store: Callable[[], SessionStore],
    bricks: Callable[..., Bricks],
    clock: HandClock,
    rounds: int,
) -> None:
    """Judged twice: by what the browsers were told, and by what the store was asked."""
    told, asked, carried = Tally(), Tally(), 0
    for number in range(rounds):
        of_store = History()
        street = Street(bricks(store=WatchedStore(new_store(), of_store)), clock)
        play_visits(street, seed=f"{rounds} {number}")
        assert len(set(street.cookies)) == len(street.cookies)
        told.add(street.history.operations)
        asked.add(of_store.operations)
        carried += words_carried_over(street)
    assert told.findings + asked.findings == []
    assert set(told.answers) >= CONTESTED
    assert {("replace", "done"), ("touch", "done")} <= set(asked.answers)
    assert told.overlapping > 10 * rounds
    assert carried > 0


def words_carried_over(street: Street) -> int:
    """Sessions that showed a word which was written into the one that they replaced."""
    lives = lives_of(street.history.operations).values()
    return sum(life.parent is not None and any(life.brought_words) for life in lives)


@pytest.mark.usefixtures("often_switched")
def test_of_eight_logins_that_draw_the_same_id_one_has_it_and_the_others_are_refused(
    new_store: Callable[[], SessionStore], bricks: Callable[..., Bricks]
) -> None:
    """Half of them come with a session of their own, which stays when the login is refused."""
    together = threading.Barrier(THREADS, timeout=GIVE_UP)
    laid = bricks(store=new_store(), new_id=lambda: "drawn_by_all")
    names = ["alice", "bob"] * (THREADS // 2)
    present = [Session(str(n), name, laid.clock(), laid.clock()) for n, name in enumerate(names)]
    for session in present[: THREADS // 2]:
        laid.store.create(session)

    def draw(session: Session) -> str:
        together.wait()
        try:
            has_one = present.index(session) < THREADS // 2
            name = str(session.user)
            return log_in(laid, name, PASSWORDS[name], "127.0.0.1", session if has_one else None)
        except StoreDown:
            return ""

    with ThreadPoolExecutor(THREADS) as threads:
        headers = list(threads.map(draw, present))
    ((winner, header),) = [(n, header) for n, header in enumerate(headers) if header]
    assert recognise(laid, header.partition(";")[0]).user == names[winner]
    left = [session for session in present if laid.store.find(session.id)]
    assert left == [session for session in present[: THREADS // 2] if session != present[winner]]
