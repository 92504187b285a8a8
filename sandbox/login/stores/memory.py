"""Sessions in a dictionary: gone when the process ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from sandbox.login.refusals import StoreDown
from sandbox.login.stores import Session


class MemoryStore:
    """The contract of SessionStore, kept with a dictionary and a lock."""

    def __init__(self) -> None:
        self._rows: dict[str, Session] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._rows)

    def create(self, session: Session) -> None:
        with self._lock:
            self._refuse_in_use(session.id)
            self._rows[session.id] = session

    def find(self, session_id: str) -> Session | None:
        with self._lock:  # a look never falls between the two halves of a replace
            return self._rows.get(session_id)

    def touch(self, session_id: str, seen: float) -> bool:
        with self._lock:
            row = self._rows.get(session_id)
            if row is not None:
                self._rows[session_id] = replace(row, seen=max(row.seen, seen))
            return row is not None

    def write(
        self, session_id: str, *, word: str | None = None, flash: tuple[str, ...] | None = None
    ) -> bool:
        with self._lock:
            row = self._rows.get(session_id)
            if row is not None:
                kept_word = row.word if word is None else word
                kept_flash = row.flash if flash is None else flash
                self._rows[session_id] = replace(row, word=kept_word, flash=kept_flash)
            return row is not None

    def replace(self, old_id: str, new: Session) -> bool:
        with self._lock:
            row = self._rows.get(old_id)
            if row is not None:
                if new.id != old_id:
                    self._refuse_in_use(new.id)
                del self._rows[old_id]
                self._rows[new.id] = replace(new, word=row.word, flash=())
            return row is not None

    def delete(self, session_id: str) -> bool:
        with self._lock:
            return self._rows.pop(session_id, None) is not None

    def all_of(self, user: str) -> list[Session]:
        with self._lock:
            rows = [row for row in self._rows.values() if row.user == user]
        return sorted(rows, key=lambda row: (-row.seen, row.id))

    def delete_all_of(self, user: str) -> int:
        return self._delete_where(lambda row: row.user == user)

    def sweep(self, began_before: float) -> int:
        return self._delete_where(lambda row: row.began < began_before)

    def close(self) -> None:
        pass

    def _refuse_in_use(self, session_id: str) -> None:
        if session_id in self._rows:
            raise StoreDown(store="memory", error="this id is in use")

    def _delete_where(self, is_over: Callable[[Session], bool]) -> int:
        with self._lock:
            over = [row.id for row in self._rows.values() if is_over(row)]
            for session_id in over:
                del self._rows[session_id]
        return len(over)
