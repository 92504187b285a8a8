# Caught by: another_stamp_is_refused
"""The stamp is checked only when there is one.

So whoever leaves it out is believed: the dot stays, and nothing stands after it. The visitor must
not choose whether he is checked.
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
    if received and not hmac.compare_digest(received.encode(), computed.encode()):
        raise Refused("BAD_SIGNATURE")
    age = now - int(time)
    if not 0 <= age <= max_age:
        raise Refused("EXPIRED")
    return value
