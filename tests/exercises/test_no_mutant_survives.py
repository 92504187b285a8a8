"""The checks see every change of a solution that makes a difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.tutor.exercise.shelf import EXERCISES, read_exercise
from tests.exercises.mutants import tally
from tests.wire.children import ROOT

pytestmark = pytest.mark.slow
FOLDERS = sorted(path.parent for path in (ROOT / EXERCISES).glob("*/solution.py"))


@pytest.fixture(autouse=True)
def in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_mutant_is_caught_or_excused(folder: Path) -> None:
    found = tally(read_exercise(folder))
    assert found.mutants > 0
    assert [str(each.mutant) for each in found.unexcused] == []
    assert [each.line for each in found.stale] == []
