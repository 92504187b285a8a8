"""The file of the SQLite store: made if it is missing, refused if it is not ours or damaged."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sandbox.login.problems import Problem

APPLICATION_ID = 0x53424F58  # "SBOX", at byte 68 of the file: tells our files from others
HEADER = b"SQLite format 3\x00"
COLUMNS = "id, user, began, seen, word, flash"
SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY, user TEXT, began REAL NOT NULL, seen REAL NOT NULL,
    word TEXT NOT NULL DEFAULT '', flash TEXT NOT NULL DEFAULT '[]'
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_by_user ON sessions (user);
CREATE INDEX IF NOT EXISTS sessions_by_age ON sessions (began);
PRAGMA application_id = {APPLICATION_ID};
COMMIT;
"""
PATIENCE = 5.0  # seconds for another server that is writing


def connect(path: Path) -> sqlite3.Connection:
    """A connection for one thread; what it writes is on the disk before it goes on."""
    connection = sqlite3.connect(
        path.absolute(), timeout=PATIENCE, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA synchronous = FULL")
    return connection


@contextmanager
def waiting(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Inside this block wait so long, and no longer, for another server that is writing."""
    connection.execute(f"PRAGMA busy_timeout = {seconds * 1000:.0f}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000:.0f}")


def prepare(path: Path) -> None:
    """Make the file ours, or leave it as it is and say why. Problem: it cannot be used."""
    is_new = _refuse_other_files(path)
    try:
        if not is_new:
            with closing(_without_a_trace(path)) as connection:
                _refuse_damage(connection)
        with closing(connect(path)) as connection:
            connection.executescript(SCHEMA)
            _refuse_damage(connection)
            _write_ahead(connection)
    except sqlite3.Error as error:
        raise _unusable(path, str(error)) from None


def _refuse_other_files(path: Path) -> bool:
    """Read the first 100 bytes before SQLite opens the file; True when there are none."""
    try:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "rb") as file:
            head = file.read(100)
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from None
    if head and not head.startswith(HEADER):
        raise _unusable(path, "it is not an SQLite database")
    if head and head[68:72] != APPLICATION_ID.to_bytes(4, "big"):
        raise _unusable(path, "it is a database of another program")
    return not head


def _without_a_trace(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing, not even when another server has the file open."""
    in_use = any(path.with_name(path.name + end).exists() for end in ("-wal", "-journal"))
    how = "mode=ro" if in_use else "immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=PATIENCE)


def _refuse_damage(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise sqlite3.DatabaseError("database disk image is malformed")
    connection.execute(f"SELECT {COLUMNS} FROM sessions LIMIT 0")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """WAL: readers and a writer do not wait for each other. SQLite does not wait to change it."""
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.01)


def _unusable(path: Path, why: str) -> Problem:
    return Problem(
        f"The session store {path} cannot be used: {why}. The file was left as it is. "
        "Name another with --store sqlite:FILE, or move this one away."
    )
