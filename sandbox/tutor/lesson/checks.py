"""What cannot be right in a step of a lesson, however well each of its lines reads."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from sandbox.login.middleware import is_static
from sandbox.tutor.lesson.expectations import TOLD_BY_CHROMIUM
from sandbox.tutor.lesson.parts import Prediction, Step

Fault = tuple[int, str]  # the line, and what was expected


def faults_of(step: Step) -> Iterator[Fault]:
    """What is missing in a step, or too much."""
    for request in step.requests:
        if not request.expectations:
            yield request.line, "this request has no expectation: add an ```expect after it"
        if is_static(urlsplit(request.target).path):
            yield request.line, "style sheets and icons are left out of the trace: none is seen"
        for each in request.expectations:
            if each.subject in TOLD_BY_CHROMIUM and not request.recipe:
                yield each.line, f"{each.subject!r} is told by Chromium: it needs a ```browser"
    if step.prediction:
        yield from _of_prediction(step.prediction, step)
    if step.recall and not step.after:
        yield step.line, "this recall has no model sentence in <details>"


def _of_prediction(asked: Prediction, step: Step) -> Iterator[Fault]:
    count = len(step.requests)
    if not count:
        yield asked.line, "this prediction has no request that could judge it"
        return
    for line, at in [(asked.line, asked.at), *((each.line, each.at) for each in asked.options)]:
        if at > count:
            yield line, f"request {at} could judge it, but this step has no more than {count}"
    judges = [each.expectation for each in asked.options]
    for each in [*judges, *(heap.expectation for heap in asked.categories)]:
        if each and each.subject in TOLD_BY_CHROMIUM:
            yield each.line, f"{each.subject!r} cannot answer: a student's own browser tells none"
    if asked.kind == "choose":
        yield from _of_answers(asked, step)


def _of_answers(asked: Prediction, step: Step) -> Iterator[Fault]:
    letters = {option.letter for option in asked.options}
    for letter in sorted(letters ^ set(step.answers)):
        has = "no answer" if letter in letters else "an answer but is no option"
        yield asked.line, f"option {letter} has {has}: `- {letter}: …` in <details>"


def faults_of_reviews(steps: tuple[Step, ...], reviews: tuple[Step, ...]) -> Iterator[Fault]:
    """A review looks back at a step that is there."""
    for review in reviews:
        if not 1 <= review.number <= len(steps):
            yield review.line, f"there is no step {review.number} to review"


def faults_outside(step: Step) -> Iterator[Fault]:
    """What stands in a closing section is only read, so nothing in it may be for a machine."""
    if step.acts or step.prediction or step.recall:
        yield step.line, "the fences below this heading stand in no step: `## 3. Change the name`"
