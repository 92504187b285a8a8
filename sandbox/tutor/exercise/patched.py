"""What belongs to everybody stays as it is: functions of libraries that a student's file replaced.

A student who replaces `hmac.compare_digest` would pass every comparison, and learn nothing.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

WATCHED = (
    "base64",
    "bottle",
    "builtins",
    "hashlib",
    "hmac",
    "http.cookies",
    "itsdangerous.signer",
    "itsdangerous.timed",
    "json",
    "random",
    "secrets",
    "threading",
    "time",
    "uuid",
)
OURS = "sandbox."
Owner = ModuleType | type


class Libraries:
    """Every function, class and property of the watched modules, as it was at the beginning."""

    def __init__(self) -> None:
        names = [name for name in sys.modules if name in WATCHED or name.startswith(OURS)]
        modules = [sys.modules[name] for name in names]
        owners: list[Owner] = [*modules]
        owners += [each for module in modules for each in _classes_of(module)]
        self._before = [(owner, _watched_of(owner)) for owner in owners]

    def replaced(self) -> list[str]:
        """The names of what was replaced since; it is put back."""
        changed = [
            (owner, name, was)
            for owner, before in self._before
            for name, was in before.items()
            if vars(owner).get(name) is not was
        ]
        for owner, name, was in changed:
            setattr(owner, name, was)
        return [_full_name(owner, name) for owner, name, _ in changed]


def _classes_of(module: ModuleType) -> list[type]:
    of_module = [each for each in vars(module).values() if isinstance(each, type)]
    return [each for each in of_module if each.__module__ == module.__name__]


def _watched_of(owner: Owner) -> dict[str, Any]:
    found = vars(owner).items()
    return {name: value for name, value in found if callable(value) or isinstance(value, property)}


def _full_name(owner: Owner, name: str) -> str:
    of_class = isinstance(owner, type)
    place = f"{owner.__module__}.{owner.__name__}" if of_class else owner.__name__
    return f"{place}.{name}"
