"""The exercises that there are, by number, and where the student's answers stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sandbox.login.problems import Problem
from sandbox.tutor import shelf

EXERCISES = Path("exercises")
ANSWERS = Path("work/exercises")
TITLE = re.compile(r"# (\d\d) · (.+)")
UNDER = re.compile(r"After lesson (\d\d) · ([^·]+) · about \d+ minutes")


@dataclass(frozen=True)
class Exercise:
    """One exercise: its folder, and what the first lines of its README say."""

    folder: Path
    number: str
    title: str
    after: str
    form: str

    @property
    def readme(self) -> Path:
        return self.folder / "README.md"

    @property
    def starter(self) -> Path:
        return self.folder / "starter.py"

    @property
    def solution(self) -> Path:
        return self.folder / "solution.py"

    @property
    def check(self) -> Path:
        return self.folder / "check.py"

    @property
    def wrong(self) -> list[Path]:
        return sorted((self.folder / "wrong").glob("*.py"))

    @property
    def file_name(self) -> str:
        """Of the student's answer."""
        return f"{self.folder.name}.py"


def folders(exercises: Path = EXERCISES) -> list[Path]:
    """Each exercise's folder in order; Problem when there are none here."""
    return list(shelf.folders(exercises, "exercise").values())


def all_exercises(exercises: Path = EXERCISES) -> list[Exercise]:
    """Every exercise in order; Problem when there are none here, or one cannot be read."""
    return [read_exercise(folder) for folder in folders(exercises)]


def after_lesson(lesson: str, exercises: Path = EXERCISES) -> list[Exercise]:
    """The exercises that fit after this lesson; none where there are no exercises."""
    there = all_exercises(exercises) if exercises.is_dir() else []
    return [each for each in there if each.after == lesson]


def find_exercise(number: str, exercises: Path = EXERCISES) -> Exercise:
    """The exercise with this number; Problem when there is none."""
    return read_exercise(shelf.folder_of(number, exercises, "exercise"))


def read_exercise(folder: Path) -> Exercise:
    """What the first lines of the README say; Problem when they do not say it."""
    lines = _lines_of(folder / "README.md")
    title = TITLE.fullmatch(lines[0]) if lines else None
    under = UNDER.fullmatch(lines[2]) if len(lines) > 2 else None
    if not title or not under or title[1] != folder.name[:2]:
        raise Problem(
            f"{folder / 'README.md'} must begin with `# {folder.name[:2]} · Title`, an empty line "
            "and `After lesson 03 · write it · about 20 minutes`."
        )
    return Exercise(folder, title[1], title[2], *under.groups())


def _lines_of(readme: Path) -> list[str]:
    try:
        return readme.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise Problem(f"{readme} is not UTF-8 text. Save it as UTF-8.") from None
