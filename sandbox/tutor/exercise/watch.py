"""Watching an answer: each time it is saved it is examined; the keys do the rest."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

POLL = 0.05  # seconds: also on network folders, where no system tells of changes
GONE_FOR = 0.3  # seconds: an editor that deletes or empties a file before it writes takes less
State = tuple[int, int, int] | None


def state_of(file: Path) -> State:
    """What changes when a file is saved; None: it is not there."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


class Watch:
    """Tell `saved` each time the file has changed, from a thread of its own."""

    def __init__(self, file: Path, saved: Callable[[Path], None]) -> None:
        self._file, self._saved = file, saved
        self._known = state_of(file)
        self._over = threading.Event()
        threading.Thread(target=self._watch, name="watch", daemon=True).start()

    def end(self) -> None:
        self._over.set()

    def _watch(self) -> None:
        gone_since: float | None = None
        while not self._over.wait(POLL):
            found = state_of(self._file)
            now = time.monotonic()
            gone_since = None if _holds_text(found) else gone_since or now
            is_settled = gone_since is None or now - gone_since >= GONE_FOR
            if found != self._known and is_settled:
                self._known = found
                self._saved(self._file)


def _holds_text(state: State) -> bool:
    return state is not None and state[1] > 0
