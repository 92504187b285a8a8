"""The lessons that there are, by number."""

from __future__ import annotations

from pathlib import Path

from sandbox.login.problems import Problem
from sandbox.tutor.lesson.parts import Lesson, Mistake
from sandbox.tutor.lesson.reader import read_lesson

LESSONS = Path("lessons")


def folders(lessons: Path = LESSONS) -> dict[str, Path]:
    """Each lesson's folder by its number; Problem when there are none here."""
    found = sorted(lessons.glob("[0-9][0-9]_*/README.md"))
    if not found:
        raise Problem(
            f"There are no lessons in {lessons.absolute()}. "
            "Start in the folder of the sandbox, where lessons/ stands."
        )
    there: dict[str, Path] = {}
    for path in found:
        other = there.setdefault(path.parent.name[:2], path.parent)
        if other != path.parent:
            raise Problem(f"{other.name} and {path.parent.name} have one number; rename one.")
    return there


def find_lesson(number: str, lessons: Path = LESSONS) -> Lesson:
    """The lesson with this number; Problem when there is none, or when it cannot be read."""
    return sound(*read_lesson(folder_of(number, lessons) / "README.md"))


def folder_of(number: str, lessons: Path = LESSONS) -> Path:
    """Where the lesson with this number stands; Problem when there is none."""
    there = folders(lessons)
    if number.zfill(2) not in there:
        raise Problem(f"There is no lesson {number}. There are {', '.join(there)}.")
    return there[number.zfill(2)]


def sound(lesson: Lesson, mistakes: list[Mistake]) -> Lesson:
    """A lesson with a mistake is not run: what it taught might be untrue."""
    if mistakes:
        raise Problem(f"{mistakes[0]}\nCorrect it; `lesson --lint` names every mistake.")
    return lesson
