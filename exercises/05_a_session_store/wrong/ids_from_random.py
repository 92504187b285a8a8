# Caught by: an_id_cannot_be_computed
"""The id comes from the module `random`.

That module is made for games and statistics: it computes each number from the one before. From
enough ids of his own, a visitor can compute its state, and then the ids of the next visitors.
`secrets` asks the operating system, which nobody can compute.
"""

from __future__ import annotations

import random
import string

SIGNS = string.ascii_letters + string.digits


class SessionStore:
    """Keeps one word for each session; the session id finds it."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}  # made here, so each store has its own

    def create(self, word: str) -> str:
        """Begin a session with this word. Gives its id, which is new."""
        session_id = "".join(random.choices(SIGNS, k=43))  # noqa: S311  # the mistake
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
