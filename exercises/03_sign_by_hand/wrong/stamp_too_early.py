# Caught by: every_line_runs
"""The stamp is written before the digest is made.

A program runs from the first line to the last. A name must be made above the line that uses it.
"""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256

LINES = [
    "time = str(int(now))",
    'signed = value + "." + time',
    'stamp = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()',
    "digest = hmac.new(key, signed.encode(), sha256).digest()",
    'cookie = value + "." + time + "." + stamp',
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
