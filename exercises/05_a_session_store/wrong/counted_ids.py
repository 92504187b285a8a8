# Caught by: an_id_is_long_enough
"""The ids are 1, 2, 3, as in the careless server of lesson 04.

Each id is new, but that is not enough. Whoever has ticket 2 tries 1 and 3, and finds the coats of
other people. A longer number that is counted up can be guessed just as well.
"""

from __future__ import annotations


class SessionStore:
    """Keeps one word for each session; the session id finds it."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}
        self._last = 0

    def create(self, word: str) -> str:
        """Begin a session with this word. Gives its id, which is new."""
        self._last += 1
        session_id = str(self._last)
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
