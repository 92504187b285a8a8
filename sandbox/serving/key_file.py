"""Signing keys in a file, one per line, shared by all servers that read it."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sandbox.login.keys import Keys, new_key
from sandbox.login.problems import Problem, say_at_the_terminal

LOOK_EVERY = 0.5  # seconds; a look at each request would cost as much as finding its session


class KeyFile:
    """Keys in a file, one per line. A running server soon notices when the file changes."""

    def __init__(
        self,
        path: Path,
        brought: bool,
        say: Callable[[str], None] = say_at_the_terminal,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.brought = brought
        self._path = path
        self._say = say
        self._now = now
        self._looked = now()
        self._stamp = _stamp(path)
        self._keys = read_keys(path)

    def current(self) -> Keys:
        now = self._now()
        if now - self._looked >= LOOK_EVERY:
            self._looked = now
            self._look()
        return self._keys

    def _look(self) -> None:
        stamp = _stamp(self._path)
        if stamp != self._stamp:
            self._stamp = stamp
            self._reread()

    def _reread(self) -> None:
        try:
            self._keys = read_keys(self._path)
            self._say(f"The key file has changed: {len(self._keys)} key(s), the last one signs.")
        except Problem as problem:
            self._say(f"{problem} The keys read before stay in use.")


def read_keys(path: Path) -> Keys:
    """The keys of a file, oldest first. Problem: no such file, not readable, or empty."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise Problem(
            f"The key file {path} cannot be read ({error.strerror}). "
            "Name a readable file with one key per line, oldest first."
        ) from None
    keys = tuple(line.strip() for line in lines if line.strip())
    if not keys:
        raise Problem(
            f"The key file {path} holds no key. "
            "Write one key per line, oldest first, or delete the file to get a new one."
        )
    return keys


def make_key_file(path: Path) -> bool:
    """Make a file with one new key unless there is one; True when it was made.

    Written aside and then linked to its name, so that of many servers started at once all read
    the same whole file.
    """
    if path.exists():
        return False
    try:
        return _link(_write_aside(path), path)
    except OSError as error:
        remedy = "Make its folder writable, or name a key file of your own with --keys FILE."
        raise Problem(f"The key file {path} cannot be made ({error.strerror}). {remedy}") from None


def _link(aside: str, path: Path) -> bool:
    try:
        os.link(aside, path)
        return True
    except FileExistsError:
        return False
    finally:
        os.unlink(aside)


def _write_aside(path: Path) -> str:
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 0600
    with os.fdopen(handle, "wb") as file:
        file.write(new_key() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return aside


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        state = os.stat(path)
    except OSError:
        return None
    return state.st_ino, state.st_size, state.st_mtime_ns
