"""The course: which lesson is next, where the student left off, what is asked once more."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sandbox.tutor.lesson.guide import Guide, Outcome
from sandbox.tutor.lesson.inbox import Inbox
from sandbox.tutor.lesson.parts import Lesson, Step
from sandbox.tutor.lesson.screen import Screen
from sandbox.tutor.lesson.shelf import find_lesson
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.waiting import Back, Desk
from sandbox.tutor.progress import Progress

REVIEWED = (1, 3)  # so many lessons later


class Course:
    """The lessons in their folders by number, and one student's progress in them."""

    def __init__(self, folders: dict[str, Path], progress: Progress) -> None:
        self._folders = folders
        self._progress = progress

    def next_unfinished(self) -> str | None:
        """The first lesson that is not finished, by number."""
        return next((n for n in self._folders if not self._progress.of(n).finished), None)

    def lead(
        self, lesson: Lesson, site: Site, screen: Screen, inbox: Inbox, start: int | None
    ) -> None:
        """Lead through a lesson to its end, from a step on; Quit, Ended: the place is kept."""
        mine = self._progress.of(lesson.number)
        number = start or (1 if mine.finished else min(mine.step, len(lesson.steps)))
        before = self._before(lesson.number, 1)
        desk = Desk(screen, inbox, lesson.folder, before)
        if number == 1:
            self._begin(lesson, site, desk)
        guide = Guide(lesson, site, desk)
        guide.rebuild(number)
        while number <= len(lesson.steps):
            mine.step, mine.finished = number, False
            self._progress.save()
            number = self._step(guide, lesson.steps[number - 1], screen)
        mine.step, mine.finished = 1, True
        self._progress.save()
        self._end(lesson, screen)

    def _step(self, guide: Guide, step: Step, screen: Screen) -> int:
        """The number of the step to go on with."""
        try:
            outcome = guide.do(step)
        except Back:
            if step.number == 1:
                screen.say("This is the first step.")
            guide.rebuild(max(step.number - 1, 1))
            return max(step.number - 1, 1)
        self._note(guide.lesson.number, step.number, outcome)
        return step.number + 1

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
        with suppress(Back):  # there is nothing before
            desk.pause("Enter begins")

    def _review(self, earlier: Lesson, ago: int, site: Site, desk: Desk) -> None:
        mine = self._progress.of(earlier.number)
        question = which_review(earlier.reviews, mine.missed, REVIEWED.index(ago))
        if question is None or not (mine.finished or mine.step > 1):
            return
        try:
            outcome = Guide(earlier, site, desk).review(question)
        except Back:
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
        following = self.next_unfinished()
        screen.say(f"Next: make lesson N={following}" if following else "That was the last lesson.")


def which_review(reviews: Sequence[Step], missed: Sequence[int], turn: int) -> Step | None:
    """A missed idea first; else each review in its turn."""
    if not reviews:
        return None
    again = (review for review in reviews if review.number in missed)
    return next(again, reviews[turn % len(reviews)])


def _with(steps: list[int], step: int, is_in: bool) -> list[int]:
    return sorted({*steps, step} if is_in else {*steps} - {step})
