# Caught by: spaces_count_only_inside_a_value
"""All spaces are taken out of the header before it is divided.

A value may hold a space, for browsers send what they were given. And the server must not change a
value: "tulip hammer" is not "tuliphammer". `strip` takes spaces off the ends only.
"""

from __future__ import annotations


def parse_cookie_header(header: str) -> dict[str, str]:
    """Given "a=1; b=2", gives {"a": "1", "b": "2"}."""
    cookies: dict[str, str] = {}
    for piece in header.replace(" ", "").split(";"):
        name, _, value = piece.partition("=")
        counts = "=" in piece and name not in cookies
        if counts:
            cookies[name] = value
    return cookies
