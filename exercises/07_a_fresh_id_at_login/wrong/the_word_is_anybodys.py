# Caught by: another_users_session_ends
"""The word goes along whoever the old row belongs to.

bob has not logged out of the browser that both of them use. alice logs in there and reads his word.
Here it is a word; elsewhere it is his address.
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
        present = store.pop(present_id)  # whoever it belongs to: its ticket finds nothing now
        word = present["word"]
    session_id = secrets.token_urlsafe(32)  # 32 bytes are 256 bits
    store[session_id] = {"user": user, "word": word}
    return session_id
