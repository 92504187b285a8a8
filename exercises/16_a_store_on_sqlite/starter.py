"""Exercise 16: a store of sessions in an SQLite file, for many threads and several servers."""

from __future__ import annotations

from typing import Any


class SessionStore:
    """Keeps the user, the word and the time last seen of each session, in a file."""

    def __init__(self, path: str) -> None:
        self._path = path

    def create(self, session_id: str, user: str, now: float) -> bool:
        """Keep a new session, seen now. Gives False when the id is in use."""
        return False

    def find(self, session_id: str) -> dict[str, Any] | None:
        """Gives {"user": …, "word": …, "seen": …}, or None when there is no such session."""
        return None

    def touch(self, session_id: str, now: float) -> bool:
        """Note that it was seen now, never an earlier time. Gives False when there is none."""
        return False

    def write(self, session_id: str, word: str) -> bool:
        """Change the word of a session. Gives False when there is no such session."""
        return False

    def delete(self, session_id: str) -> bool:
        """End a session. Gives False when there is no such session."""
        return False

    def delete_all_of(self, user: str) -> int:
        """End all sessions of this user. Gives how many there were."""
        return 0
