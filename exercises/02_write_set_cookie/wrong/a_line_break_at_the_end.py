# Caught by: a_value_adds_no_attribute_and_no_header
"""A pattern looks at the value, and its `$` allows a line break at the end.

In Python `$` also matches before a last line break. So "tulip" with a line break passes. It breaks
the header into two lines, and cuts its attributes off. `re.fullmatch` looks at the whole text.
"""

from __future__ import annotations

import re
import string

# RFC 6265, section 4.1.1: all characters that a name and a value can have.
IN_A_NAME = string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~"
IN_A_VALUE = IN_A_NAME + "()/:<=>?@[]{}"


def set_cookie(name: str, value: str, max_age: int, secure: bool = False) -> str:
    """Gives the text behind `Set-Cookie:`; ValueError for what a cookie cannot carry.

    max_age in seconds; secure: the browser sends it over HTTPS only.
    """
    if name == "" or not has_only(name, IN_A_NAME):
        raise ValueError(f"A cookie cannot have this name: {name!r}")
    if not re.match(f"^[{re.escape(IN_A_VALUE)}]*$", value):
        raise ValueError(f"A cookie cannot carry this value: {value!r}")
    header = f"{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax"
    if secure:
        header += "; Secure"
    return header


def has_only(text: str, allowed: str) -> bool:
    """Given a text and all allowed characters, gives whether it has no others."""
    return all(character in allowed for character in text)
