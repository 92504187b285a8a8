"""What several commands share: the options that name the store and the keys, and plain output."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.login.problems import Problem
from sandbox.trace.stage import printable

DATABASE = Path("work/sessions.sqlite")
STORE_HELP = f"where sessions are kept (sqlite:{DATABASE})"


def add_store_option(parser: argparse.ArgumentParser) -> None:
    metavar = "memory|sqlite[:FILE]"
    parser.add_argument("--store", default="sqlite", metavar=metavar, help=STORE_HELP)


def add_keys_option(parser: argparse.ArgumentParser) -> None:
    help_text = "your own signing keys, one per line"
    parser.add_argument("--keys", type=Path, metavar="FILE", help=help_text)


def database_of(store: str) -> Path | None:
    """The file of an SQLite store, None for memory. Problem: there is no such store."""
    kind, _, file = store.partition(":")
    if store == "memory":
        return None
    if kind != "sqlite":
        raise Problem(f"There is no store {store!r}. Give --store memory or --store sqlite:FILE.")
    return Path(file) if file else DATABASE


def key_file_of(database: Path) -> Path:
    """Where the sandbox keeps the keys that it made for itself."""
    return Path(f"{database}.keys")


def say(lines: Sequence[str]) -> None:
    """Print what is safe for any terminal: no control characters, and nothing it cannot write."""
    encoding = sys.stdout.encoding or "ascii"
    text = "\n".join(printable(line) for line in lines)
    print(text.encode(encoding, "backslashreplace").decode(encoding))
