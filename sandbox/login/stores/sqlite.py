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
        self._opening = threading.Lock()
        self._of_thread = threading.local()
        self._connections: list[tuple[sqlite3.Connection, threading.Lock]] = []

    def __len__(self) -> int:
        return len(self._sessions(f"SELECT {COLUMNS} FROM sessions", ()))

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
        with self._opening:
            self._closed = True
        for connection, in_use in self._connections:
            with in_use:  # closed under its thread's hands it would take the whole process down
                connection.close()

    def _sessions(self, sql: str, values: tuple[Any, ...]) -> list[Session]:
        try:
            connection = self._connection()
            with self._of_thread.in_use:
                rows = connection.execute(sql, values).fetchall()
            return [_session(*row) for row in rows]
        except NO_ANSWER as error:
            raise StoreDown(store="sqlite", error=type(error).__name__) from error

    def _change(self, sql: str, values: tuple[Any, ...], patience: float = PATIENCE) -> int:
        """How many rows were changed; `patience` in seconds."""
        try:
            connection = self._connection()
            with self._of_thread.in_use, waiting(connection, patience):
                return connection.execute(sql, values).rowcount
        except NO_ANSWER as error:
            if "readonly" in str(error):
                self._connect_anew()
            raise StoreDown(store="sqlite", error=type(error).__name__) from error

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        return self._open_connection() if connection is None else connection

    def _open_connection(self) -> sqlite3.Connection:
        with self._opening:
            if self._closed:
                raise sqlite3.ProgrammingError("the store is closed")
            connection, in_use = connect(self._path), threading.Lock()
            self._connections.append((connection, in_use))
        self._of_thread.connection, self._of_thread.in_use = connection, in_use
        return connection

    def _connect_anew(self) -> None:
        """A connection made while the file was read-only stays so: the next call gets another."""
        connection = getattr(self._of_thread, "connection", None)
        if connection is not None:  # else it could not even be opened
            self._connections.remove((connection, self._of_thread.in_use))
            self._of_thread.connection = None
            connection.close()


def _session(
    session_id: str, user: str | None, began: float, seen: float, word: str, flash: str
) -> Session:
    return Session(session_id, user, began, seen, word, tuple(json.loads(flash)))
