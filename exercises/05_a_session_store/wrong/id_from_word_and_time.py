# Caught by: two_sessions_do_not_share_a_word
"""The id is a hash of the word and the time.

A hash looks random and is computed. Two visitors with one word in one second get one id, and one
row. Whoever guesses the word and the second computes the id of somebody else.
"""

from __future__ import annotations

import hashlib
import time


class SessionStore:
    """Keeps one word for each session; the session id finds it."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}  # made here, so each store has its own

    def create(self, word: str) -> str:
        """Begin a session with this word. Gives its id, which is new."""
        session_id = hashlib.sha256(f"{word} {int(time.time())}".encode()).hexdigest()
        self._words[session_id] = word
        return session_id

    def find(self, session_id: str) -> str | None:
        """Look for a session. Gives its word, or None when there is no such session."""
        return self._words.get(session_id)

    def write(self, session_id: str, word: str) -> bool:
        """Change the word of a session. Gives False when there is no such session."""
        if session_id not in self._words:
            return False
        self._words[session_id] = word
        return True

    def delete(self, session_id: str) -> bool:
        """End a session. Gives False when there is no such session."""
        if session_id not in self._words:
            return False
        del self._words[session_id]
        return True
