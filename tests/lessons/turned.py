"""Every expectation of every lesson, turned round: on the same exchange it must not be met.

    python -m tests.lessons.turned

An expectation that holds either way would teach nothing. A lesson is run once. Wherever a line of
an `expect` fence is judged, it is read with its operator's pair and judged again; the options of
predictions are left alone, since of them all but one are untrue already.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from sandbox.tutor.lesson import judge
from sandbox.tutor.lesson.auto import run_lesson
from sandbox.tutor.lesson.expectations import TURNED, parse_expectation
from sandbox.tutor.lesson.judge import Judged, Sighting
from sandbox.tutor.lesson.parts import Expectation, Step
from sandbox.tutor.lesson.reader import read_lesson
from sandbox.tutor.lesson.shelf import folders, sound
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.world import World
from tests.lessons.ours import LESSONS


def turned_round(expectation: Expectation) -> Expectation:
    """The same with the operator's pair: it is met exactly when this one is not."""
    operator = TURNED[expectation.operator]
    subject = f"{expectation.subject} {expectation.name}".rstrip()
    text = f"{subject} {operator} {expectation.value}".rstrip()
    return parse_expectation(text, expectation.line)


@dataclass(frozen=True)
class Turn:
    """One line turned round; `instead` is what was wrong, empty when it was not met."""

    readme: Path
    expectation: Expectation
    instead: str

    def __str__(self) -> str:
        turned = turned_round(self.expectation).text
        return f"{self.readme}:{self.expectation.line}: turned to {turned!r}: {self.instead}"


def turn_all(readme: Path, site: Site) -> list[Turn]:
    """Each expectation of a lesson, turned round where the lesson judges it."""
    lesson = sound(*read_lesson(readme))
    held: dict[int, bool] = {}  # by the line: was it met turned round, too?
    really = judge.judge

    def both_ways(expectation: Expectation, sighting: Sighting, world: World) -> Judged:
        turned = really(turned_round(expectation), sighting, world)
        held[expectation.line] = held.get(expectation.line, False) or turned.is_met
        return really(expectation, sighting, world)

    with patch.object(judge, "judge", both_ways):
        done = [each.step for each in run_lesson(lesson, site) if not each.left_out]
    lines = [each for step in done for each in expectations_of(step)]
    return [Turn(readme, each, _instead(held.get(each.line))) for each in lines]


def _instead(held: bool | None) -> str:
    if held is None:
        return "it was never judged"
    return "it holds either way" if held else ""


def expectations_of(step: Step) -> Iterator[Expectation]:
    for request in step.requests:
        yield from request.expectations


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
