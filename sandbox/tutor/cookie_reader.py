"""What everybody can read in a signed cookie: there is no key in this file."""

from __future__ import annotations

from datetime import datetime, timezone

from sandbox.login.refusals import Malformed
from sandbox.login.signing import take_apart


def read_aloud(cookie: str) -> list[str]:
    """The parts of a cookie in words, nothing checked."""
    try:
        parts = take_apart(cookie.strip())
    except Malformed:
        return ["This text does not have the three parts of a signed cookie."]
    return [
        f"Name: {parts.session_id}",
        f"Time: {_date(parts.issued_at)}",
        f"Stamp: {parts.signature}",
    ]


def _date(seconds: int | None) -> str:
    try:
        moment = None if seconds is None else datetime.fromtimestamp(seconds, timezone.utc)
    except (ValueError, OverflowError, OSError):  # beyond the calendar
        moment = None
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "it cannot be read"
