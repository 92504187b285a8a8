# Caught by: both_refusals_say_the_same
"""The refusal says which part was wrong, to be kind.

It is kind to a guesser, too. He tries names until the text changes, and then he knows who has an
account here. After that he tries passwords for those names alone.
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
    fits = verify(hashes.get(name, NOBODY), password)
    if name not in hashes:
        raise Refused("BAD_CREDENTIALS", "There is no such name.")
    if not fits:
        raise Refused("BAD_CREDENTIALS", "The password is wrong.")
    return name
