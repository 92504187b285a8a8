"""The checks of an exercise: functions with a sentence, three hints and what they need."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.login.problems import Problem

if TYPE_CHECKING:
    from sandbox.tutor.exercise.exam import Exam

LIMIT = 2.0  # seconds a check may take
Attack = Callable[["Exam"], None]


@dataclass(frozen=True)
class Check:
    """One check. `hints` lead on: the idea, the place, nearly the code. `limit` in seconds."""

    attack: Attack
    hints: tuple[str, str, str]
    needs: tuple[str, ...]
    limit: float

    @property
    def name(self) -> str:
        return self.attack.__name__

    @property
    def sentence(self) -> str:
        """What the student reads: the first paragraph of its docstring, in one line."""
        text = inspect.getdoc(self.attack) or ""
        return " ".join(text.partition("\n\n")[0].split())


def check(
    *, idea: str, place: str, code: str, needs: Sequence[Check] = (), limit: float = LIMIT
) -> Callable[[Attack], Check]:
    """Make a check of a function; it is skipped unless all that it `needs` were passed."""
    names = tuple(each.name for each in needs)
    return lambda attack: Check(attack, (idea, place, code), names, limit)


def load_checks(path: Path) -> list[Check]:
    """The checks of a check.py in the order of the file; Problem when it cannot be run."""
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}.check", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise Problem(f"There is no {path}. Each exercise has its checks in check.py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look it up there
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # whoever writes an exercise may make any mistake
        last = traceback.format_exception_only(error)[-1].strip()
        raise Problem(f"{path} cannot be run: {last}. Correct it, then go on.") from None
    checks = [each for each in vars(module).values() if isinstance(each, Check)]
    if not checks:
        raise Problem(f"{path} has no check. exercises/README.md says how one is written.")
    return checks
