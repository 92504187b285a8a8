"""What is measured in process: bricks as `serve` lays them, with sessions in the store."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from argon2 import PasswordHasher

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks
from sandbox.login.keys import KeyRing, MemoryKeys
from sandbox.login.sessions import Limits, new_session_id
from sandbox.login.signing import SessionSigner
from sandbox.login.stores import Session, SessionStore
from sandbox.login.stores.memory import MemoryStore
from sandbox.login.stores.sqlite import SQLiteStore
from sandbox.login.users import Users, make_users
from sandbox.serving.clock import Clock
from sandbox.serving.key_file import KeyFile, make_key_file

USER = "alice"


def in_memory() -> Bricks:
    return _bricks(MemoryStore(), MemoryKeys())


def in_sqlite(database: Path) -> Bricks:
    """Sessions in a file, the keys in another beside it, as with `serve --store sqlite:FILE`."""
    keys = database.with_name(database.name + ".keys")
    make_key_file(keys)
    return _bricks(SQLiteStore(database), KeyFile(keys, brought=False))


def begin_session(bricks: Bricks) -> str:
    """Keep one more session; the Cookie header that opens it."""
    now = bricks.clock()
    session = Session(new_session_id(), USER, began=now, seen=now)
    bricks.store.create(session)
    return cookie_for(bricks, session.id)


def begin_sessions(database: Path, now: float, sessions: int) -> list[str]:
    """Write many sessions at once; their ids, in no order."""
    ids = [new_session_id() for _ in range(sessions)]
    rows = ((each, USER, now, now) for each in sorted(ids))  # a quarter of the time
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany(
            "INSERT INTO sessions (id, user, began, seen) VALUES (?, ?, ?, ?)", rows
        )
    return ids


def cookie_for(bricks: Bricks, session_id: str) -> str:
    return f"{bricks.cookie.name}={bricks.signer.sign(session_id)}"


def _bricks(store: SessionStore, keys: KeyRing) -> Bricks:
    clock, limits = Clock(), Limits()
    return Bricks(
        cookie=CookieSettings(limits.cookie_age),
        signer=SessionSigner(keys, clock, limits.cookie_age),
        store=store,
        limits=limits,
        users=_users(),
        clock=clock,
    )


def _users() -> Users:
    """Nobody logs in here with a password, so it is hashed as cheaply as argon2 allows."""
    return make_users({USER: "wonderland"}, PasswordHasher(1, 8, 1))
