"""Exercise 10: log out for real, and end what nobody ends."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """The server refuses; the code says why."""


def log_out(store: dict[str, dict[str, Any]], session_id: str | None) -> str:
    """End this session.

    Given: the rows by session id, each {"user": a name or None, "began": seconds, "seen": seconds};
    the id that this browser has brought, or None.
    Changes the rows, and gives the Set-Cookie that has the browser drop its ticket.
    """
    return ""


def log_out_everywhere(store: dict[str, dict[str, Any]], session_id: str | None) -> str:
    """End all sessions of this session's user; of nobody only this one.

    Given and gives: as in log_out.
    """
    return ""


def check_limits(session: dict[str, Any], now: float, idle: float, lifetime: float) -> bool:
    """Is this session still alive?

    Given: its row; the time now, and both limits, in seconds.
    Notes in the row that it was seen now, and gives True; or raises Refused("IDLE_TIMEOUT") or
    Refused("ABSOLUTE_TIMEOUT").
    """
    return True
