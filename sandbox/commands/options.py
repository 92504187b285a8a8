"""What several commands share: the options that name the store and the keys, and plain output."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.login.problems import Problem
from sandbox.trace.stage import printable

WORK = Path("work")
DATABASE = WORK / "sessions.sqlite"
REDIS_KEYS = WORK / "sessions.redis.keys"  # whichever Redis it is
REDIS = ("redis:", "rediss:", "unix:")  # how its address may begin
SHARED_STORES = "sqlite:FILE or --store redis://127.0.0.1:6379/0"
STORE_HELP = f"where sessions are kept (sqlite:{DATABASE})"


def add_store_option(parser: argparse.ArgumentParser) -> None:
    metavar = "memory|sqlite[:FILE]|redis://HOST"
    parser.add_argument("--store", default="sqlite", metavar=metavar, help=STORE_HELP)


def add_keys_option(parser: argparse.ArgumentParser) -> None:
    help_text = "your own signing keys, one per line"
    parser.add_argument("--keys", type=Path, metavar="FILE", help=help_text)


def is_redis(store: str) -> bool:
    return store.startswith(REDIS)


def database_of(store: str) -> Path | None:
    """The file of an SQLite store, None for others. Problem: there is no such store."""
    kind, _, file = store.partition(":")
    if store == "memory" or is_redis(store):
        return None
    if kind != "sqlite":
        raise Problem(f"There is no store {kind!r}. Give --store memory, --store {SHARED_STORES}.")
    return Path(file) if file else DATABASE


def key_file_of(store: str) -> Path | None:
    """Where the sandbox keeps the keys that it made for itself; None: nowhere, they end with it."""
    database = database_of(store)
    if database is None:
        return REDIS_KEYS if is_redis(store) else None
    return Path(f"{database}.keys")


def say(lines: Sequence[str]) -> None:
    """Print what is safe for any terminal: no control characters, and nothing it cannot write."""
    encoding = sys.stdout.encoding or "ascii"
    text = "\n".join(printable(line) for line in lines)
    print(text.encode(encoding, "backslashreplace").decode(encoding))
