"""A token bucket: so many requests a second are told in full, after a burst."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Bucket:
    """`per_second` tokens come back each second, up to `burst`."""

    def __init__(self, per_second: float, burst: float, now: Callable[[], float]) -> None:
        self._per_second, self._burst = per_second, burst
        self._now = now
        self._tokens, self._refilled = burst, now()
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Is there a token left? Then it is taken."""
        with self._lock:
            now = self._now()
            more = (now - self._refilled) * self._per_second
            self._tokens, self._refilled = min(self._burst, self._tokens + more), now
            if self._tokens < 1:
                return False
            self._tokens -= 1
        return True
