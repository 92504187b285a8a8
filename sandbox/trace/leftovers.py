"""A browser may still carry a cookie of an earlier run: say so once, for it is no fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.trace.stage import Event

NOT_OURS_NOW = ("BAD_SIGNATURE", "UNKNOWN_SESSION")


class LeftOvers:
    """Listens for a refused cookie that was issued before this server started."""

    def __init__(self, cookie: str, started: float, say: Callable[[str], None]) -> None:
        self._cookie = cookie
        self._started = started
        self._say = say
        self._issued: dict[int, float] = {}
        self._said = False

    def wants(self, request_id: int) -> bool:
        """It listens in on what others want."""
        return False

    def __call__(self, event: Event) -> None:
        if self._said:
            return
        if event["type"] == "request":
            self._issued[event["id"]] = event["at"]
        elif event["type"] == "stage_ended" and event["stage"] == "check_signature":
            self._issued[event["id"]] -= _plausible_age(event["evidence"])
        elif event["type"] == "response":
            issued = self._issued.pop(event["id"], self._started)
            if event["verdict"] in NOT_OURS_NOW and issued < self._started - 1:
                self._tell(event["verdict"])

    def close(self) -> None:
        """Nothing to let go of."""

    def _tell(self, code: str) -> None:
        self._said = True
        self._say(
            f"A browser may still carry a cookie of an earlier run ({code}), unless somebody "
            f"changed it. To begin afresh log in again, or delete the cookie {self._cookie}.\n"
        )


def _plausible_age(evidence: dict[str, Any]) -> float:
    """Nobody has checked this time: only one that a cookie of ours could bear counts."""
    age = evidence.get("age") or 0.0
    return float(age) if 0 < age <= evidence.get("max_age", age) else 0.0
