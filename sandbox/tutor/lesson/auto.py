"""Lessons without a keyboard: every step is done, every expectation and prediction judged."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.tutor.lesson.judge import (
    MISSING,
    Sighting,
    check_what_it_needs,
    do_step,
    right_answers,
)
from sandbox.tutor.lesson.parts import Lesson, Mistake, Step
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.world import World

REQUIRE_ALL = "SANDBOX_REQUIRE_ALL"  # =1: what cannot be run here is a failure


@dataclass(frozen=True)
class Done:
    """A step that was done: the verdict of each request, the answers that came true.

    `left_out` says why a step that needs Chromium or a Redis was not done.
    """

    step: Step
    verdicts: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    left_out: str = ""


def run_lesson(lesson: Lesson, site: Site) -> Iterator[Done]:
    """Every step in order, then each review on a fresh server; Unmet, NotAGap: what went wrong."""
    world = World(lesson.folder, site)
    for step in lesson.steps:
        yield _done(world, step, lesson)
    for review in lesson.reviews:
        yield _done(World(lesson.folder, site), review, lesson)


def _done(world: World, step: Step, lesson: Lesson) -> Done:
    left_out = _why_left_out(world, step)
    if left_out:
        return Done(step, left_out=left_out)
    sightings = do_step(world, step, lesson.path)
    right = right_answers(step.prediction, sightings, world) if step.prediction else []
    return Done(step, _verdicts(sightings), tuple(right))


def _why_left_out(world: World, step: Step) -> str:
    """Why this step cannot be done here; empty when it can."""
    try:
        check_what_it_needs(world, step)
    except MISSING as missing:
        if os.environ.get(REQUIRE_ALL) == "1":
            raise
        return str(missing)
    return ""


def _verdicts(sightings: list[Sighting]) -> tuple[str, ...]:
    return tuple(sighting.exchange.verdict for sighting in sightings)


def unsound(done: Done, lesson: Lesson) -> Mistake | None:
    """A prediction of which none or two options came true."""
    prediction = done.step.prediction
    if prediction is None or done.left_out or len(done.right) == 1:
        return None
    true = " and ".join(done.right) or "none"
    says = f"exactly one option must come true when the lesson is run; here {true} did"
    return Mistake(lesson.path, prediction.line, says)
