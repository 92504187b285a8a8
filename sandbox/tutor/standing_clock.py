"""A clock for lessons and examinations, where reading and thinking take no time."""

from __future__ import annotations


class StandingClock:
    """It stands still until it is moved. Unix seconds; `moved` seconds since it began."""

    def __init__(self, began: float) -> None:
        self.moved = 0.0
        self._began = began

    def __call__(self) -> float:
        return self._began + self.moved

    def forward(self, seconds: float) -> None:
        self.moved += seconds
