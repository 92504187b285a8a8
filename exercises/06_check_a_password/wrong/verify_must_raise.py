# Caught by: a_wrong_password_is_refused
"""`verify` is called, and what it gives is not looked at.

Some libraries raise an error for a wrong password; this `verify` gives False. No error is raised,
so every password is right. Read what a function does when it says no, and try it once.
"""

from __future__ import annotations

from collections.abc import Callable

# The hash of a password that nobody has.
NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$TtglXtrIRm06DPmYTfXF3w"
    "$mVgVwwF7192AdU5G3CTGcLOjMAjdw4i3rqcE2aPcZl8"
)


class Refused(Exception):
    """The server refuses; the code says why."""


def check_password(
    hashes: dict[str, str], verify: Callable[[str, str], bool], name: str, password: str
) -> str:
    """Does this password belong to this name?

    Given: the hash of each user by name; verify(stored_hash, password), which gives True or False;
    the name and the password that somebody sent.
    Gives the name, or raises Refused("BAD_CREDENTIALS").
    """
    try:
        verify(hashes.get(name, NOBODY), password)
    except ValueError:
        raise Refused("BAD_CREDENTIALS") from None
    if name not in hashes:
        raise Refused("BAD_CREDENTIALS")
    return name
