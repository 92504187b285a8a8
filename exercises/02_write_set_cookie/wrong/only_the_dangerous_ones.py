# Caught by: a_value_has_only_what_a_cookie_can_carry
"""Only the semicolon and the line break are refused.

They are the worst, but not all. Some servers end a value at a comma or take quotation marks off it.
Then what comes back is another value. A list of what is allowed forgets nothing.
"""

from __future__ import annotations

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
    if ";" in value or "\r" in value or "\n" in value:
        raise ValueError(f"A cookie cannot carry this value: {value!r}")
    header = f"{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax"
    if secure:
        header += "; Secure"
    return header


def has_only(text: str, allowed: str) -> bool:
    """Given a text and all allowed characters, gives whether it has no others."""
    return all(character in allowed for character in text)
