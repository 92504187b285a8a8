"""Every mistake in an exercise: its files, its checks, what the examiner says to its answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sandbox.login.problems import Problem
from sandbox.tutor.exercise.checks import Check, load_checks
from sandbox.tutor.exercise.examiner import Examiner
from sandbox.tutor.exercise.result import ERROR, FAILED, CheckResult, Result
from sandbox.tutor.exercise.shelf import Exercise
from sandbox.tutor.exercise.transcript import RAISED
from sandbox.tutor.exercise.wrong import read_wrong
from sandbox.tutor.lesson.parts import Mistake

A_PAGE = 60  # lines
SECTIONS = ["The task", "The idea", "Not needed"]
FORMS = ("complete it", "put lines in order", "write it", "find the bug")
FEWEST_WRONG, MOST_SENTENCES, HINTS = 3, 3, 3
SENTENCE_END = re.compile(r"[.?!](?:\s|$)")
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
KNOWN = ("README.md", "starter.py", "solution.py", "check.py")
WORKERS = 2


def lint(exercises: list[Exercise]) -> list[Mistake]:
    """All mistakes in these exercises; the answers are examined two at a time."""
    mistakes: list[Mistake] = []
    answers: list[tuple[Exercise, Path]] = []
    for exercise in exercises:
        found = list(_before_examining(exercise))
        mistakes += found
        if not found:
            every = [exercise.starter, exercise.solution, *exercise.wrong]
            answers += [(exercise, path) for path in every]
    with ThreadPoolExecutor(WORKERS) as workers:
        for each in workers.map(_examined, answers):
            mistakes += each
    return mistakes


def _before_examining(exercise: Exercise) -> Iterator[Mistake]:
    yield from _files(exercise)
    yield from _readme(exercise)
    try:
        checks = load_checks(exercise.check)
    except Problem as problem:
        yield Mistake(exercise.check, 1, str(problem))
        return
    yield from _checks(exercise, checks)
    yield from _wrong(exercise, [check.name for check in checks])


def _files(exercise: Exercise) -> Iterator[Mistake]:
    for name in KNOWN:
        if not (exercise.folder / name).is_file():
            yield Mistake(exercise.folder / name, 1, "is missing")
    wrong = exercise.folder / "wrong"
    for path in sorted(exercise.folder.rglob("*")):
        is_cache = "__pycache__" in path.parts
        is_wrong = path == wrong or (path.parent == wrong and path.suffix == ".py")
        is_known = path.parent == exercise.folder and path.name in KNOWN
        if not is_cache and not is_wrong and not is_known:
            yield Mistake(path, 1, "does not belong to an exercise: move it or delete it")


def _readme(exercise: Exercise) -> Iterator[Mistake]:
    text = exercise.readme.read_text(encoding="utf-8")
    lines = text.count("\n")
    if lines > A_PAGE:
        yield Mistake(exercise.readme, lines, f"has {lines} lines; a page has {A_PAGE}")
    if HEADING.findall(text) != SECTIONS:
        yield Mistake(exercise.readme, 1, f"must have the sections {', '.join(SECTIONS)}")
        return
    idea = text.partition("## The idea")[2].partition("## ")[0]
    sentences = len(SENTENCE_END.findall(idea))
    if sentences > MOST_SENTENCES:
        yield Mistake(exercise.readme, 1, f"its idea has {sentences} sentences, at most 3 fit")
    if exercise.form not in FORMS:
        yield Mistake(exercise.readme, 3, f"the form must be one of: {', '.join(FORMS)}")


def _checks(exercise: Exercise, checks: list[Check]) -> Iterator[Mistake]:
    seen: set[str] = set()
    for check in checks:
        line = check.attack.__code__.co_firstlineno
        if not check.sentence.endswith("."):
            yield Mistake(exercise.check, line, f"{check.name} needs a sentence as its docstring")
        if check.sentence in seen:
            yield Mistake(exercise.check, line, f"two checks say: {check.sentence}")
        seen.add(check.sentence)
        if len({hint.strip() for hint in check.hints if hint.strip()}) < HINTS:
            yield Mistake(exercise.check, line, f"{check.name} needs three different hints")


def _wrong(exercise: Exercise, names: list[str]) -> Iterator[Mistake]:
    if len(exercise.wrong) < FEWEST_WRONG:
        yield Mistake(exercise.folder / "wrong", 1, "needs at least three wrong answers")
    for path in exercise.wrong:
        try:
            wrong = read_wrong(path)
        except Problem as problem:
            yield Mistake(path, 1, str(problem).removeprefix(f"{path} "))
            continue
        if wrong.caught_by not in names:
            yield Mistake(path, 1, "must begin with `# Caught by: ` and the name of a check")
        if not wrong.why:
            yield Mistake(path, 2, "needs a docstring that says why it is wrong")


def _examined(answer: tuple[Exercise, Path]) -> list[Mistake]:
    exercise, path = answer
    with Examiner() as examiner:
        result = examiner.examine(exercise, path)
    if path == exercise.solution:
        says = _of_solution(result)
    elif path == exercise.starter:
        says = _of_starter(result)
    else:
        says = _of_wrong(read_wrong(path).caught_by, result)
    return [Mistake(path, 1, says)] if says else []


def _of_solution(result: Result) -> str:
    if not result.has_passed:
        return f"the solution does not pass: {told(result)}"
    silent = [each.name for each in result.checks if not any(s.expected for s in each.steps)]
    return f"{silent[0]} asks nothing, so it passes whatever is given" if silent else ""


def _of_starter(result: Result) -> str:
    if result.has_passed:
        return "the starter passes as it is"
    bad = next((check for check in result.checks if _is_with_an_error(check)), None)
    if result.lead is None or bad:
        return f"the starter must fail by what it gives, not with an error: {told(result, bad)}"
    return ""


def _of_wrong(name: str, result: Result) -> str:
    if result.has_passed:
        return f"it passes; {name} must catch it"
    if result.lead is None or result.lead.name != name:
        return f"{name} must be the first to catch it, but it was caught by: {told(result)}"
    if result.lead.outcome != FAILED:
        return f"{name} must catch it by what it expects, not with an error: {told(result)}"
    return ""


def _is_with_an_error(check: CheckResult) -> bool:
    """Not by a value: also by an exception that went through the student's own lines."""
    if check.outcome == FAILED:
        return check.steps[-1].observed.startswith(RAISED)
    return check.outcome == ERROR


def told(result: Result, check: CheckResult | None = None) -> str:
    """In one line: the check that caught it, unless another is given, and what it said."""
    lead = check or result.lead
    if lead is None:
        return result.says or "nothing"
    last = lead.steps[-1] if lead.steps else None
    parted = f"{last.act} expected {last.expected}, observed {last.observed}" if last else ""
    return f"{lead.name} ({lead.outcome}): {lead.says or parted}"
