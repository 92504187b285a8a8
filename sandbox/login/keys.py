"""Signing keys: oldest first; the last one signs, all of them are accepted."""

from __future__ import annotations

import secrets
from typing import Protocol

Keys = tuple[bytes, ...]


def new_key() -> bytes:
    """A signing key: 256 random bits, written in base64."""
    return secrets.token_urlsafe(32).encode()


class KeyRing(Protocol):
    """Where the signer asks for the keys. `brought`: somebody's own, so they are never shown."""

    @property
    def brought(self) -> bool: ...

    def current(self) -> Keys: ...


class MemoryKeys:
    """Keys that live as long as the process; after a restart their cookies are BAD_SIGNATURE."""

    brought = False

    def __init__(self, *keys: bytes) -> None:
        self.keys: Keys = keys or (new_key(),)

    def current(self) -> Keys:
        return self.keys
