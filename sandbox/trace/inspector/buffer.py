"""What the inspector remembers: the events of the last requests, each with a running number."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from sandbox.trace.bucket import Bucket
from sandbox.trace.stage import Event

MOST_REQUESTS = 10_000
PER_SECOND, BURST = 100.0, 200.0  # requests told in full: more than a class makes, less than a test
LONGEST_ANSWER = 2_000  # events; whoever wants more asks again at once


class Buffer:
    """Listens to the server, and tells whoever asks what has happened since he last asked.

    Of more requests than `PER_SECOND` only the response is kept, with its verdict. Of more than
    `most` requests the oldest are let go.
    """

    def __init__(
        self, most: int = MOST_REQUESTS, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._bucket = Bucket(PER_SECOND, BURST, now)
        self._lock = threading.Lock()
        self._kept: list[tuple[bool, str]] = []  # is it the last of its request, and as JSON
        self._told = 0  # events so far
        self._requests = 0
        self._let_go = 0  # requests

    def wants(self, request_id: int) -> bool:
        return self._bucket.take()

    def __call__(self, event: Event) -> None:
        text, is_last = json.dumps(event), event["type"] == "response"
        with self._lock:
            self._told += 1
            self._kept.append((is_last, text))
            self._requests += is_last
            while self._requests > self._most:
                self._forget_oldest()

    def after(self, number: int, now: dict[str, Any] | None = None) -> str:
        """As JSON: the events behind this one, the number of the last, how many were let go.

        With it goes what holds `now`.
        """
        with self._lock:
            let_go, told = self._let_go, self._told
            gone = told - len(self._kept)
            begin = max(number - gone, 0)
            found = self._kept[begin : begin + LONGEST_ANSWER]
        last = gone + begin + len(found) if found else told
        events = ", ".join(text for _, text in found)
        told_now = f'"now": {json.dumps(now or {})}, "last": {last}, "told": {told}'
        return f'{{{told_now}, "let_go": {let_go}, "events": [{events}]}}'

    def close(self) -> None:
        """Nothing to let go of."""

    def _forget_oldest(self) -> None:
        """Up to the end of a request; what is left of those beside it nobody will draw."""
        end = next(at for at, (is_last, _) in enumerate(self._kept) if is_last)
        del self._kept[: end + 1]
        self._requests -= 1
        self._let_go += 1
