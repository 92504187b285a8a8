# Caught by: an_unknown_name_is_refused
"""An unknown name is looked up with `hashes[name]`.

That raises KeyError, so the server answers with its page for accidents, and status 500. Every
mistyped name looks like a fault of the site. And the page tells that the name does not exist.
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
    if not verify(hashes[name], password):
        raise Refused("BAD_CREDENTIALS")
    return name
