"""Guessers are slowed: whoever fails too often has to wait, whatever is tried meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sandbox.login.refusals import BadCredentials, Throttled
from sandbox.trace.stage import Evidence, stage

FREE = 5  # failures without a wait
FIRST_WAIT, LONGEST_WAIT = 1, 15 * 60  # seconds; each failure more doubles the wait
MOST_COUNTED = 10_000  # beyond it the oldest count is forgotten, or guessers could fill the memory
LONGEST_NAME = 64  # characters that tell two names apart
Source = tuple[str, str]  # a name, and the address that it was tried from


@dataclass(frozen=True)
class Failures:
    """How often logins have failed since the last success. `last` attempt in Unix seconds."""

    count: int = 0
    last: float = 0.0

    def wait(self, now: float) -> float:
        """The seconds until the next attempt is looked at."""
        if self.count < FREE:
            return 0.0
        doubled = min(self.count - FREE, LONGEST_WAIT.bit_length())
        return max(0.0, min(FIRST_WAIT * (1 << doubled), LONGEST_WAIT) - (now - self.last))


class FailedLogins:
    """Counts failed logins by name and address; a success begins afresh."""

    def __init__(self, most: int = MOST_COUNTED) -> None:
        self._most = most
        self._failures: dict[Source, Failures] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._failures)

    def admit(self, name: str, address: str, now: float) -> Failures:
        """Let an attempt pass, or refuse it as THROTTLED; after a wait one passes at a time."""
        with self._lock:
            failures = self._failures.get(_source(name, address), Failures())
            if failures.last > now:  # the clock was set back: the wait begins now
                failures = Failures(failures.count, now)
                self._keep(_source(name, address), failures)
            wait = failures.wait(now)
            if wait > 0:
                raise Throttled(failures.count, wait)
            if failures.count >= FREE:
                self._keep(_source(name, address), Failures(failures.count, now))
        return failures

    @contextmanager
    def counting(self, name: str, address: str, now: float) -> Iterator[None]:
        """Count the attempt inside this block: one failure more, or none from now on."""
        source = _source(name, address)
        try:
            yield
        except BadCredentials:
            with self._lock:
                count = self._failures.get(source, Failures()).count
                self._keep(source, Failures(count + 1, now))
            raise
        with self._lock:
            self._failures.pop(source, None)

    def _keep(self, source: Source, failures: Failures) -> None:
        """Dictionaries keep the order in which keys came: the first has failed longest ago."""
        self._failures.pop(source, None)
        self._failures[source] = failures
        if len(self._failures) > self._most:
            del self._failures[next(iter(self._failures))]


def _source(name: str, address: str) -> Source:
    return name[:LONGEST_NAME], address


def _how_often(outcome: object, _failed: object, _name: str, address: str, _now: float) -> Evidence:
    """The name is not told: somebody may have typed a password into its field."""
    counted = {"failures": outcome.count, "wait": 0} if isinstance(outcome, Failures) else {}
    return {"address": address} | counted


@stage(lane="guard", evidence=_how_often)
def throttle(failed_logins: FailedLogins, name: str, address: str, now: float) -> Failures:
    """Refuse an attempt that comes during a wait, before any password is looked at."""
    return failed_logins.admit(name, address, now)
