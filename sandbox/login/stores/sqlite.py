"""Sessions in an SQLite file: they outlive the process, and two servers can share them."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

from sandbox.login.refusals import StoreDown
from sandbox.login.stores import Session
from sandbox.login.stores.sqlite_file import COLUMNS, PATIENCE, connect, prepare, waiting

HURRY = 0.1  # seconds that a touch waits for another server that is writing
# Besides SQLite's own errors: text that is no UTF-8, flash that is no JSON, a time beyond 64 bits.
NO_ANSWER = (sqlite3.Error, ValueError, OverflowError)


class SQLiteStore:
    """The contract of SessionStore, each call a single statement.

    Every thread has a connection of its own. Writes are acknowledged only when they are on the
    disk (synchronous FULL).
    """

    def __init__(self, path: Path) -> None:
        prepare(path)
        self._path = path
        self._closed = False
        self._of_thread = threading.local()
        self._connections: list[sqlite3.Connection] = []

    def create(self, session: Session) -> None:
        flash = json.dumps(session.flash)
        self._change(
            f"INSERT INTO sessions ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",
            (session.id, session.user, session.began, session.seen, session.word, flash),
        )

    def find(self, session_id: str) -> Session | None:
        sql = f"SELECT {COLUMNS} FROM sessions WHERE id = ?"
        return next(iter(self._sessions(sql, (session_id,))), None)

    def touch(self, session_id: str, seen: float) -> bool:
        """Hardly waits: whoever only reads is not held up because somebody writes."""
        sql = "UPDATE sessions SET seen = max(seen, ?) WHERE id = ?"
        return self._change(sql, (seen, session_id), patience=HURRY) > 0

    def write(
        self, session_id: str, *, word: str | None = None, flash: tuple[str, ...] | None = None
    ) -> bool:
        sql = "UPDATE sessions SET word = ifnull(?, word), flash = ifnull(?, flash) WHERE id = ?"
        as_json = None if flash is None else json.dumps(flash)
        return self._change(sql, (word, as_json, session_id)) > 0

    def replace(self, old_id: str, new: Session) -> bool:
        sql = "UPDATE sessions SET id = ?, user = ?, began = ?, seen = ?, flash = '[]' WHERE id = ?"
        return self._change(sql, (new.id, new.user, new.began, new.seen, old_id)) > 0

    def delete(self, session_id: str) -> bool:
        return self._change("DELETE FROM sessions WHERE id = ?", (session_id,)) > 0

    def all_of(self, user: str) -> list[Session]:
        sql = f"SELECT {COLUMNS} FROM sessions WHERE user = ? ORDER BY seen DESC, id"
        return self._sessions(sql, (user,))

    def delete_all_of(self, user: str) -> int:
        return self._change("DELETE FROM sessions WHERE user = ?", (user,))

    def sweep(self, began_before: float) -> int:
        return self._change("DELETE FROM sessions WHERE began < ?", (began_before,))

    def close(self) -> None:
        self._closed = True
        for connection in self._connections:
            connection.close()

    def _sessions(self, sql: str, values: tuple[Any, ...]) -> list[Session]:
        try:
            return [_session(*row) for row in self._connection().execute(sql, values).fetchall()]
        except NO_ANSWER as error:
            raise StoreDown(store="sqlite", error=type(error).__name__) from error

    def _change(self, sql: str, values: tuple[Any, ...], patience: float = PATIENCE) -> int:
        """How many rows were changed; `patience` in seconds."""
        try:
            connection = self._connection()
            with waiting(connection, patience):
                return connection.execute(sql, values).rowcount
        except NO_ANSWER as error:
            if "readonly" in str(error):
                self._connect_anew()
            raise StoreDown(store="sqlite", error=type(error).__name__) from error

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        if connection is None:
            if self._closed:
                raise sqlite3.ProgrammingError("the store is closed")
            connection = connect(self._path)
            self._of_thread.connection = connection
            self._connections.append(connection)
        return connection

    def _connect_anew(self) -> None:
        """A connection made while the file was read-only stays so: the next call gets another."""
        connection: sqlite3.Connection = self._of_thread.connection
        self._of_thread.connection = None
        self._connections.remove(connection)
        connection.close()


def _session(
    session_id: str, user: str | None, began: float, seen: float, word: str, flash: str
) -> Session:
    return Session(session_id, user, began, seen, word, tuple(json.loads(flash)))
