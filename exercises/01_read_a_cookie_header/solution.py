"""Exercise 01: take the Cookie header of a request apart."""

from __future__ import annotations


def parse_cookie_header(header: str) -> dict[str, str]:
    """Given "a=1; b=2", gives {"a": "1", "b": "2"}."""
    cookies: dict[str, str] = {}
    for piece in header.split(";"):
        name, _, value = piece.partition("=")
        name, value = name.strip(), value.strip()
        counts = "=" in piece and name not in cookies
        if counts:
            cookies[name] = value
    return cookies
