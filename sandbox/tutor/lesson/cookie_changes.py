"""Stamped cookies changed by hand: another time, or another key. Malformed if not three parts."""

from __future__ import annotations

from sandbox.login.keys import MemoryKeys
from sandbox.login.signing import SessionSigner, take_apart

AN_HOUR = 3600
FOREVER = 100 * 365 * 86400  # seconds
BOBS_KEY = "bob's own key"


def later(cookie: str) -> str:
    """An hour is added to the time that the cookie claims; the stamp stays."""
    parts = take_apart(cookie)
    moved = _sign(BOBS_KEY, parts.session_id, (parts.issued_at or 0) + AN_HOUR)
    return f"{parts.session_id}.{take_apart(moved).timestamp}.{parts.signature}"


def stamped_by_bob(cookie: str) -> str:
    """The same words with the stamp that a signing key of bob's own makes."""
    return stamped_with(BOBS_KEY, cookie)


def stamped_with(key: str, cookie: str) -> str:
    """The same words with the stamp that this signing key makes."""
    parts = take_apart(cookie)
    return _sign(key, parts.session_id, parts.issued_at or 0)


def _sign(key: str, words: str, issued_at: int) -> str:
    return SessionSigner(MemoryKeys(key.encode()), lambda: issued_at, FOREVER).sign(words)
