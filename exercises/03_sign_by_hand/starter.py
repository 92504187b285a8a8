"""Exercise 03: put the lines in order, so that they make a signed cookie."""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256

LINES = [
    'cookie = value + "." + time + "." + stamp',
    "digest = sha256(signed.encode()).digest()",
    'stamp = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()',
    'signed = value + "." + time',
    "digest = hmac.new(key, signed.encode(), sha256).digest()",
    "signed = value",
    "time = str(int(now))",
]


def sign(value: str, key: bytes, now: float) -> str:
    """Runs LINES one after the other. Gives the cookie, or says which line cannot run."""
    names = {"value": value, "key": key, "now": now}
    names |= {"base64": base64, "hmac": hmac, "sha256": sha256}
    for line in LINES:
        try:
            exec(line, names)
        except Exception as error:
            return f"cannot run: {line} ({error})"
    return str(names.get("cookie", "no line has made the cookie"))
