"""One contract for every store. A new store is one more line in STORES."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.login.refusals import StoreDown
from sandbox.login.stores import Session, SessionStore
from sandbox.login.stores.memory import MemoryStore
from sandbox.login.stores.sqlite import SQLiteStore
from tests.one_redis import redis_store
from tests.threads.turns import taking_turns

STORES: dict[str, Callable[[Path], SessionStore]] = {
    "memory": lambda folder: MemoryStore(),
    "sqlite": lambda folder: SQLiteStore(folder / "sessions.sqlite"),
    "redis": redis_store,
}
TRIES = 300

ALICE = Session("alice 1", "alice", began=100.5, seen=200.25, word="tulip", flash=("hello", "é"))
ALICE_AGAIN = Session("alice 2", "alice", began=150, seen=300)
BOB = Session("bob 1", "bob", began=120, seen=400, word="ship")
NOBODY = Session("nobody 1", None, began=130, seen=130)
EVERYBODY = (ALICE, ALICE_AGAIN, BOB, NOBODY)


@pytest.fixture(params=STORES.values(), ids=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SessionStore]:
    store: SessionStore = request.param(tmp_path)
    yield store
    store.close()


@pytest.fixture
def full(store: SessionStore) -> SessionStore:
    """A store that holds everybody's sessions."""
    for session in EVERYBODY:
        store.create(session)
    return store


def rows(store: SessionStore) -> dict[str, Session]:
    found = (store.find(session.id) for session in EVERYBODY)
    return {session.id: session for session in found if session}


@pytest.mark.parametrize("session", EVERYBODY, ids=lambda session: session.id)
def test_a_created_session_is_found_as_it_was(full: SessionStore, session: Session) -> None:
    assert full.find(session.id) == session


@pytest.mark.parametrize(
    "word", ["", "a\x00b", "'; DROP TABLE sessions; --", "💐 tulip", "w" * 5000]
)
def test_any_word_comes_back_as_it_was(store: SessionStore, word: str) -> None:
    store.create(replace(ALICE, word=word, flash=(word, "")))
    assert store.find(ALICE.id) == replace(ALICE, word=word, flash=(word, ""))


@pytest.mark.parametrize("session_id", ["", "ALICE 1", "alice", "alice 1 ", "%", "*"])
def test_an_unknown_id_finds_nothing(full: SessionStore, session_id: str) -> None:
    assert full.find(session_id) is None


def test_a_touch_notes_when_the_session_was_seen_and_nothing_else(full: SessionStore) -> None:
    assert full.touch(ALICE.id, 250.75) is True
    assert rows(full) == {s.id: s for s in EVERYBODY} | {ALICE.id: replace(ALICE, seen=250.75)}


def test_a_touch_never_notes_an_earlier_time(full: SessionStore) -> None:
    assert full.touch(ALICE.id, 10) is True
    assert full.find(ALICE.id) == ALICE


def test_writing_the_word_leaves_the_flash(full: SessionStore) -> None:
    assert full.write(ALICE.id, word="rose") is True
    assert full.find(ALICE.id) == replace(ALICE, word="rose")


def test_writing_the_flash_leaves_the_word(full: SessionStore) -> None:
    assert full.write(ALICE.id, flash=("saved",)) is True
    assert full.find(ALICE.id) == replace(ALICE, flash=("saved",))


def test_both_are_written_at_once(full: SessionStore) -> None:
    assert full.write(ALICE.id, word="rose", flash=("saved",)) is True
    assert full.find(ALICE.id) == replace(ALICE, word="rose", flash=("saved",))


def test_the_word_and_the_flash_can_be_emptied(full: SessionStore) -> None:
    assert full.write(ALICE.id, word="", flash=()) is True
    assert full.find(ALICE.id) == replace(ALICE, word="", flash=())


def test_writing_changes_no_other_session(full: SessionStore) -> None:
    full.write(ALICE.id, word="rose", flash=())
    others = {s.id: s for s in EVERYBODY if s is not ALICE}
    assert {key: row for key, row in rows(full).items() if key != ALICE.id} == others


