"""A lesson's server in a process of its own, seen from inside: `python -m` runs this module.

Standard input brings the job as one JSON line, then orders, a line each; it ends with them. On
standard output go the port, an answer to each order, and the events of the trace.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sandbox.login.keys import KeyRing, MemoryKeys
from sandbox.login.middleware import Environ, StartResponse, WSGIApp
from sandbox.login.problems import Problem
from sandbox.login.refusals import StoreDown
from sandbox.login.users import demo_users
from sandbox.serving.bricks import lay_bricks
from sandbox.serving.clock import Clock
from sandbox.serving.key_file import KeyFile
from sandbox.serving.live import LiveServer
from sandbox.serving.traced import traced
from sandbox.trace.stage import Event
from sandbox.tutor.lesson.store import open_store
from sandbox.tutor.lesson_app import load_app
from sandbox.tutor.standing_clock import StandingClock

REQUEST_ID = "HTTP_X_REQUEST_ID"
NUMBER = re.compile("[0-9]{1,18}")
Told = dict[str, Any]


class Numbers:
    """A request's number is the one that its caller sent along; 0 when he sent none."""

    def __init__(self) -> None:
        self._here = threading.local()

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        number: int = self._here.number
        return number

    def noted(self, app: WSGIApp) -> WSGIApp:
        def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            sent = environ.get(REQUEST_ID, "")
            self._here.number = int(sent) if NUMBER.fullmatch(sent) else 0
            return app(environ, start_response)

        return answer


class Inside:
    """The server, and what it does when it is told to."""

    def __init__(self, job: Told, tell: Callable[[Told], None]) -> None:
        self._clock = Clock() if job["began"] is None else StandingClock(job["began"])
        self._store = open_store(job["store"])
        self._keys = _keys(job["keys"])
        lesson = load_app(Path(job["path"]))
        users, limits = demo_users(), lesson.limits
        bricks = lay_bricks(self._store, self._keys, users, self._clock, limits, lesson.cookie)
        numbers = Numbers()

        def tell_event(event: Event) -> None:
            tell({"event": event})

        app = traced(lesson.make(bricks), bricks, tell_event, ids=numbers)
        self._live = LiveServer(numbers.noted(app), 0).start()

    @property
    def port(self) -> int:
        return self._live.port

    def obey(self, order: Told) -> Told:
        """Do what is asked; what is answered is plain data."""
        try:
            return {"answer": getattr(self, f"_{order['do']}")(*order["with"])}
        except StoreDown:
            return {"problem": "The store does not answer, so nothing in it can be changed."}

    def close(self) -> None:
        self._live.stop()
        self._store.close()

    def _catch_up(self) -> None:
        """Whatever was told before this answer has been read when it is read."""

    def _forward(self, seconds: float) -> None:
        if isinstance(self._clock, StandingClock):
            self._clock.forward(seconds)

    def _keys_now(self) -> list[str]:
        return [key.decode() for key in self._keys.current()]

    def _sign_with(self, keys: list[str]) -> None:
        if isinstance(self._keys, MemoryKeys):
            self._keys.keys = tuple(key.encode() for key in keys)

    def _delete(self, ticket: str) -> None:
        self._store.delete(ticket)

    def _look(self, ticket: str) -> Told | None:
        """What the store holds, and the row of a ticket; nothing when it does not answer."""
        try:
            row = self._store.find(ticket) if ticket else None
            return {"rows": len(self._store), "row": row and asdict(row)}
        except StoreDown:
            return None


def _keys(given: list[str] | str) -> KeyRing:
    """The keys themselves, or the name of their file, which says nothing on the screen."""
    if isinstance(given, str):
        return KeyFile(Path(given), brought=False, say=lambda _: None)
    return MemoryKeys(*(key.encode() for key in given))


def _our_output() -> io.FileIO:
    """For answers alone: what a lesson's server prints, or a program that it runs, is none."""
    out = io.FileIO(os.dup(1), "w")
    sys.stdout = sys.stderr
    if sys.stderr is not None:
        os.dup2(sys.stderr.fileno(), 1)
    return out


def main() -> None:
    out = _our_output()
    writing = threading.Lock()

    def tell(told: Told) -> None:
        with writing, suppress(BrokenPipeError):  # whoever has started us is gone
            out.write(json.dumps(told).encode() + b"\n")

    job = sys.stdin.readline()
    if not job:  # gone already
        return
    try:
        inside = Inside(json.loads(job), tell)
    except Problem as problem:
        tell({"problem": str(problem)})
        return
    tell({"port": inside.port})
    for line in sys.stdin:
        order = json.loads(line)
        tell(inside.obey(order) | {"order": order["order"]})
    inside.close()


if __name__ == "__main__":
    main()
