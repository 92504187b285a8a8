"""Everything that is wrong with a lesson: its text is read, its server loaded, its steps run."""

from __future__ import annotations

from pathlib import Path

from sandbox.login.problems import Problem
from sandbox.tutor.lesson.auto import run_lesson, unsound
from sandbox.tutor.lesson.browsing import RecipeFailed
from sandbox.tutor.lesson.filling import NotAGap
from sandbox.tutor.lesson.judge import Unmet
from sandbox.tutor.lesson.parts import Lesson, Mistake
from sandbox.tutor.lesson.reader import read_lesson
from sandbox.tutor.lesson.site import Site


def lint(readme: Path, site: Site) -> list[Mistake]:
    """The mistakes of one lesson; it is run only when its text has none."""
    lesson, mistakes = read_lesson(readme)
    return mistakes or _mistakes_when_run(lesson, site)


def _mistakes_when_run(lesson: Lesson, site: Site) -> list[Mistake]:
    mistakes = []
    line = 1
    try:
        for done in run_lesson(lesson, site):
            line = done.step.line
            mistake = unsound(done, lesson)
            mistakes += [mistake] if mistake else []
    except Unmet as unmet:
        says = f"expected {unmet.expected}, observed {unmet.seen}"
        mistakes.append(Mistake(lesson.path, unmet.line, says))
    except NotAGap as gap:
        mistakes.append(Mistake(lesson.path, gap.line or line, str(gap)))
    except RecipeFailed as error:
        mistakes.append(Mistake(lesson.path, error.line, str(error)))
    except Problem as error:
        mistakes.append(Mistake(lesson.path, line, f"in the step after this line: {error}"))
    return mistakes