def test_a_replaced_session_keeps_its_word_under_the_new_id(full: SessionStore) -> None:
    assert full.replace(ALICE.id, Session("new", "bob", began=500, seen=501)) is True
    assert full.find("new") == Session("new", "bob", began=500, seen=501, word="tulip")


def test_replacing_ends_the_old_id_and_no_other(full: SessionStore) -> None:
    full.replace(ALICE.id, Session("new", "alice", began=500, seen=501))
    assert set(rows(full)) == {ALICE_AGAIN.id, BOB.id, NOBODY.id}
    assert [session.id for session in full.all_of("alice")] == ["new", ALICE_AGAIN.id]


def test_the_flash_of_a_replaced_session_is_the_same_in_every_store(full: SessionStore) -> None:
    """The contract gives the new one's id, user and times, and keeps the word: no flash."""
    full.replace(ALICE.id, Session("new", "alice", began=500, seen=501, flash=("welcome",)))
    found = full.find("new")
    assert found is not None
    assert found.flash == ()


def test_an_id_in_use_is_not_given_to_a_second_session(full: SessionStore) -> None:
    """Whatever the store answers, the first session with this id stays what it was."""
    with suppress(StoreDown):
        full.create(replace(BOB, id=ALICE.id))
    assert full.find(ALICE.id) == ALICE


def test_a_session_is_not_given_an_id_that_another_one_has(full: SessionStore) -> None:
    with pytest.raises(StoreDown):
        full.replace(ALICE.id, replace(ALICE, id=BOB.id))
    assert rows(full) == {session.id: session for session in EVERYBODY}


def test_a_session_that_is_not_there_takes_no_other_one_s_id(full: SessionStore) -> None:
    assert full.replace("unknown", replace(ALICE, id=BOB.id)) is False
    assert rows(full) == {session.id: session for session in EVERYBODY}


def test_a_session_can_be_replaced_under_its_own_id(full: SessionStore) -> None:
    assert full.replace(ALICE.id, Session(ALICE.id, "bob", began=500, seen=501)) is True
    assert full.find(ALICE.id) == Session(ALICE.id, "bob", began=500, seen=501, word="tulip")


def test_a_deleted_session_is_gone_and_no_other(full: SessionStore) -> None:
    assert full.delete(ALICE.id) is True
    assert set(rows(full)) == {ALICE_AGAIN.id, BOB.id, NOBODY.id}


def test_the_sessions_of_a_user_are_listed_the_one_seen_last_first(full: SessionStore) -> None:
    assert full.all_of("alice") == [ALICE_AGAIN, ALICE]
    full.touch(ALICE.id, 999)
    assert [session.id for session in full.all_of("alice")] == [ALICE.id, ALICE_AGAIN.id]


def test_sessions_seen_at_once_are_listed_by_their_ids(store: SessionStore) -> None:
    """By code points: a capital before a small letter, an accent and a flower after both."""
    for session_id in ("💐", "a", "é", "B"):
        store.create(replace(ALICE, id=session_id))
    assert [session.id for session in store.all_of("alice")] == ["B", "a", "é", "💐"]


@pytest.mark.parametrize("user", ["carol", "", "Alice", "None", "%"])
def test_somebody_without_sessions_has_an_empty_list(full: SessionStore, user: str) -> None:
    assert full.all_of(user) == []
    assert full.delete_all_of(user) == 0


def test_deleting_all_of_a_user_leaves_the_others(full: SessionStore) -> None:
    assert full.delete_all_of("alice") == 2
    assert set(rows(full)) == {BOB.id, NOBODY.id}
    assert full.delete_all_of("alice") == 0


def test_the_sweep_removes_what_began_before_and_nothing_that_began_then(
    full: SessionStore,
) -> None:
    assert full.sweep(began_before=BOB.began) == 1
    assert set(rows(full)) == {ALICE_AGAIN.id, BOB.id, NOBODY.id}
    assert full.sweep(began_before=BOB.began) == 0


def test_the_sweep_asks_when_a_session_began_not_when_it_was_seen(full: SessionStore) -> None:
    full.touch(ALICE.id, 10_000)
    assert full.sweep(began_before=101) == 1
    assert full.find(ALICE.id) is None


