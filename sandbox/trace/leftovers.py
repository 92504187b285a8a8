"""A browser may still carry a cookie of an earlier run: say so once, for it is no fault."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.trace.stage import Event, Evidence

NOT_OURS_NOW = ("BAD_SIGNATURE", "UNKNOWN_SESSION")


class LeftOvers:
    """Listens for a refused cookie that was issued before this server started."""

    def __init__(self, cookie: str, clock: Callable[[], float], say: Callable[[str], None]) -> None:
        self._cookie = cookie
        self._clock = clock
        self._started = clock()
        self._say = say
        self._with_an_old_one: set[int] = set()
        self._said = False

    def wants(self, request_id: int) -> bool:
        """It listens in on what others want."""
        return False

    def __call__(self, event: Event) -> None:
        if event["type"] == "stage_ended" and event["stage"] == "check_signature":
            issued = self._clock() - _plausible_age(event["evidence"])
            if issued < self._started - 1 and not self._said:
                self._with_an_old_one.add(event["id"])
        elif event["type"] == "response" and event["id"] in self._with_an_old_one:
            self._with_an_old_one.discard(event["id"])
            if event["verdict"] in NOT_OURS_NOW and not self._said:
                self._tell(event["verdict"])

    def close(self) -> None:
        """Nothing to let go of."""

    def _tell(self, code: str) -> None:
        self._said = True
        self._say(
            f"A browser may still carry a cookie of an earlier run ({code}), unless somebody "
            f"changed it. To begin afresh log in again, or delete the cookie {self._cookie}.\n"
        )


def _plausible_age(evidence: Evidence) -> float:
    """Nobody has checked this time: only one that a cookie of ours could bear counts."""
    age: float = evidence.get("age") or 0.0
    return age if 0 < age <= evidence.get("max_age", age) else 0.0
