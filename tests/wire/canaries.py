"""Secrets that sing when they are found where they must not be."""

from __future__ import annotations

import base64
import re
import secrets
from urllib.parse import quote, quote_plus

Hay = dict[str, bytes]  # what was written or received, by the place where it stood


def canary() -> str:
    """Random, and long enough never to be met by chance; with characters that get encoded."""
    return f"ca{secrets.token_hex(12)}/+&{secrets.token_hex(3)}"


def shapes(secret: bytes) -> dict[str, bytes]:
    """A secret as it might be written: as it is, percent-encoded, in base64 or in hex."""
    text = secret.decode("latin-1")
    found = {
        "plain": secret,
        "percent": quote(text, safe="").encode(),
        "plus": quote_plus(text).encode(),
        "every byte percent-encoded": "".join(f"%{byte:02x}" for byte in secret).encode(),
        "hex": secret.hex().encode(),
        "as html": text.replace("&", "&amp;").encode(),
        "as unicode escapes": "".join(f"\\u{byte:04x}" for byte in secret).encode(),
    }
    longest = max(re.findall(r"[A-Za-z0-9]*", text), key=len)
    if len(longest) >= 20:  # whatever became of the characters around it
        found["its longest part"] = longest.encode()
    for at in range(3):
        inside = _in_base64(secret, at)
        found[f"base64, {at} bytes in"] = inside
        found[f"urlsafe base64, {at} bytes in"] = inside.replace(b"+", b"-").replace(b"/", b"_")
    return found


def _in_base64(secret: bytes, at: int) -> bytes:
    """The characters that depend on the secret alone, when it begins at this byte of three."""
    after = -(at + len(secret)) % 3
    encoded = base64.b64encode(b"\0" * at + secret + b"\0" * after)
    return encoded[(0, 2, 3)[at] : len(encoded) - (0, 2, 3)[after]]


def found_in(hay: Hay, **needles: str | bytes) -> list[str]:
    """Which secret stands where, and in which shape; upper case or lower is all one."""
    found = []
    for name, secret in needles.items():
        as_bytes = secret.encode() if isinstance(secret, str) else secret
        for shape, written in shapes(as_bytes).items():
            exact = "percent" not in shape and shape != "hex"
            for place, straw in hay.items():
                if written in straw or (not exact and written.lower() in straw.lower()):
                    found.append(f"{name} ({shape}) in {place}")
    return found
