"""A class in numbers: which checks fail most, who has passed what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sandbox.tutor.exercise.collect import Collected, Student
from sandbox.tutor.exercise.result import ERROR, FAILED, NOT_RUN, PASSED, CheckResult

DONE = (PASSED, FAILED, ERROR)
Names = dict[str, dict[str, str]]  # of each exercise: its checks by name, with their sentences
NOTHING = "none"  # where a student has handed in nothing


@dataclass(frozen=True)
class CheckCount:
    """One check: how many failed it, of those for whom it was done."""

    name: str
    sentence: str
    failed: int
    done: int


@dataclass(frozen=True)
class ExerciseCount:
    """One exercise: who passed it, who handed it in, and its checks, most failed first."""

    number: str
    title: str
    passed: int
    handed_in: int
    checks: list[CheckCount]

    @property
    def failing(self) -> list[CheckCount]:
        return [check for check in self.checks if check.failed]

    @property
    def was_done(self) -> bool:
        return any(check.done for check in self.checks)


def complete(collected: Collected, known: Names) -> None:
    """A check that is missing from a result was not passed: fill it in, and say so.

    `known` names the checks of an exercise; what anybody in the class has counts, too.
    """
    wanted = _wanted(collected.students, known)
    for student in collected.students:
        for number, result in student.results.items():
            have = {check.name for check in result.checks}
            lacking = [each for each in wanted[number] if each not in have]
            filled = [CheckResult(each, wanted[number][each], NOT_RUN) for each in lacking]
            if lacking and result.checks:
                student.results[number] = replace(result, checks=result.checks + filled)
                collected.left_out.append(
                    f"{student.name}: exercise {number} lacks {len(lacking)} of its "
                    f"{len(wanted[number])} checks, so it is not counted as passed."
                )


def _wanted(students: list[Student], known: Names) -> Names:
    wanted = {number: dict(checks) for number, checks in known.items()}
    for student in students:
        for number, result in student.results.items():
            of_number = wanted.setdefault(number, {})
            for check in result.checks:
                of_number.setdefault(check.name, check.sentence)
    return wanted


def sum_up(students: list[Student]) -> list[ExerciseCount]:
    """The exercises that anybody has handed in, in order of their numbers."""
    numbers = sorted({number for student in students for number in student.results})
    return [_exercise(number, students) for number in numbers]


def _exercise(number: str, students: list[Student]) -> ExerciseCount:
    results = [student.results[number] for student in students if number in student.results]
    passed = sum(result.has_passed for result in results)
    checks = _checks([_once(result.checks) for result in results])
    return ExerciseCount(number, results[0].title, passed, len(results), checks)


def _once(checks: Iterable[CheckResult]) -> dict[str, CheckResult]:
    """By name, so that nobody counts twice."""
    return {check.name: check for check in checks}


def _checks(of_each: list[dict[str, CheckResult]]) -> list[CheckCount]:
    sentences = {name: check.sentence for checks in of_each for name, check in checks.items()}
    counts = [_count(name, sentence, of_each) for name, sentence in sentences.items()]
    return sorted(counts, key=_share, reverse=True)


def _count(name: str, sentence: str, of_each: list[dict[str, CheckResult]]) -> CheckCount:
    outcomes = [checks[name].outcome for checks in of_each if name in checks]
    done = [outcome for outcome in outcomes if outcome in DONE]
    return CheckCount(name, sentence, len(done) - done.count(PASSED), len(done))


def _share(check: CheckCount) -> tuple[int, float]:
    """How many, then how many of those for whom it was done."""
    return check.failed, check.failed / (check.done or 1)


def hardest(exercises: list[ExerciseCount]) -> tuple[ExerciseCount, CheckCount] | None:
    """The check that fails most in all of them; None when nothing fails."""
    firsts = [(each, each.failing[0]) for each in exercises if each.failing]
    return max(firsts, key=lambda pair: _share(pair[1]), default=None)


def standing(student: Student, number: str) -> str:
    """passed, failed, error, or none."""
    result = student.results.get(number)
    return result.verdict if result else NOTHING
