"""Exercise 05: a store that keeps one word for each session."""

from __future__ import annotations


class SessionStore:
    """Keeps one word for each session; the session id finds it."""

    def create(self, word: str) -> str:
        """Begin a session with this word. Gives its id, which is new."""
        return ""

    def find(self, session_id: str) -> str | None:
        """Look for a session. Gives its word, or None when there is no such session."""
        return None

    def write(self, session_id: str, word: str) -> bool:
        """Change the word of a session. Gives False when there is no such session."""
        return False

    def delete(self, session_id: str) -> bool:
        """End a session. Gives False when there is no such session."""
        return False
