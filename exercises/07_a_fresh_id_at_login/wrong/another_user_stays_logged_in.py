# Caught by: another_users_session_ends
"""Only a row that may give its word is deleted.

bob's row stays, because it is not alice's. His browser has her ticket now and has lost his own, so
he cannot log out. Whoever has a copy of his ticket is bob until the row ends by itself.
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
    if present_id in store and store[present_id]["user"] in (None, user):
        word = store.pop(present_id)["word"]
    session_id = secrets.token_urlsafe(32)  # 32 bytes are 256 bits
    store[session_id] = {"user": user, "word": word}
    return session_id
