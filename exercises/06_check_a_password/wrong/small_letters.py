# Caught by: a_name_is_taken_as_it_comes
"""The name is changed to lower case before it is looked up.

`Mira` and `mira` can both have accounts here. Now Mira cannot log in: her password is compared with
mira's hash. If the two are to be one name, that is decided when an account is made.
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
    name = name.lower()
    fits = verify(hashes.get(name, NOBODY), password)
    if name not in hashes or not fits:
        raise Refused("BAD_CREDENTIALS")
    return name
