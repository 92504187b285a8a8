"""What a student sees of an exercise: the task, the verdict, hints, the solution, the list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from rich.syntax import Syntax

from sandbox.tutor.exercise.checks import Check
from sandbox.tutor.exercise.result import ERROR, FAILED, PASSED, SKIPPED, CheckResult, Result, Step
from sandbox.tutor.exercise.shelf import Exercise
from sandbox.tutor.exercise.showing import AN_OBJECT
from sandbox.tutor.exercise.wrong import Wrong
from sandbox.tutor.progress import ExerciseProgress
from sandbox.tutor.writing import Writing

KINDS = ("the idea", "the place", "nearly the code")
MOST_PRINTED = 8  # lines
MOST_ACTS = 4  # the whole transcript is in the JSON
TITLE_LINE = re.compile(r"\A# .*\n")


class Board(Writing):
    """Where an exercise is shown."""

    keys = "h hint · s solution · t task · r begin afresh · l list · n next · q quit"

    def task(self, exercise: Exercise, file: Path) -> None:
        """The README, then where the answer stands."""
        self.title(f"{exercise.number} · {exercise.title}")
        self.prose(TITLE_LINE.sub("", exercise.readme.read_text(encoding="utf-8")).strip())
        self.say()
        self.say(f"Your file: {file}")

    def verdict(self, result: Result) -> None:
        """What was found: the check that it is about, up to where expected and observed part."""
        self.title(f"{result.exercise} · {result.title} · {result.file}")
        if result.says:
            self._could_not(result.says, result.advice, result.frames)
        elif result.lead:
            self._lead(result.lead, _counted(result))
        else:
            self._passed(result)
        for note in result.notes:
            self.say(f"Note: {note}")

    def short(self, result: Result) -> None:
        """One result among others: what is not yet as it should be."""
        sign, word = ("✓ ", "passed ") if result.has_passed else ("✗ ", "not yet")
        sign = "" if self._plain else sign  # the word says it
        self.say(f"{sign}{word} {result.exercise} · {result.title}")
        about = result.says or (result.lead.sentence if result.lead else "")
        if about:
            self.say(f"          {about}")

    def sum_up(self, results: Sequence[Result]) -> None:
        passed = sum(result.has_passed for result in results)
        self.say()
        self.say(f"{passed} of {len(results)} exercises passed.")
        if passed < len(results):
            number = next(each.exercise for each in results if not each.has_passed)
            self.say(f"What is expected and seen: make check N={number}")

    def hint(self, check: Check, number: int) -> None:
        """Its hint by number, from 1; the ones before are known."""
        self.say()
        self.say(f"Hint {number} of {len(KINDS)}, {KINDS[number - 1]}, for: {check.sentence}")
        self.say(f"  {check.hints[number - 1]}")

    def solution(self, exercise: Exercise, wrong: Sequence[Wrong]) -> None:
        """One good answer, and why each wrong one is wrong."""
        self.say()
        self.title(f"A solution: {exercise.solution}")
        self.code(exercise.solution.read_text(encoding="utf-8"))
        self.title("Why other answers are wrong")
        for each in wrong:
            self.say()
            self.say(f"{each.path.stem.replace('_', ' ')} ({each.path})")
            for paragraph in each.why.split("\n\n"):
                self.say(f"  {' '.join(paragraph.replace('`', '').split())}")

    def code(self, source: str) -> None:
        """A program, as it is written."""
        program = self._painter.writable(source)
        syntax = Syntax(program, "python", theme="ansi_dark", background_color="default")
        self._console.print(syntax.highlight(program), soft_wrap=True)

    def row(self, exercise: Exercise, mine: ExerciseProgress, begun: bool) -> None:
        """One line of the list."""
        state = "passed" if mine.passed else "begun" if begun else "not begun"
        seen = "; solution seen" if mine.solution_seen else ""
        name = f"{exercise.number} {exercise.title}"
        self.say(f"{name:30} {state:10} after {exercise.after} · {exercise.form}{seen}")

    def _passed(self, result: Result) -> None:
        for check in result.checks:
            self.say(f"  ✓ {check.sentence}")
        self.say()
        self.strong(f"Passed: {len(result.checks)} of {len(result.checks)} checks.")

    def _lead(self, lead: CheckResult, counted: str) -> None:
        self.strong(lead.sentence)
        self.say(counted)
        self.say()
        self._transcript(lead.steps)
        self._could_not(lead.says, lead.advice, lead.frames, lead.printed)

    def _transcript(self, steps: Sequence[Step]) -> None:
        """What was done, up to the place where they part; of many acts the last ones."""
        begins = [number for number, step in enumerate(steps) if step.act]
        if len(begins) > MOST_ACTS:
            self.say(f"  ({len(begins) - MOST_ACTS} before, as expected)")
        for step in steps[begins[-MOST_ACTS:][0] if begins else 0 :]:
            self._step(step)

    def _step(self, step: Step) -> None:
        if step.act:
            self.line(f"  > {step.act}")
        if step.met and step.expected:
            self.line(f"    as expected  {step.expected}")
        elif step.met and not step.observed.endswith(AN_OBJECT):
            self.line(f"    gave         {step.observed}")
        elif not step.met:
            self.line(f"    expected     {step.expected}")
            self.line(f"    observed     {step.observed}")
            self.say("    Here they part.")

    def _could_not(self, says: str, advice: str, frames: Sequence[str], printed: str = "") -> None:
        """What happened, what was printed, what to try; the student's own lines last."""
        self.say()
        if says:
            self.say(says)
        if printed.strip():
            lines = printed.strip().splitlines()
            self.say("Your file printed:")
            for line in lines[:MOST_PRINTED]:
                self.line(f"    {line}")
            if len(lines) > MOST_PRINTED:
                self.say(f"    … ({len(lines) - MOST_PRINTED} more lines)")
        self.say(f"What to try: {advice}")
        if frames:
            self.say("In your file:")
        for frame in frames:
            self.line(f"    {frame}")


def _counted(result: Result) -> str:
    """`(4 of 10 checks passed; 1 did not; 5 skipped, as each needs one that failed)`"""
    outcomes = [check.outcome for check in result.checks]
    words = [f"{outcomes.count(PASSED)} of {len(outcomes)} checks passed"]
    failed = outcomes.count(FAILED) + outcomes.count(ERROR)
    words += [f"{failed} did not"]
    if SKIPPED in outcomes:
        words += [f"{outcomes.count(SKIPPED)} skipped, as each needs one that failed"]
    return f"({'; '.join(words)})"
