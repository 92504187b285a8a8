"""Many who ask at the same time, and when each of them asked."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from tests.faults.quick import cookie_of, log_in, who
from tests.wire.children import Child
from tests.wire.raw_http import Site, until

THREADS = 8
BUSY = 60.0  # seconds that a crowd may take to get its answers on a busy machine
Server = Child | Site
Servers = Sequence[Server]


@dataclass(frozen=True)
class Asked:
    """One exchange: when it began, when its answer was there, what came of it."""

    began: float
    answered: float
    server: Server
    cookie: str
    came: str  # OK or a reason code of /api/me


def code_for(server: Server, cookie: str) -> str:
    told = who(server, cookie)
    return "OK" if isinstance(told, dict) else told


def ask(server: Server, cookie: str) -> Asked:
    began = time.monotonic()
    came = code_for(server, cookie)
    return Asked(began, time.monotonic(), server, cookie, came)


def begin(server: Server, name: str = "alice") -> Asked:
    """A login: its cookie comes of it."""
    began = time.monotonic()
    cookie = cookie_of(log_in(server, name))
    return Asked(began, time.monotonic(), server, cookie, "OK")


@contextmanager
def crowd(act: Callable[[int], Asked], threads: int = THREADS) -> Iterator[list[Asked]]:
    """Eight threads that do it again and again until the block ends; all that came of it."""
    over = threading.Event()
    together: list[Asked] = []
    turns = itertools.count()

    def again_and_again() -> None:
        while not over.is_set():
            together.append(act(next(turns)))

    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(again_and_again) for _ in range(threads)]
        try:
            yield together
        finally:
            over.set()
    for each in running:
        each.result()


def asking(servers: Servers, cookies: Sequence[str]) -> Callable[[int], Asked]:
    """Each cookie at each server in turn; cookies may be added meanwhile."""

    def act(turn: int) -> Asked:
        return ask(servers[turn % len(servers)], cookies[turn // len(servers) % len(cookies)])

    return act


def some_more(together: list[Asked], count: int = 50) -> None:
    """Wait until so many more have asked and been answered."""
    goal = len(together) + count
    until(lambda: len(together) >= goal, BUSY)
