"""A sentence at the terminal is never in anybody's way."""

from __future__ import annotations

import sys
import threading

import pytest

from sandbox.login.problems import say_at_the_terminal
from sandbox.trace.output import say_aloud


class Stopped:
    """A terminal that takes nothing, as after Ctrl-S."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()

    def write(self, text: str) -> None:
        self.goes_on.wait(30)

    def flush(self) -> None:
        """Nothing was taken."""


@pytest.mark.parametrize("say", [say_at_the_terminal, say_aloud])
def test_a_terminal_that_is_stopped_holds_up_nobody_who_says_something(
    say: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = Stopped()
    monkeypatch.setattr(sys, "stderr", stopped)
    saying = threading.Thread(target=say, args=("The clock went back.",), daemon=True)  # type: ignore[arg-type]
    saying.start()
    saying.join(10)
    is_held_up = saying.is_alive()
    stopped.goes_on.set()
    assert not is_held_up
