"""The same moment and the same `random` once more: what comes out the same is no secret."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timezone, tzinfo
from unittest.mock import patch

CLOCKS = ("time", "monotonic", "perf_counter", "process_time")


@contextmanager
def time_stands_still(now: float) -> Iterator[None]:
    """Every clock that a beginner might ask gives this moment, in Unix seconds."""

    class StoppedDatetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> StoppedDatetime:
            return cls.fromtimestamp(now, tz)

        @classmethod
        def today(cls) -> StoppedDatetime:
            return cls.fromtimestamp(now)

        @classmethod
        def utcnow(cls) -> StoppedDatetime:
            return cls.fromtimestamp(now, timezone.utc).replace(tzinfo=None)

    with ExitStack() as stopped:
        for clock in CLOCKS:
            stopped.enter_context(patch(f"time.{clock}", lambda: now))
            stopped.enter_context(patch(f"time.{clock}_ns", lambda: int(now * 10**9)))
        stopped.enter_context(patch("datetime.datetime", StoppedDatetime))
        yield


@contextmanager
def random_as_before() -> Iterator[None]:
    """Afterwards the module random goes on as if it had not been seeded here."""
    state = random.getstate()
    try:
        yield
    finally:
        random.setstate(state)
