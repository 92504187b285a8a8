# Caught by: delete_ends_one_session
"""`delete` empties the row and leaves it in the dictionary.

`find` gives None, so it looks right. But the id is still there. It can be deleted again and again,
and `write` fills it with a new word. A store that keeps all ended sessions also grows for ever.
"""

from __future__ import annotations

import secrets


class SessionStore:
    """Keeps one word for each session; the session id finds it."""

    def __init__(self) -> None:
        self._words: dict[str, str | None] = {}  # made here, so each store has its own

    def create(self, word: str) -> str:
        """Begin a session with this word. Gives its id, which is new."""
        session_id = secrets.token_urlsafe(32)  # 32 bytes are 256 bits
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
        self._words[session_id] = None
        return True
