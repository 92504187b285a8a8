"""Exercise 02: write a Set-Cookie header."""

from __future__ import annotations

import string

# RFC 6265, section 4.1.1: all characters that a name and a value can have.
IN_A_NAME = string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~"
IN_A_VALUE = IN_A_NAME + "()/:<=>?@[]{}"


def set_cookie(name: str, value: str, max_age: int, secure: bool = False) -> str:
    """Gives the text behind `Set-Cookie:`; ValueError for what a cookie cannot carry.

    max_age in seconds; secure: the browser sends it over HTTPS only.
    """
    return ""
