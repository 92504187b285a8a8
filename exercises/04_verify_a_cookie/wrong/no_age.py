# Caught by: an_old_cookie_is_expired
"""There is no look at the age: Max-Age is trusted to do it.

Max-Age is an order to the browser. Whoever copies the cookie keeps it as long as he likes, and it
opens the door for ever.
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
    if not hmac.compare_digest(received.encode(), stamp(f"{value}.{time}", key).encode()):
        raise Refused("BAD_SIGNATURE")
    return value
