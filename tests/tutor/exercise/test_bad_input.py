"""Whatever a student hands in by accident gets a sentence; nothing of it counts as passed."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.tutor.exercise.shelf import Exercise
from tests.exercises.bad_input import CASES, Case, examine, said, small_exercise


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    return small_exercise(tmp_path)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_mishap_gets_its_sentence(case: Case, exercise: Exercise, tmp_path: Path) -> None:
    result = examine(case, exercise, tmp_path)
    says, advice, frames = said(result)
    assert (result.verdict, says, advice) == (case.verdict, case.says, case.advice)
    assert frames[-1:] == ([case.frame] if case.frame else [])
    assert result.has_passed == (case.verdict == "passed")
