# Caught by: two_cookies_are_read
"""The header is divided at its semicolons, and the space behind them is forgotten.

The first cookie is right, so a test with one cookie sees nothing. The second one is called " lang",
with a space in front. Whoever asks for "lang" finds nothing.
"""

from __future__ import annotations


def parse_cookie_header(header: str) -> dict[str, str]:
    """Given "a=1; b=2", gives {"a": "1", "b": "2"}."""
    cookies: dict[str, str] = {}
    for piece in header.split(";"):
        name, _, value = piece.partition("=")
        counts = "=" in piece and name not in cookies
        if counts:
            cookies[name] = value
    return cookies
