# Caught by: the_new_id_cannot_be_computed
"""The new id is a hash of the moment.

It is long, it looks random, and it is another one at each login. But bob saw when alice logged in.
He tries each moment of that second until a hash opens her session.
"""

from __future__ import annotations

import datetime
import hashlib
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
    known = str(datetime.datetime.now())
    session_id = hashlib.sha256(known.encode()).hexdigest()
    store[session_id] = {"user": user, "word": word}
    return session_id
