"""What the checks of an exercise do not see: its solution, changed in one place at a time.

    python -m tests.exercises.mutants [NN ...]

A mutant that passes every check is a survivor: a check is missing, or it does the same as the
solution. Then it is excused in `excused.py`; an excuse without a survivor is stale.
"""

from __future__ import annotations

import queue
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sandbox.login.problems import Problem
from sandbox.tutor.exercise.examiner import Examiner
from sandbox.tutor.exercise.shelf import Exercise, all_exercises, find_exercise
from tests.exercises.excused import EXCUSED, Excuse
from tests.exercises.mutator import Mutant, mutants_of

WORKERS = 2
HEAD = f"{'exercise':32}{'mutants':>8}{'caught':>8}{'share':>7}{'excused':>9}"


@dataclass(frozen=True)
class Survivor:
    """A mutant that was not caught; `says` is why not, when it broke a check."""

    mutant: Mutant
    says: str = ""


@dataclass(frozen=True)
class Tally:
    """What became of an exercise's mutants."""

    exercise: Exercise
    mutants: int
    survivors: list[Survivor]
    excuses: list[Excuse]

    @property
    def unexcused(self) -> list[Survivor]:
        return [each for each in self.survivors if not self._excuses_of(each)]

    @property
    def stale(self) -> list[Excuse]:
        used = [excuse for each in self.survivors for excuse in self._excuses_of(each)]
        return [excuse for excuse in self.excuses if excuse not in used]

    def _excuses_of(self, survivor: Survivor) -> list[Excuse]:
        return [each for each in self.excuses if each.is_for(survivor.mutant.after)]

    def row(self) -> str:
        caught = self.mutants - len(self.survivors)
        share = f"{caught / (self.mutants or 1):.0%}"
        excused = len(self.survivors) - len(self.unexcused)
        return f"{self.exercise.folder.name:32}{self.mutants:8}{caught:8}{share:>7}{excused:9}"

    def findings(self) -> list[str]:
        where = self.exercise.solution
        found = [f"{where}:{each.mutant}{each.says}" for each in self.unexcused]
        return found + [f"{where}: a stale excuse: {each.line}" for each in self.stale]


def tally(exercise: Exercise, excused: Iterable[Excuse] = EXCUSED) -> Tally:
    """Examine all mutants. Problem: the solution itself does not pass."""
    source = exercise.solution.read_text(encoding="utf-8")
    _check_solution(exercise)
    mutants = mutants_of(source)
    excuses = [each for each in excused if each.exercise == exercise.number]
    return Tally(exercise, len(mutants), survivors_of(exercise, mutants), excuses)


def _check_solution(exercise: Exercise) -> None:
    with Examiner() as examiner:
        result = examiner.examine(exercise, exercise.solution)
    if not result.has_passed:
        raise Problem(
            f"{exercise.solution} itself does not pass. Mend it, or its checks; then try again."
        )


def survivors_of(exercise: Exercise, mutants: list[Mutant]) -> list[Survivor]:
    """Each worker has an examiner of its own."""
    waiting: queue.SimpleQueue[Mutant] = queue.SimpleQueue()
    for mutant in mutants:
        waiting.put(mutant)
    with ThreadPoolExecutor(WORKERS) as pool:
        working = [pool.submit(_work, exercise, waiting) for _ in range(WORKERS)]
        found = [survivor for each in working for survivor in each.result()]
    return sorted(found, key=lambda survivor: mutants.index(survivor.mutant))


def _work(exercise: Exercise, waiting: queue.SimpleQueue[Mutant]) -> list[Survivor]:
    found: list[Survivor] = []
    with tempfile.TemporaryDirectory() as place, Examiner() as examiner, suppress(queue.Empty):
        while True:
            mutant = waiting.get_nowait()
            file = Path(place) / exercise.file_name
            file.write_text(mutant.source, encoding="utf-8")
            found += _examined(examiner, exercise, file, mutant)
    return found


def _examined(examiner: Examiner, exercise: Exercise, file: Path, mutant: Mutant) -> list[Survivor]:
    try:
        result = examiner.examine(exercise, file)
    except Problem as problem:
        return [Survivor(mutant, f"  (it broke a check: {' '.join(str(problem).split())})")]
    return [Survivor(mutant)] if result.has_passed else []


def main(numbers: list[str]) -> int:
    """A row for each exercise, then each survivor and each stale excuse; 1 when there is one."""
    exercises = [find_exercise(number) for number in numbers] or all_exercises()
    findings: list[str] = []
    print(HEAD)
    for exercise in exercises:
        counted = tally(exercise)
        print(counted.row(), flush=True)
        findings += counted.findings()
    print(*findings, sep="\n")
    return 1 if findings else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as problem:
        sys.exit(str(problem))
