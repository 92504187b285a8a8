"""What the inspector's page beside a lesson is told: where the lesson is, and each exchange."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.trace.stage import Event, Tell
from sandbox.tutor.lesson.asking import chosen_lines, sorted_lines
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.parts import Lesson, Prediction, Step

Told = dict[str, Any]


class Board:
    """Nobody hears it until somebody's ear is at `tell`; answers stay in the terminal.

    Before the first step, and while steps are done again in silence, no exchange is told.
    """

    def __init__(self) -> None:
        self.tell: Tell = _to_nobody
        self._lock = threading.Lock()
        self._lesson: Told | None = None
        self._is_silent = True
        self._held: list[Exchange] | None = None  # what came while a question was open

    def begin(self, lesson: Lesson, step: Step) -> None:
        """A step is on the screen."""
        self._lesson = {"step": f"{lesson.number}.{step.number}  {step.title}"}
        self._is_silent = False

    def review(self, earlier: Lesson, step: Step) -> None:
        """A question of an earlier lesson; its requests would have numbers that come again."""
        self._lesson = {"step": f"Once more, from lesson {earlier.number}: {step.title}"}

    def wait_for(self, task: str) -> None:
        """Somebody is to do this now."""
        self._lesson = {**(self._lesson or {}), "task": task}

    @contextmanager
    def asking(self, prediction: Prediction) -> Iterator[None]:
        """Inside, the question is open: what a browser does meanwhile would answer it."""
        before = self._lesson or {}
        asked = {"question": prediction.question, "options": _options(prediction)}
        self._lesson, self._held = before | asked, []
        try:
            yield
        finally:
            self._lesson = before
            self._tell_held()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Inside, what is done is not told: nobody is to look at it."""
        before, self._is_silent = self._is_silent, True
        try:
            yield
        finally:
            self._is_silent = before

    def now(self, server: str) -> Told:
        """What the page is told with each answer; `server` is what it must know of the server."""
        return {"lesson": self._lesson and {**self._lesson, "server": server}}

    def __call__(self, exchange: Exchange) -> None:
        """Somebody has made an exchange."""
        with self._lock:
            if self._held is not None and not self._is_silent:
                self._held.append(exchange)
            elif not self._is_silent:
                self._tell(exchange)

    def _tell_held(self) -> None:
        with self._lock:
            held, self._held = self._held or [], None
            for exchange in held:
                self._tell(exchange)

    def _tell(self, exchange: Exchange) -> None:
        for event in exchange.drawn:
            self.tell(event)


def _options(prediction: Prediction) -> list[str]:
    return [*sorted_lines(prediction), *chosen_lines(prediction)]


def _to_nobody(_event: Event) -> None:
    """Nobody reads the board."""
