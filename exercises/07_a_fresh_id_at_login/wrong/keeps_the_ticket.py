# Caught by: the_ticket_changes_at_each_login
"""A known id is kept, and the user is written into its row.

It looks as if alice had her ticket already. bob visited the site, got this ticket, and put it into
her browser. After her login his copy opens her row: he is alice.
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
    if present_id in store:
        store[present_id]["user"] = user
        return present_id
    session_id = secrets.token_urlsafe(32)  # 32 bytes are 256 bits
    store[session_id] = {"user": user, "word": ""}
    return session_id
