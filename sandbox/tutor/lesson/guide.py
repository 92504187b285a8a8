"""The guide: leads one person through a lesson, and waits for what this person does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sandbox.tutor.lesson.asking import DONT_KNOW, feedback, how_to_answer, question_lines
from sandbox.tutor.lesson.asking import read_answer as read_prediction
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.inbox import Inbox
from sandbox.tutor.lesson.judge import Judged, Sighting, do_step, judge, right_answers, sighted
from sandbox.tutor.lesson.looking import as_curl, in_words, what_changed, where
from sandbox.tutor.lesson.matching import left_over, near_miss
from sandbox.tutor.lesson.parts import Act, Lesson, Request, Step
from sandbox.tutor.lesson.screen import Screen
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.world import World
from sandbox.tutor.why import why_lines

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
