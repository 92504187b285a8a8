"""The course: which lesson is next, where the student left off, what is asked once more."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sandbox.tutor.exercise.shelf import after_lesson
from sandbox.tutor.inbox import Inbox
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.filling import NotAGap
from sandbox.tutor.lesson.guide import Guide, Outcome
from sandbox.tutor.lesson.parts import Lesson, Step
from sandbox.tutor.lesson.screen import Screen
from sandbox.tutor.lesson.shelf import find_lesson
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.waiting import Back, Desk, Disturbed
from sandbox.tutor.progress import Progress

REVIEWED = (1, 3)  # so many lessons later


class Course:
    """The lessons in their folders by number, and one student's progress in them."""

    def __init__(self, folders: dict[str, Path], progress: Progress) -> None:
        self._folders = folders
        self._progress = progress

    def next_unfinished(self, after: str = "") -> str | None:
        """The first lesson that is not finished, by number; after this one, if there is one."""
        open_ones = [n for n in self._folders if not self._progress.of(n).finished]
        return next((n for n in open_ones if n > after), next(iter(open_ones), None))

    def lead(
        self, lesson: Lesson, site: Site, screen: Screen, inbox: Inbox[Exchange], start: int | None
    ) -> None:
        """Lead through a lesson to its end, from a step on; Quit, Ended: the place is kept."""
        mine = self._progress.of(lesson.number)
        number = start or min(mine.step, len(lesson.steps))
        before = self._before(lesson.number, 1)
        desk = Desk(screen, inbox, lesson.folder, before)
        if number == 1:
            self._begin(lesson, site, desk)
        site.count_anew()
        guide = Guide(lesson, site, desk, number)
        while number <= len(lesson.steps):
            mine.step = number
            self._progress.save()
            number = self._step(guide, lesson.steps[number - 1], desk)
        mine.step, mine.finished = 1, True
        self._progress.save()
        self._end(lesson, screen)

    def _step(self, guide: Guide, step: Step, desk: Desk) -> int:
        """The number of the step to go on with."""
        following = step.number + 1
        try:
            outcome = guide.do(step)
            self._note(guide.lesson.number, step.number, outcome)
            is_done = not outcome.skipped
        except Back:
            following, is_done = max(step.number - 1, 1), False
            desk.screen.say("This is the first step." if step.number == 1 else "")
        except (Disturbed, NotAGap) as what:
            following, is_done = step.number, False
            _say_disturbed(desk, str(what))
        if not is_done:
            guide.rebuild(following)
        return following

    def _note(self, lesson: str, step: int, outcome: Outcome) -> None:
        mine = self._progress.of(lesson)
        mine.skipped = _with(mine.skipped, step, outcome.skipped)
        if not outcome.skipped:
            mine.missed = _with(mine.missed, step, outcome.missed)

    def _begin(self, lesson: Lesson, site: Site, desk: Desk) -> None:
        """Two questions from earlier lessons, then the introduction."""
        for ago in REVIEWED:
            earlier = self._before(lesson.number, ago)
            if earlier:
                self._review(find_lesson(earlier.name[:2], earlier.parent), ago, site, desk)
        desk.world = None
        desk.screen.title(f"Lesson {lesson.number} · {lesson.title}")
        desk.screen.prose(lesson.intro)
        desk.screen.say()
        desk.screen.say("Press Enter to go on. Or type a letter of the line below, then Enter.")
        _pause_at_the_beginning(desk, "Enter begins")

    def _review(self, earlier: Lesson, ago: int, site: Site, desk: Desk) -> None:
        mine = self._progress.of(earlier.number)
        question = which_review(earlier.reviews, mine.missed, REVIEWED.index(ago))
        if question is None or not mine.finished:
            return
        try:
            outcome = Guide(earlier, site, desk).review(question)
        except (Back, Disturbed):
            return
        if not outcome.skipped:
            mine.missed = _with(mine.missed, question.number, outcome.missed)
            self._progress.save()

    def _before(self, number: str, ago: int) -> Path | None:
        """The folder of the lesson so many lessons before."""
        numbers = list(self._folders)
        at = numbers.index(number) - ago
        return self._folders[numbers[at]] if at >= 0 else None

    def _end(self, lesson: Lesson, screen: Screen) -> None:
        screen.title(f"Lesson {lesson.number} is done")
        screen.prose(lesson.closing)
        screen.say()
        for exercise in after_lesson(lesson.number):
            screen.say(f"Write it yourself: make exercise N={exercise.number} ({exercise.title})")
        following = self.next_unfinished(after=lesson.number)
        screen.say(f"Next: make lesson N={following}" if following else "That was the last lesson.")


def which_review(reviews: Sequence[Step], missed: Sequence[int], turn: int) -> Step | None:
    """A missed idea first; else each review in its turn."""
    if not reviews:
        return None
    again = (review for review in reviews if review.number in missed)
    return next(again, reviews[turn % len(reviews)])


def _with(steps: list[int], step: int, is_in: bool) -> list[int]:
    return sorted({*steps, step} if is_in else {*steps} - {step})


def _pause_at_the_beginning(desk: Desk, prompt: str) -> None:
    while True:
        try:
            return desk.pause(prompt)
        except Back:
            desk.screen.say("This is the beginning: there is nothing before it.")


def _say_disturbed(desk: Desk, what: str) -> None:
    """Enter or q, so that a lesson which never keeps its word can be left."""
    desk.waits_for = None
    desk.screen.say(f"The server is not as this step needs it: {what}.")
    desk.screen.say(
        "It was changed meanwhile, perhaps by your own browser. "
        "The step begins again on a fresh server."
    )
    _pause_at_the_beginning(desk, "Enter begins the step again")
