# Caught by: an_unknown_id_finds_nothing
"""The ids are compared without regard to capital and small letters.

An id has so many random bits because each letter counts. Whoever takes two letters for one makes
guessing easier, and two ids become one.
"""

from __future__ import annotations

import sqlite3
import threading
from typing import Any

TABLE = """CREATE TABLE IF NOT EXISTS sessions
    (id TEXT PRIMARY KEY COLLATE NOCASE,
     user TEXT NOT NULL, word TEXT NOT NULL, seen REAL NOT NULL)"""


class SessionStore:
    """Keeps the user, the word and the time last seen of each session, in a file."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()  # one thread at a time uses the connection
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._change(TABLE)

    def create(self, session_id: str, user: str, now: float) -> bool:
        """Keep a new session, seen now. Gives False when the id is in use."""
        sql = "INSERT INTO sessions VALUES (?, ?, '', ?) ON CONFLICT DO NOTHING"
        return self._change(sql, session_id, user, now) > 0

    def find(self, session_id: str) -> dict[str, Any] | None:
        """Gives {"user": …, "word": …, "seen": …}, or None when there is no such session."""
        sql = "SELECT user, word, seen FROM sessions WHERE id = ?"
        with self._lock:
            row = self._connection.execute(sql, (session_id,)).fetchone()
        return None if row is None else {"user": row[0], "word": row[1], "seen": row[2]}

    def touch(self, session_id: str, now: float) -> bool:
        """Note that it was seen now, never an earlier time. Gives False when there is none."""
        sql = "UPDATE sessions SET seen = max(seen, ?) WHERE id = ?"
        return self._change(sql, now, session_id) > 0

    def write(self, session_id: str, word: str) -> bool:
        """Change the word of a session. Gives False when there is no such session."""
        return self._change("UPDATE sessions SET word = ? WHERE id = ?", word, session_id) > 0

    def delete(self, session_id: str) -> bool:
        """End a session. Gives False when there is no such session."""
        return self._change("DELETE FROM sessions WHERE id = ?", session_id) > 0

    def delete_all_of(self, user: str) -> int:
        """End all sessions of this user. Gives how many there were."""
        return self._change("DELETE FROM sessions WHERE user = ?", user)

    def _change(self, sql: str, *values: Any) -> int:
        """One statement is one step: nothing can come between. Gives how many rows it changed."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount
