# Caught by: an_old_cookie_is_expired
"""The limit is a number in the program, not the one that was given.

Whoever calls verify with another max_age gets ten minutes all the same, and nothing says so.
"""

from __future__ import annotations

import base64
import hashlib
import hmac


class Refused(Exception):
    """The server refuses; the code says why."""


def stamp(text: str, key: bytes) -> str:
    """The stamp that this signing key makes over a text: 43 characters."""
    digest = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def verify(cookie: str, key: bytes, max_age: int, now: float) -> str:
    """Given a cookie "value.time.stamp", gives its value, or raises Refused."""
    parts = cookie.split(".")
    if len(parts) != 3:
        raise Refused("MALFORMED")
    value, time, received = parts
    computed = stamp(f"{value}.{time}", key)
    if not hmac.compare_digest(received.encode(), computed.encode()):
        raise Refused("BAD_SIGNATURE")
    age = now - int(time)  # the stamp is right, so we wrote this time ourselves
    if not 0 <= age <= 600:
        raise Refused("EXPIRED")
    return value
