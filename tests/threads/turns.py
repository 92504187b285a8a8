"""Threads that take turns between the lines of a store: what can come between, does."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

PLACES = ("sandbox.login.stores", "sandbox.login.sessions", "tests.threads.test_broken_stores")
SHARE = 0.3  # of the lines


@contextmanager
def taking_turns(chance: random.Random) -> Iterator[None]:
    """In this thread, before some of the lines that run inside the block, let another go on."""

    def at_a_line(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line" and chance.random() < SHARE:
            time.sleep(0)  # gives the interpreter away
        return at_a_line

    def at_a_call(frame: FrameType, event: str, _: Any) -> Any:
        return at_a_line if frame.f_globals.get("__name__", "").startswith(PLACES) else None

    before = sys.gettrace()
    sys.settrace(at_a_call)
    try:
        yield
    finally:
        sys.settrace(before)
