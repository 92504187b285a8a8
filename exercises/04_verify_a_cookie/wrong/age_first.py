# Caught by: the_stamp_is_checked_before_the_age
"""The age is checked before the stamp.

Then the server answers EXPIRED to a time that a stranger has written. It believes what it has not
verified, and its log says that a forged cookie of ours was old.
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
    age = now - int(time)
    if not 0 <= age <= max_age:
        raise Refused("EXPIRED")
    if not hmac.compare_digest(received.encode(), stamp(f"{value}.{time}", key).encode()):
        raise Refused("BAD_SIGNATURE")
    return value
