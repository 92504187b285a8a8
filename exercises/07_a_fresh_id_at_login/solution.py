"""Exercise 07: log in with a fresh id."""

from __future__ import annotations

import secrets
from typing import Any


def log_in(store: dict[str, dict[str, Any]], user: str, present_id: str | None) -> str:
    """Begin a session for a user whose password was right.

    Given: the rows by session id, each {"user": a name or None, "word": a text}; the user's name;
    the id that this browser has brought, or None.
    Changes the rows, and gives the new session id.
    """
    word = ""
    if present_id in store:
        present = store.pop(present_id)  # whoever it belongs to: its ticket finds nothing now
        if present["user"] in (None, user):
            word = present["word"]
    session_id = secrets.token_urlsafe(32)  # 32 bytes are 256 bits
    store[session_id] = {"user": user, "word": word}
    return session_id
