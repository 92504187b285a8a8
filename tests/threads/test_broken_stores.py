"""Stores that are broken on purpose: eight threads and the judge find each of them out."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.login.stores import Session, SessionStore
from sandbox.login.stores.memory import MemoryStore
from sandbox.login.stores.sqlite import SQLiteStore
from tests.threads import judge
from tests.threads.rounds import judged, play_rounds

ROUNDS, TRIES = 5, 60


class EndsTheOldOneFirst(MemoryStore):
    """For a moment there is neither the old session nor the new one."""

    def replace(self, old_id: str, new: Session) -> bool:
        with self._lock:
            self._refuse_in_use(new.id)
            row = self._rows.pop(old_id, None)
        time.sleep(0.001)
        if row is not None:
            self.create(replace(new, word=row.word, flash=()))
        return row is not None


class TouchesWhatItReadBefore(MemoryStore):
    """Read, changed, written back; what came between is lost."""

    def touch(self, session_id: str, seen: float) -> bool:
        row = self.find(session_id)
        if row is None:
            return False
        with self._lock:
            if session_id in self._rows:
                self._rows[session_id] = replace(row, seen=max(seen, row.seen))
        return True


class RemembersWhatItFound(MemoryStore):
    """A look may show a row that was read once before."""

    def __init__(self) -> None:
        super().__init__()
        self._read: dict[str, Session] = {}

    def find(self, session_id: str) -> Session | None:
        row = self._read.get(session_id) or super().find(session_id)
        if row is not None:
            self._read[session_id] = row
        return row


class SaysItIsDeletedFirst(MemoryStore):
    """The row goes only when the next session is deleted."""

    _next = ""

    def delete(self, session_id: str) -> bool:
        late, self._next = self._next, session_id
        super().delete(late)
        return self.find(session_id) is not None


class ReplacesInTwoSteps(MemoryStore):
    def replace(self, old_id: str, new: Session) -> bool:
        row = self.find(old_id)
        if row is None:
            return False
        self.create(replace(new, word=row.word, flash=()))
        self.delete(old_id)
        return True


class WritesInTwoSteps(MemoryStore):
    def write(
        self, session_id: str, *, word: str | None = None, flash: tuple[str, ...] | None = None
    ) -> bool:
        super().write(session_id, word=word)
        return super().write(session_id, flash=flash)


class GivesAnIdTwice(MemoryStore):
    def create(self, session: Session) -> None:
        with self._lock:
            self._rows[session.id] = session


class FindsTheNeighbour(MemoryStore):
    """Of two rows that were found at once, each look may return the other's."""

    _row: Session | None = None

    def find(self, session_id: str) -> Session | None:
        self._row = super().find(session_id)
        return self._row


class CountsWrong(MemoryStore):
    """The count is taken before the rows are."""

    def delete_all_of(self, user: str) -> int:
        count = len(self.all_of(user))
        super().delete_all_of(user)
        return count


class UpsertsWords(SQLiteStore):
    """What DESIGN forbids: a write that begins the session if it is not there."""

    def write(
        self, session_id: str, *, word: str | None = None, flash: tuple[str, ...] | None = None
    ) -> bool:
        row = self.find(session_id)
        if row is None:
            return False
        sql = (
            "INSERT INTO sessions (id, user, began, seen, word) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET word = excluded.word"
        )
        values = (row.id, row.user, row.began, row.seen, word if word is not None else row.word)
        return self._change(sql, values) > 0


class WritesAndForgets(SQLiteStore):
    """Busy: a write that must wait is dropped, and acknowledged all the same."""

    def write(
        self, session_id: str, *, word: str | None = None, flash: tuple[str, ...] | None = None
    ) -> bool:
        values = (word, session_id)
        sql = "UPDATE sessions SET word = ifnull(?, word) WHERE id = ?"
        connection = self._connection()
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            return connection.execute(sql, values).rowcount > 0
        except sqlite3.OperationalError:
            return self.find(session_id) is not None


BROKEN: dict[str, tuple[Callable[[Path], SessionStore], str]] = {
    "the old one ends first": (lambda path: EndsTheOldOneFirst(), judge.LOST_SESSION),
    "touch, read before": (lambda path: TouchesWhatItReadBefore(), judge.LOST_WRITE),
    "a stale row": (lambda path: RemembersWhatItFound(), judge.RESURRECTED),
    "a stale word": (lambda path: RemembersWhatItFound(), judge.LOST_WRITE),
    "a stale touch": (lambda path: RemembersWhatItFound(), judge.LOST_TOUCH),
    "deleted too late": (lambda path: SaysItIsDeletedFirst(), judge.RESURRECTED),
    "replace in two steps": (lambda path: ReplacesInTwoSteps(), judge.ENDED_TWICE),
    "write in two steps": (lambda path: WritesInTwoSteps(), judge.TORN),
    "create without a look": (lambda path: GivesAnIdTwice(), judge.GIVEN_TWICE),
    "one row for all": (lambda path: FindsTheNeighbour(), judge.SWAPPED),
    "counted before": (lambda path: CountsWrong(), judge.MISCOUNTED),
    "upsert": (UpsertsWords, judge.RESURRECTED),
    "busy and dropped": (WritesAndForgets, judge.LOST_WRITE),
}


@pytest.mark.usefixtures("often_switched")
@pytest.mark.parametrize(("make", "rule"), BROKEN.values(), ids=BROKEN)
def test_a_store_that_is_broken_on_purpose_is_found_out(
    make: Callable[[Path], SessionStore], rule: str, tmp_path: Path
) -> None:
    """Luck is needed, and tried again; a sound store is never found out, see the other tests."""
    for seed in range(TRIES):
        store = make(tmp_path / f"{seed}.sqlite")
        tally = judged(play_rounds(store, ROUNDS, seed))
        store.close()
        if tally.found(rule):
            return
    pytest.fail(f"{ROUNDS * TRIES} rounds have not shown {rule}")


def test_every_rule_is_broken_by_a_store() -> None:
    assert {rule for _, rule in BROKEN.values()} == {
        judge.RESURRECTED,
        judge.LOST_SESSION,
        judge.LOST_WRITE,
        judge.LOST_TOUCH,
        judge.GIVEN_TWICE,
        judge.ENDED_TWICE,
        judge.SWAPPED,
        judge.TORN,
        judge.MISCOUNTED,
    }