UPDATES: dict[str, Callable[[SessionStore], bool]] = {
    "touch": lambda store: store.touch(ALICE.id, 999),
    "write word": lambda store: store.write(ALICE.id, word="again"),
    "write flash": lambda store: store.write(ALICE.id, flash=("again",)),
    "write nothing": lambda store: store.write(ALICE.id),
    "replace": lambda store: store.replace(ALICE.id, replace(ALICE, id="new")),
    "replace by itself": lambda store: store.replace(ALICE.id, ALICE),
    "delete": lambda store: store.delete(ALICE.id),
}
ENDINGS: dict[str, Callable[[SessionStore], object]] = {
    "delete": lambda store: store.delete(ALICE.id),
    "delete_all_of": lambda store: store.delete_all_of("alice"),
    "sweep": lambda store: store.sweep(101),
    "replace": lambda store: store.replace(ALICE.id, Session("fresh", "carol", 1, 1)),
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
@pytest.mark.parametrize("update", UPDATES.values(), ids=UPDATES)
def test_an_update_of_an_ended_session_says_so_and_does_not_bring_it_back(
    full: SessionStore,
    update: Callable[[SessionStore], bool],
    ending: Callable[[SessionStore], object],
) -> None:
    ending(full)
    before = rows(full)
    assert update(full) is False
    assert rows(full) == before
    assert full.find(ALICE.id) is None
    assert full.find("new") is None


@pytest.mark.usefixtures("often_switched")
@pytest.mark.parametrize("update", ["touch", "write word", "write flash", "write nothing"])
def test_an_update_racing_a_delete_never_brings_a_session_back(
    store: SessionStore, update: str
) -> None:
    """The update is made again and again, until the session is gone under its hands."""
    together = threading.Barrier(2)

    def keep_updating() -> None:
        together.wait()
        for _ in range(100):
            if not UPDATES[update](store):
                break

    def delete() -> None:
        together.wait()
        store.delete(ALICE.id)

    with ThreadPoolExecutor(2) as threads:
        for _ in range(TRIES):
            store.create(ALICE)
            deleting, updating = threads.submit(delete), threads.submit(keep_updating)
            deleting.result(), updating.result()
            assert store.find(ALICE.id) is None


@pytest.mark.usefixtures("often_switched")
def test_of_two_that_replace_one_session_at_once_only_one_does(store: SessionStore) -> None:
    together = threading.Barrier(2)

    def replace_by(new_id: str) -> bool:
        together.wait()
        return store.replace(ALICE.id, replace(ALICE, id=new_id))

    with ThreadPoolExecutor(2) as threads:
        for _ in range(TRIES):
            store.create(ALICE)
            assert sorted(threads.map(replace_by, ["a", "b"])) == [False, True]
            assert [store.delete("a"), store.delete("b")].count(True) == 1


def test_a_look_never_falls_between_the_two_halves_of_a_replace(store: SessionStore) -> None:
    """Whoever finds the old one gone, finds the new one."""
    together, chance = threading.Barrier(2), random.Random(1)

    def replace_it() -> None:
        together.wait()
        with taking_turns(chance):
            store.replace(ALICE.id, replace(ALICE, id="new"))

    with ThreadPoolExecutor(1) as threads:
        for _ in range(50):
            store.create(ALICE)
            replacing = threads.submit(replace_it)
            together.wait()
            while store.find(ALICE.id) and not replacing.done():
                time.sleep(0)
            found = store.find("new")
            replacing.result()
            assert found
            store.delete("new")


@pytest.mark.usefixtures("often_switched")
def test_of_two_that_delete_one_session_at_once_only_one_did(store: SessionStore) -> None:
    together = threading.Barrier(2)

    def delete(_: int) -> bool:
        together.wait()
        return store.delete(ALICE.id)

    with ThreadPoolExecutor(2) as threads:
        for _ in range(TRIES):
            store.create(ALICE)
            assert sorted(threads.map(delete, range(2))) == [False, True]


def test_what_one_thread_stores_another_finds(store: SessionStore) -> None:
    with ThreadPoolExecutor(1) as threads:
        threads.submit(store.create, ALICE).result()
    assert store.find(ALICE.id) == ALICE
