"""The guide: leads one person through a lesson, and waits for what this person does."""

from __future__ import annotations

from pathlib import Path

from sandbox.tutor.lesson.inbox import Inbox
from sandbox.tutor.lesson.parts import Lesson, Request, Step
from sandbox.tutor.lesson.screen import Screen
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.world import World

KEYS = "b back · h hint · w where am I · y CODE why · d what changed · s skip · q quit"
MISSES = 2  # until a hint is offered


class Back(Exception):
    """The student wants to see the step before."""


class Skip(Exception):
    """The student goes on without this."""


class Quit(Exception):
    """The student stops here; the place is kept."""


class Guide:
    """One lesson for one person. `before` is the folder of the lesson before."""

    def __init__(
        self, lesson: Lesson, site: Site, screen: Screen, inbox: Inbox, before: Path | None
    ) -> None:
        self.lesson = lesson
        self._site = site
        self._screen = screen
        self._inbox = inbox
        self._before = before
        self._waits_for: Request | None = None
        self._step: Step | None = None
        self._opened = 0
        self._misses = 0
        self._saw_a_browser = False
        self._code = ""
        self.world = World(lesson.folder, site)
