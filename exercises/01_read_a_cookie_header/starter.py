"""Exercise 01: take the Cookie header of a request apart."""

from __future__ import annotations


def parse_cookie_header(header: str) -> dict[str, str]:
    """Given "a=1; b=2", gives {"a": "1", "b": "2"}."""
    cookies: dict[str, str] = {}
    for piece in header.split(";"):
        # Your line: divide piece. partition gives three texts; the one in the middle is the "=".
        name, value = piece, ""
        # Your line: what stands round the name and the value, and belongs to neither?
        name, value = name, value
        # Your line: not each piece is a cookie, and not each cookie counts.
        counts = True
        if counts:
            cookies[name] = value
    return cookies
