# Caught by: a_wrong_password_is_refused
"""The password is compared with the hash of every user.

It must belong to somebody, but not to this name. bob sends alice's name with his own password, and
he is alice. And each login costs as many hashes as there are users.
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
    fits = [verify(stored_hash, password) for stored_hash in hashes.values()]
    if name not in hashes or not any(fits):
        raise Refused("BAD_CREDENTIALS")
    return name
