"""What a student sees of an exercise: the task, the verdict, hints, the solution, the list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from rich.syntax import Syntax

from sandbox.tutor.exercise.checks import Check
from sandbox.tutor.exercise.lint import Wrong
from sandbox.tutor.exercise.result import FAILED, NOT_RUN, PASSED, CheckResult, Result, Step
from sandbox.tutor.exercise.shelf import Exercise
from sandbox.tutor.progress import ExerciseProgress
from sandbox.tutor.writing import Writing

MARKS = {PASSED: "✓ passed", FAILED: "✗ failed", "error": "✗ error", "skipped": "· skipped"}
MARK_WIDTH = 11  # columns
KINDS = ("the idea", "the place", "nearly the code")
MOST_PRINTED = 8  # lines
TITLE_LINE = re.compile(r"\A# .*\n")
HERE = "they part here"


class Board(Writing):
    """Where an exercise is shown."""

    keys = "h hint · s solution · r begin afresh · l list · n next · q quit"

    def task(self, exercise: Exercise, file: Path) -> None:
        """The README, then where the answer stands."""
        self.title(f"{exercise.number} · {exercise.title}")
        self.prose(TITLE_LINE.sub("", exercise.readme.read_text(encoding="utf-8")).strip())
        self.say()
        self.say(f"Your file: {file}")

    def verdict(self, result: Result) -> None:
        """One result: each check in a line, then the one that it is about."""
        self.say()
        self.title(f"{result.exercise} · {result.title} · {result.file}")
        if result.says:
            self._could_not(result.says, result.advice, result.frames)
        else:
            for check in result.checks:
                self._marked(check)
            self._lead(result)
        for note in result.notes:
            self.say(f"Note: {note}")

    def short(self, result: Result) -> None:
        """One result in two lines, among others."""
        word = {PASSED: "✓ passed", FAILED: "✗ not yet"}.get(result.verdict, "✗ not yet")
        self.say(f"{word}  {result.exercise} · {result.title}")
        lead = result.says or (result.lead.sentence if result.lead else "")
        if lead:
            self.say(f"             {lead}")

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
                self.say(f"  {' '.join(paragraph.split())}")

    def code(self, source: str) -> None:
        """A program, as it is written."""
        syntax = Syntax(
            self._painter.writable(source), "python", theme="ansi_dark", background_color="default"
        )
        self._console.print(syntax)

    def row(self, exercise: Exercise, mine: ExerciseProgress, begun: bool) -> None:
        """One line of the list."""
        state = "passed" if mine.passed else "begun" if begun else "not begun"
        seen = "; solution seen" if mine.solution_seen else ""
        name = f"{exercise.number} {exercise.title}"
        after = f"after lesson {exercise.after}, {exercise.form}"
        self.say(f"{name:31}{state + seen:25}{after}")

    def _marked(self, check: CheckResult) -> None:
        mark = MARKS.get(check.outcome, f"· {NOT_RUN}")
        self.say(f"  {mark:{MARK_WIDTH}}{check.sentence}")

    def _lead(self, result: Result) -> None:
        lead = result.lead
        if lead is None:
            self.say()
            self.say(f"Passed: every check, {len(result.checks)} of {len(result.checks)}.")
            return
        self.say()
        self.title(lead.sentence)
        for number, step in enumerate(lead.steps, 1):
            self._step(number, step)
        self._could_not(lead.says, lead.advice, lead.frames, lead.printed)

    def _step(self, number: int, step: Step) -> None:
        if step.act:
            self.say(f"  {number}. {step.act}")
        if step.expected:
            self.say(f"     expected  {step.expected}")
        self.say(f"     observed  {step.observed}{'' if step.met else f'   ← {HERE}'}")

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
        self.say(f"What to try: {advice or FOLLOW}")
        if frames:
            self.say("In your file:")
        for frame in frames:
            self.line(f"    {frame}")


FOLLOW = (
    "Follow the last call above through your file, with these values. "
    "Where does it go another way? h gives a hint."
)
