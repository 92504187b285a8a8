# Caught by: a_stamp_that_is_not_ascii_is_refused
"""Two texts are given to compare_digest, and the visitor chooses one of them.

compare_digest raises a TypeError for a text outside ASCII. One é in a cookie, and the server
answers 500 where it should refuse.
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
    if not hmac.compare_digest(received, stamp(f"{value}.{time}", key)):
        raise Refused("BAD_SIGNATURE")
    age = now - int(time)
    if not 0 <= age <= max_age:
        raise Refused("EXPIRED")
    return value
