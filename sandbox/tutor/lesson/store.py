"""The stores that a lesson's servers may have, opened by name."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from sandbox.login.stores import SessionStore
from sandbox.login.stores.memory import MemoryStore

MEMORY = "memory"
SQLITE = "sqlite:"  # and its file; any other is the address of a Redis


class CountedStore(SessionStore, Protocol):
    """A store that also says how many sessions it holds."""

    def __len__(self) -> int: ...


def open_store(where: str) -> CountedStore:
    """Only the module of this store is imported. Problem: it cannot be used."""
    if where == MEMORY:
        return MemoryStore()
    if where.startswith(SQLITE):
        from sandbox.login.stores.sqlite import SQLiteStore

        return SQLiteStore(Path(where.removeprefix(SQLITE)))
    from sandbox.login.stores.redis import RedisStore

    return RedisStore(where)
