# Caught by: nothing_is_no_cookie
"""The header is divided at a semicolon and a space, because browsers write it so.

Other programs write it otherwise: without the space, or with a semicolon at the end. Then the
semicolon stays in the value, or two cookies become one. Divide at the semicolon alone.
"""

from __future__ import annotations


def parse_cookie_header(header: str) -> dict[str, str]:
    """Given "a=1; b=2", gives {"a": "1", "b": "2"}."""
    cookies: dict[str, str] = {}
    for piece in header.split("; "):
        name, _, value = piece.partition("=")
        name, value = name.strip(), value.strip()
        counts = "=" in piece and name not in cookies
        if counts:
            cookies[name] = value
    return cookies
