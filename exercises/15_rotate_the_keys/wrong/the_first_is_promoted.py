# Caught by: promoting_a_key_logs_nobody_out
"""`promote` moves the first key to the end.

With two keys that is the new one. With three it is the oldest, which may have been stolen; it signs
again, and the new key never does.
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


def sign(value: str, keys: list[bytes]) -> str:
    """Given a value and the keys, oldest first, gives the cookie "value.stamp"."""
    return f"{value}.{stamp(value, keys[-1])}"


def verify(cookie: str, keys: list[bytes]) -> str:
    """Given a cookie "value.stamp" and the keys, gives its value, or raises Refused."""
    value, dot, received = cookie.rpartition(".")
    if not dot:
        raise Refused("MALFORMED")
    for key in keys:
        if hmac.compare_digest(received.encode(), stamp(value, key).encode()):
            return value
    raise Refused("BAD_SIGNATURE")


def add(keys: list[bytes], new: bytes) -> list[bytes]:
    """Given the keys and a new one, gives the list in which it is accepted, but does not sign."""
    return [*keys[:-1], new, keys[-1]]


def promote(keys: list[bytes]) -> list[bytes]:
    """Given the keys, gives the list in which the last two are exchanged, or raises Refused."""
    if len(keys) < 2:
        raise Refused("ONE_KEY")
    return [*keys[1:], keys[0]]


def retire(keys: list[bytes], waited: float, max_age: float, delay: float) -> list[bytes]:
    """Take the first key out.

    Given: the keys; how long ago promote was, how old a cookie may be, and within what time each
    server rereads the list, all in seconds.
    Gives the list without its first key, or raises Refused.
    """
    if len(keys) < 2:
        raise Refused("ONE_KEY")
    if waited <= delay + max_age:  # up to `delay` a server still signed with it
        raise Refused("TOO_EARLY")
    return keys[1:]
