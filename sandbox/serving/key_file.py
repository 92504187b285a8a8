"""Signing keys in a file, one per line, shared by all servers that read it."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sandbox.login.keys import Keys, new_key
from sandbox.login.problems import Problem, say_at_the_terminal

LOOK_EVERY = 0.5  # seconds; a look at each request would cost as much as finding its session
SETTLED = 2 * LOOK_EVERY
Stamp = tuple[int, int, int] | None


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
        # Both in one, or of two threads that look at once one could leave the other's stamp
        # beside its own, older keys, and the change would never be noticed.
        self._read: tuple[Stamp, Keys] = (_stamp(path), read_keys(path))

    def current(self) -> Keys:
        now = self._now()
        if now - self._looked >= LOOK_EVERY:
            self._looked = now
            self._look()
        return self._read[1]

    def _look(self) -> None:
        stamp, keys = self._read
        found = _stamp(self._path)
        if found != stamp:
            self._reread(found, keys)

    def _reread(self, found: Stamp, before: Keys) -> None:
        try:
            keys = read_keys(self._path)
            said = f"The key file has changed: {len(keys)} key(s), the last one signs."
        except Problem as problem:
            keys, said = before, f"{problem} The keys read before stay in use."
        if _stamp(self._path) == found:  # else it is being written: looked at again next time
            self._read = (found, keys)
            self._say(said)


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
        with _aside(path, (new_key(),)) as aside:
            return _link(aside, path)
    except OSError as error:
        remedy = "Make its folder writable, or name a key file of your own with --keys FILE."
        raise Problem(f"The key file {path} cannot be made ({error.strerror}). {remedy}") from None


def change_keys(
    path: Path,
    change: Callable[[Keys], Keys],
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[Keys, Keys]:
    """Rewrite a key file, whole or not at all; its keys before and after, each of them once."""
    real = Path(os.path.realpath(path))  # a link to the file stays a link
    try:
        with _alone(real):
            _let_settle(real, now, sleep)
            before = _each_once(read_keys(real))
            after = change(before)
            _replace(real, after)
    except OSError as error:
        raise Problem(
            f"The key file {path} cannot be changed ({error.strerror}). It is as it was. "
            "Try as its owner, with its folder writable and room on the disk."
        ) from None
    return before, after


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Of two commands that change the file at once, one is refused: no key gets lost."""
    lock = Path(f"{path}.lock")
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        raise Problem(
            f"Another command is changing the key file {path}. Try again when it has ended; "
            f"if none is running, delete {lock}."
        ) from None
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _let_settle(path: Path, now: Callable[[], float], sleep: Callable[[float], None]) -> None:
    """Wait until the last change is old enough to be known to every running server.

    Each looks at the file at most every LOOK_EVERY. Without the wait, one that has seen both
    changes could sign with a key which another, that has seen neither, does not accept.
    """
    state = os.stat(path)
    age = now() - max(state.st_mtime, state.st_ctime)
    wait = SETTLED - max(age, 0)  # a time in the future tells nothing: wait for the whole of it
    if wait > 0:
        sleep(wait)


def _each_once(keys: Keys) -> Keys:
    """A key that stands in several lines counts where it stands last: there it may sign."""
    return tuple(reversed(dict.fromkeys(reversed(keys))))


def _replace(path: Path, keys: Keys) -> None:
    with _aside(path, keys) as aside:
        _give_owner_and_mode(aside, os.stat(path))
        os.replace(aside, path)
    _sync_folder(path.parent)


def _give_owner_and_mode(aside: str, state: os.stat_result) -> None:
    """Whoever could read the file still can, and nobody else."""
    if sys.platform != "win32":
        group = state.st_gid if state.st_mode & stat.S_IRWXG else -1
        os.chown(aside, state.st_uid, group)
    os.chmod(aside, stat.S_IMODE(state.st_mode))


def _sync_folder(folder: Path) -> None:
    """The new file's name gets to the disk, too, where folders can be synced."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _link(aside: str, path: Path) -> bool:
    try:
        os.link(aside, path)
        return True
    except FileExistsError:
        return False


@contextmanager
def _aside(path: Path, keys: Keys) -> Iterator[str]:
    """A file with these keys in the same folder, on the disk; afterwards its name is gone."""
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(key + b"\n" for key in keys)
            file.flush()
            os.fsync(file.fileno())
        yield aside
    finally:
        Path(aside).unlink(missing_ok=True)


def _stamp(path: Path) -> Stamp:
    try:
        state = os.stat(path)
    except OSError:
        return None
    return state.st_ino, state.st_size, state.st_mtime_ns
