# Caught by: everywhere_ends_all_of_hers
"""Rows are deleted while a loop walks through the same dictionary.

Python stops with RuntimeError after the first one. Her other sessions go on, and she believes that
they have ended. Walk through a list of the ids instead.
"""

from __future__ import annotations

from typing import Any

DROP_THE_TICKET = "sid=; Path=/; Max-Age=0"


class Refused(Exception):
    """The server refuses; the code says why."""


def log_out(store: dict[str, dict[str, Any]], session_id: str | None) -> str:
    """End this session.

    Given: the rows by session id, each {"user": a name or None, "began": seconds, "seen": seconds};
    the id that this browser has brought, or None.
    Changes the rows, and gives the Set-Cookie that has the browser drop its ticket.
    """
    store.pop(session_id, None)  # None: there need not be such a row
    return DROP_THE_TICKET


def log_out_everywhere(store: dict[str, dict[str, Any]], session_id: str | None) -> str:
    """End all sessions of this session's user; of nobody only this one.

    Given and gives: as in log_out.
    """
    user = store[session_id]["user"] if session_id in store else None
    if user is None:
        return log_out(store, session_id)
    for each in store:
        if store[each]["user"] == user:
            del store[each]
    return DROP_THE_TICKET


def check_limits(session: dict[str, Any], now: float, idle: float, lifetime: float) -> bool:
    """Is this session still alive?

    Given: its row; the time now, and both limits, in seconds.
    Notes in the row that it was seen now, and gives True; or raises Refused("IDLE_TIMEOUT") or
    Refused("ABSOLUTE_TIMEOUT").
    """
    if now - session["seen"] > idle:
        raise Refused("IDLE_TIMEOUT")
    if now - session["began"] > lifetime:
        raise Refused("ABSOLUTE_TIMEOUT")
    session["seen"] = now
    return True
