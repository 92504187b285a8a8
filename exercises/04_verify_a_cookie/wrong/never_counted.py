# Caught by: a_cookie_without_three_parts_is_malformed
"""The cookie is divided into three, and nobody asks whether there are three.

Python raises a ValueError when there are more or fewer. The visitor chooses the cookie, so he
chooses when the server answers 500.
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
    value, time, received = cookie.split(".")
    computed = stamp(f"{value}.{time}", key)
    if not hmac.compare_digest(received.encode(), computed.encode()):
        raise Refused("BAD_SIGNATURE")
    age = now - int(time)
    if not 0 <= age <= max_age:
        raise Refused("EXPIRED")
    return value
