# Caught by: the_first_of_two_counts
"""Each cookie is put into the dictionary, also when its name is there already.

So the last one counts. But browsers send the cookie of the more specific path first. Here a cookie
with a wider path covers the one that was meant for this page.
"""

from __future__ import annotations


def parse_cookie_header(header: str) -> dict[str, str]:
    """Given "a=1; b=2", gives {"a": "1", "b": "2"}."""
    cookies: dict[str, str] = {}
    for piece in header.split(";"):
        name, _, value = piece.partition("=")
        name, value = name.strip(), value.strip()
        counts = "=" in piece
        if counts:
            cookies[name] = value
    return cookies
