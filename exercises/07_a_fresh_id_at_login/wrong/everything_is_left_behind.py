# Caught by: the_word_goes_along
"""The old row is deleted, and its word with it.

No attack works, but alice has lost what she kept. A stranger fills a cart, is asked to log in, and
the cart is empty. The new id is for the ticket; the word may stay with the same person.
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
    store.pop(present_id, None)
    session_id = secrets.token_urlsafe(32)  # 32 bytes are 256 bits
    store[session_id] = {"user": user, "word": word}
    return session_id
