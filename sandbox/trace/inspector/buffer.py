"""What the inspector remembers: the events of the last requests, each with a running number."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import takewhile

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
        self._kept: deque[tuple[int, bool, str]] = deque()  # number, is it a request's last, JSON
        self._told = 0  # events so far
        self._requests = 0
        self._let_go = 0  # requests

    def wants(self, request_id: int) -> bool:
        return self._bucket.take()

    def __call__(self, event: Event) -> None:
        text, is_last = json.dumps(event), event["type"] == "response"
        with self._lock:
            self._told += 1
            self._kept.append((self._told, is_last, text))
            self._requests += is_last
            while self._requests > self._most:
                self._forget_oldest()

    def after(self, number: int) -> str:
        """As JSON: the events behind this one, the number of the last, how many were let go."""
        with self._lock:
            behind = takewhile(lambda kept: kept[0] > number, reversed(self._kept))
            found = list(behind)[::-1][:LONGEST_ANSWER]
            let_go, told = self._let_go, self._told
        last = found[-1][0] if found else told
        events = ", ".join(text for _, _, text in found)
        return f'{{"last": {last}, "told": {told}, "let_go": {let_go}, "events": [{events}]}}'

    def close(self) -> None:
        """Nothing to let go of."""

    def _forget_oldest(self) -> None:
        """Up to the end of a request; what is left of those beside it nobody will draw."""
        is_last = False
        while not is_last:
            _, is_last, _ = self._kept.popleft()
        self._requests -= 1
        self._let_go += 1
