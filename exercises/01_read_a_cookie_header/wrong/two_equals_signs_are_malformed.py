# Caught by: only_the_first_equals_sign_divides
"""A piece must have exactly two parts, so a second `=` makes it malformed.

RFC 6265 allows `=` in a value, and signatures often end with it. Such a cookie disappears here, and
its owner is a stranger at each visit. Only the first `=` divides.
"""

from __future__ import annotations


def parse_cookie_header(header: str) -> dict[str, str]:
    """Given "a=1; b=2", gives {"a": "1", "b": "2"}."""
    cookies: dict[str, str] = {}
    for piece in header.split(";"):
        parts = piece.split("=")
        if len(parts) != 2:
            continue
        name, value = parts[0].strip(), parts[1].strip()
        if name not in cookies:
            cookies[name] = value
    return cookies
