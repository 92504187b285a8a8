"""Sessions in an SQLite file: they outlive the process, and two servers can share them."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

from sandbox.login.problems import Problem
from sandbox.login.refusals import StoreDown
from sandbox.login.stores import Session

APPLICATION_ID = 0x53424F58  # "SBOX", at byte 68 of the file; tells our files from others
HEADER = b"SQLite format 3\x00"
SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY, user TEXT, began REAL NOT NULL, seen REAL NOT NULL,
    word TEXT NOT NULL DEFAULT '', flash TEXT NOT NULL DEFAULT '[]'
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_by_user ON sessions (user);
CREATE INDEX IF NOT EXISTS sessions_by_age ON sessions (began);
PRAGMA application_id = {APPLICATION_ID};
COMMIT;
"""
COLUMNS = "id, user, began, seen, word, flash"


class SQLiteStore:
    """The contract of SessionStore, each call a single statement.

    Every thread has a connection of its own. Writes are acknowledged only when they are on the
    disk (synchronous FULL).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._of_thread = threading.local()
        self._connections: list[sqlite3.Connection] = []
        _refuse_other_files(path)
        try:
            self._prepare()
        except sqlite3.Error as error:
            self.close()
            raise _unusable(path, str(error)) from None

    def create(self, session: Session) -> None:
        flash = json.dumps(session.flash)
        self._run(
            f"INSERT INTO sessions ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",
            (session.id, session.user, session.began, session.seen, session.word, flash),
        )

    def find(self, session_id: str) -> Session | None:
        sql = f"SELECT {COLUMNS} FROM sessions WHERE id = ?"
        row = self._run(sql, (session_id,)).fetchone()
        return _session(row) if row else None

    def touch(self, session_id: str, seen: float) -> bool:
        sql = "UPDATE sessions SET seen = max(seen, ?) WHERE id = ?"
        return self._run(sql, (seen, session_id)).rowcount > 0

    def write(
        self, session_id: str, *, word: str | None = None, flash: tuple[str, ...] | None = None
    ) -> bool:
        sql = "UPDATE sessions SET word = ifnull(?, word), flash = ifnull(?, flash) WHERE id = ?"
        as_json = None if flash is None else json.dumps(flash)
        return self._run(sql, (word, as_json, session_id)).rowcount > 0

    def replace(self, old_id: str, new: Session) -> bool:
        sql = "UPDATE sessions SET id = ?, user = ?, began = ?, seen = ?, flash = '[]' WHERE id = ?"
        return self._run(sql, (new.id, new.user, new.began, new.seen, old_id)).rowcount > 0

    def delete(self, session_id: str) -> bool:
        return self._run("DELETE FROM sessions WHERE id = ?", (session_id,)).rowcount > 0

    def all_of(self, user: str) -> list[Session]:
        sql = f"SELECT {COLUMNS} FROM sessions WHERE user = ? ORDER BY seen DESC"
        return [_session(row) for row in self._run(sql, (user,)).fetchall()]

    def delete_all_of(self, user: str) -> int:
        return self._run("DELETE FROM sessions WHERE user = ?", (user,)).rowcount

    def sweep(self, began_before: float) -> int:
        return self._run("DELETE FROM sessions WHERE began < ?", (began_before,)).rowcount

    def close(self) -> None:
        for connection in self._connections:
            connection.close()

    def _run(self, sql: str, values: tuple[Any, ...]) -> sqlite3.Cursor:
        try:
            return self._connection().execute(sql, values)
        except sqlite3.Error as error:
            raise StoreDown(store="sqlite", error=type(error).__name__) from error

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                self._path, timeout=5, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA synchronous = FULL")
            self._of_thread.connection = connection
            self._connections.append(connection)
        return connection

    def _prepare(self) -> None:
        connection = self._connection()
        state = connection.execute("PRAGMA quick_check").fetchone()[0]
        if state != "ok":
            raise sqlite3.DatabaseError(state)
        connection.executescript(SCHEMA)
        connection.execute("PRAGMA journal_mode = WAL")


def _session(row: tuple[Any, ...]) -> Session:
    session_id, user, began, seen, word, flash = row
    return Session(session_id, user, began, seen, word, tuple(json.loads(flash)))


def _refuse_other_files(path: Path) -> None:
    """Read the first 100 bytes before SQLite opens the file: what is not ours stays untouched."""
    try:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "rb") as file:
            head = file.read(100)
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from None
    if head and not head.startswith(HEADER):
        raise _unusable(path, "it is not an SQLite database")
    if head and head[68:72] != APPLICATION_ID.to_bytes(4, "big"):
        raise _unusable(path, "it is a database of another program")


def _unusable(path: Path, why: str) -> Problem:
    return Problem(
        f"The session store {path} cannot be used: {why}. The file was left as it is. "
        "Name another with --store sqlite:FILE, or move this one away."
    )
