"""Every expectation of every lesson, turned round in turn: the lesson must fail at that line.

    python -m tests.lessons.turned

An expectation that holds either way would teach nothing. Each line in an `expect` fence gets its
operator's pair, the lesson's text is read again and run; the options of predictions are left alone,
since of them all but one are untrue already.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sandbox.tutor.lesson.auto import run_lesson
from sandbox.tutor.lesson.expectations import TURNED
from sandbox.tutor.lesson.filling import NotAGap
from sandbox.tutor.lesson.judge import Unmet
from sandbox.tutor.lesson.parts import Expectation, Lesson, Step
from sandbox.tutor.lesson.reader import read_lesson
from sandbox.tutor.lesson.shelf import folders, sound
from sandbox.tutor.lesson.site import Site

LESSONS = Path(__file__).parent.parent.parent / "lessons"


def turned_round(expectation: Expectation) -> Expectation:
    """The same with the operator's pair: it is met exactly when this one is not."""
    operator = TURNED[expectation.operator]
    subject = f"{expectation.subject} {expectation.name}".rstrip()
    text = f"{subject} {operator} {expectation.value}".rstrip()
    return replace(expectation, operator=operator, text=text)


@dataclass(frozen=True)
class Turn:
    """One line turned round, and what became of the lesson: empty when it failed at that line."""

    readme: Path
    expectation: Expectation
    instead: str

    def __str__(self) -> str:
        turned = turned_round(self.expectation).text
        return f"{self.readme}:{self.expectation.line}: turned to {turned!r}: {self.instead}"


def turn_all(readme: Path, site: Site) -> list[Turn]:
    """Each expectation of a lesson in turn; the lesson's own folder is not touched."""
    lesson = sound(*read_lesson(readme))
    done = [each.step for each in run_lesson(lesson, site) if not each.left_out]
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / readme.parent.name
        shutil.copytree(readme.parent, copy)
        return [
            Turn(readme, each, _instead(copy / "README.md", readme, each, step, site))
            for step in done
            for each in expectations_of(step)
        ]


def expectations_of(step: Step) -> Iterator[Expectation]:
    for request in step.requests:
        yield from request.expectations


def _instead(copy: Path, readme: Path, each: Expectation, step: Step, site: Site) -> str:
    copy.write_text(with_line_turned(readme, each), encoding="utf-8")
    lesson = _up_to(sound(*read_lesson(copy)), step)
    try:
        for _ in run_lesson(lesson, site):
            pass
    except Unmet as unmet:
        return "" if unmet.line == each.line else f"failed at line {unmet.line}"
    except NotAGap as error:
        return f"nothing to fill in: {error}"
    return "nothing failed"


def with_line_turned(readme: Path, each: Expectation) -> str:
    lines = readme.read_text(encoding="utf-8").split("\n")
    assert lines[each.line - 1].strip() == each.text, f"{readme}:{each.line} is another line"
    lines[each.line - 1] = turned_round(each).text
    return "\n".join(lines)


def _up_to(lesson: Lesson, step: Step) -> Lesson:
    """What has to be run: the steps before a step, nothing before a review."""
    reviews = tuple(each for each in lesson.reviews if each.line == step.line)
    steps = () if reviews else lesson.steps[: step.number]
    return replace(lesson, steps=steps, reviews=reviews)


def main() -> int:
    """Print a row for each lesson, then every line that was not caught."""
    began, missed, lines = time.perf_counter(), list[Turn](), 0
    print(f"{'lesson':28}{'lines':>6}{'caught':>8}{'seconds':>9}")
    with Site(0) as site:
        for folder in folders(LESSONS).values():
            since = time.perf_counter()
            turns = turn_all(folder / "README.md", site)
            not_caught = [turn for turn in turns if turn.instead]
            took, caught = time.perf_counter() - since, len(turns) - len(not_caught)
            print(f"{folder.name:28}{len(turns):6}{caught:8}{took:9.1f}", flush=True)
            missed, lines = missed + not_caught, lines + len(turns)
    total = time.perf_counter() - began
    print(f"{'all':28}{lines:6}{lines - len(missed):8}{total:9.1f}")
    for turn in missed:
        print(turn)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
