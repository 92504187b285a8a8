# Caught by: nobodys_password_opens_nothing
"""Whatever `verify` says is the answer, also for NOBODY.

Then NOBODY is an account with every name that is not known. Whoever finds its password logs in
under a name without an account. The hash stands in the program, where many people can read it.
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
    if not verify(hashes.get(name, NOBODY), password):
        raise Refused("BAD_CREDENTIALS")
    return name
