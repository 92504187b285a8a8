"""The three steps of a rotation of signing keys, on a list of keys: the last one signs."""

from __future__ import annotations

from sandbox.login.keys import Keys, new_key
from sandbox.login.problems import Problem


def add(keys: Keys) -> Keys:
    """A new key before the last: it is accepted, but does not sign."""
    return (*keys[:-1], new_key(), keys[-1])


def promote(keys: Keys) -> Keys:
    """Swap the last two: the other one signs."""
    if len(keys) < 2:
        raise Problem("There is only one key, and it signs already. First give it a second: --add.")
    return (*keys[:-2], keys[-1], keys[-2])


def retire(keys: Keys) -> Keys:
    """Drop the first: its cookies end with BAD_SIGNATURE."""
    if len(keys) < 2:
        raise Problem("The only key must stay, it signs. First --add another, then --promote it.")
    return keys[1:]


STEPS = {"add": add, "promote": promote, "retire": retire}
