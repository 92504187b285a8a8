"""One clock for everybody: signer, store, limits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sandbox.login.problems import say_at_the_terminal

SMALL_STEP_BACK = 60.0  # seconds


class Clock:
    """Tell the time in Unix seconds, never going back.

    A step back of up to a minute (a laptop correcting itself) is answered with the latest time
    seen; a larger one was meant, so it is followed, and said once.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        say: Callable[[str], None] = say_at_the_terminal,
    ) -> None:
        self._wall = wall
        self._say = say
        self._latest = float("-inf")
        self._said = False
        self._lock = threading.Lock()

    def __call__(self) -> float:
        with self._lock:
            now = self._wall()
            step_back = self._latest - now
            if 0 < step_back <= SMALL_STEP_BACK:
                return self._latest
            self._latest = now
            jumped = step_back > SMALL_STEP_BACK and not self._said
            self._said = self._said or jumped
        if jumped:
            self._say(
                f"The clock went back by {step_back:.0f} s. The sandbox follows it: "
                "cookies issued before the jump may count as expired."
            )
        return now
