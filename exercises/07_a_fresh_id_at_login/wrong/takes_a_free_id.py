# Caught by: a_planted_id_is_not_adopted
"""An id that the store does not have is used for the new row: it is free.

Free does not mean secret. bob made it up and put it into alice's browser, so he knows it. The
sessions of PHP do this unless `session.use_strict_mode` is on.
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
    present = store.pop(present_id, None)
    if present is not None and present["user"] in (None, user):
        word = present["word"]
    session_id = secrets.token_urlsafe(32)  # 32 bytes are 256 bits
    if present_id and present is None:
        session_id = present_id
    store[session_id] = {"user": user, "word": word}
    return session_id
