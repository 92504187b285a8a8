# Caught by: two_stores_share_nothing
"""The dictionary is made in the class, not in `__init__`.

A class exists once, so all of its stores have one dictionary. `self._words` finds that one, because
the object itself has none. Two servers in one program, or two tests, then see one another's rows.
"""

from __future__ import annotations

import secrets


class SessionStore:
    """Keeps one word for each session; the session id finds it."""

    _words: dict[str, str] = {}  # noqa: RUF012  # the mistake

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
        del self._words[session_id]
        return True
