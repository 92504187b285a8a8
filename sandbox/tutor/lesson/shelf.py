"""The lessons that there are, by number."""

from __future__ import annotations

from pathlib import Path

from sandbox.login.problems import Problem
from sandbox.tutor import shelf
from sandbox.tutor.lesson.parts import Lesson, Mistake
from sandbox.tutor.lesson.reader import read_lesson

LESSONS = Path("lessons")


def folders(lessons: Path = LESSONS) -> dict[str, Path]:
    """Each lesson's folder by its number; Problem when there are none here."""
    return shelf.folders(lessons, "lesson")


def find_lesson(number: str, lessons: Path = LESSONS) -> Lesson:
    """The lesson with this number; Problem when there is none, or when it cannot be read."""
    return sound(*read_lesson(folder_of(number, lessons) / "README.md"))


def folder_of(number: str, lessons: Path = LESSONS) -> Path:
    """Where the lesson with this number stands; Problem when there is none."""
    return shelf.folder_of(number, lessons, "lesson")


def sound(lesson: Lesson, mistakes: list[Mistake]) -> Lesson:
    """A lesson with a mistake is not run: what it taught might be untrue."""
    if mistakes:
        raise Problem(f"{mistakes[0]}\nCorrect it; `lesson --lint` names every mistake.")
    return lesson
