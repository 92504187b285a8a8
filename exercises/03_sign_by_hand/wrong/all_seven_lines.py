# Caught by: only_five_lines_are_left
"""All seven lines stand there, in an order that works.

The two that are too many do no harm here: what they make is made again below them. But who reads
the program cannot know which stamp counts, and the next change makes it the wrong one.
"""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256

LINES = [
    "time = str(int(now))",
    "signed = value",
    'signed = value + "." + time',
    "digest = sha256(signed.encode()).digest()",
    "digest = hmac.new(key, signed.encode(), sha256).digest()",
    'stamp = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()',
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
