# Caught by: the_old_ticket_finds_nothing
"""A new row is made, and the old one is left where it is.

The browser forgets its old ticket, but bob has a copy. With it he reads and changes the word from
before. If alice was logged in there, he is alice, and her new login has not ended it.
"""

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
        present = store[present_id]
        if present["user"] in (None, user):
            word = present["word"]
    session_id = secrets.token_urlsafe(32)  # 32 bytes are 256 bits
    store[session_id] = {"user": user, "word": word}
    return session_id
