# Caught by: a_malformed_neighbour_spoils_nobody_else
"""The module of Python's standard library reads the header.

`SimpleCookie` gives up the whole header at a piece that it cannot read, and Bottle uses it. Any
other program on localhost can set such a cookie. Then the server does not see alice's own one.
"""

from __future__ import annotations

from http.cookies import SimpleCookie


def parse_cookie_header(header: str) -> dict[str, str]:
    """Given "a=1; b=2", gives {"a": "1", "b": "2"}."""
    return {name: cookie.value for name, cookie in SimpleCookie(header).items()}
