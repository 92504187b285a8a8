"""The gate of `serve --step`: one request at a time waits at the end of each of its stages."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from sandbox.trace.stage import Event

PATIENCE = 300.0  # seconds at a stage: the browser may have hung up, and nobody would notice
WAITS_AFTER = ("request", "stage_ended")


class Gate:
    """Hold a request before its first stage and after each, until somebody says `next`.

    It must hear an event last of all, so that whoever else listens has heard it before the wait.
    Only one request is held; what comes meanwhile goes on at once. One that has waited for
    `patience` seconds runs on to its end, and `gave_up` is told its number.
    """

    def __init__(
        self, gave_up: Callable[[int], None] = lambda _: None, patience: float = PATIENCE
    ) -> None:
        self._gave_up = gave_up
        self._patience = patience
        self._change = threading.Condition()  # entered again by its holder
        self._is_open = False
        self._held: int | None = None  # the number of the request that is stepped
        self._place: dict[str, Any] | None = None  # where it waits
        self._paused = threading.local()

    def timer(self) -> float:
        """Seconds, without those for which the request of this thread was held."""
        return time.perf_counter() - self._seconds_paused()

    @property
    def waiting(self) -> dict[str, Any] | None:
        """Where the request waits: its `id`, the `seq` and `stage` that ended (0 and "": none)."""
        return self._place

    def wants(self, request_id: int) -> bool:
        """Of the request that it would hold, every stage has to be told."""
        return self._held is None and not self._is_open

    def __call__(self, event: Event) -> None:
        if event["type"] == "request":
            self._take(event["id"])
        if event["id"] != self._held:
            return
        if event["type"] == "response":
            self._let_go()
        elif event["type"] in WAITS_AFTER:
            self._wait(_place_of(event))

    def next(self) -> None:
        """Whoever waits goes on to the end of the next stage; nothing is saved up for later."""
        with self._change:
            self._place = None
            self._change.notify_all()

    def run_on(self) -> None:
        """Whoever waits goes on to the end of the request."""
        with self._change:
            self._let_go()

    def close(self) -> None:
        """From now on nobody waits."""
        with self._change:
            self._is_open = True
            self._let_go()

    def _take(self, request_id: int) -> None:
        with self._change:
            if self._held is None and not self._is_open:
                self._held = request_id

    def _let_go(self) -> None:
        with self._change:
            self._held = self._place = None
            self._change.notify_all()

    def _wait(self, place: dict[str, Any]) -> None:
        began = time.perf_counter()
        with self._change:
            if self._held != place["id"]:  # let go of a moment ago
                return
            self._place = place
            went_on = self._change.wait_for(lambda: self._place is not place, self._patience)
            if not went_on:
                self._let_go()
        self._paused.seconds = self._seconds_paused() + time.perf_counter() - began
        if not went_on:
            self._gave_up(place["id"])

    def _seconds_paused(self) -> float:
        seconds: float = getattr(self._paused, "seconds", 0.0)
        return seconds


def _place_of(event: Event) -> dict[str, Any]:
    return {
        "id": event["id"],
        "seq": event.get("seq", 0),
        "stage": event.get("stage", ""),
        "outcome": event.get("outcome", ""),
    }
