"""The measure of a lesson: on a terminal, in a folder of its own, or left out with a sentence."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import pytest

from sandbox.bench import lessons
from sandbox.bench.harness import Effort
from sandbox.commands import bench
from sandbox.login.problems import Problem
from tests.lessons.course import small_course
from tests.wire.children import ROOT

needs_a_terminal = pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a small course, and an empty one to measure in."""
    monkeypatch.chdir(tmp_path)
    small_course(tmp_path / "lessons")
    (tmp_path / "measured").mkdir()
    return tmp_path


@pytest.mark.slow
@needs_a_terminal
def test_a_lesson_is_measured_and_nobodys_progress_is_touched(course: Path) -> None:
    measure = lessons.measure(Effort(quick=True), course / "measured")
    python, start, enter = (row.numbers["ms"] for row in measure.rows)
    assert 0 < python < start  # a lesson imports all that Python alone does not
    assert enter > 0
    assert [row.ratio is None for row in measure.rows] == [True, False, True]
    assert not (course / "work").exists()


@needs_a_terminal
def test_a_lesson_that_ends_too_early_gives_its_last_words(course: Path) -> None:
    (course / "lessons" / "01_small" / "README.md").write_text("# nothing")
    with pytest.raises(Problem, match="It said: Correct it"):
        lessons.measure(Effort(quick=True), course / "measured")


@pytest.mark.parametrize(
    ("system", "folder", "advice"),
    [
        ("nt", ROOT, "it needs a pseudo-terminal"),
        ("posix", Path("/"), "to measure it, start in the folder"),
    ],
)
def test_where_no_lesson_can_be_measured_it_is_left_out_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    system: str,
    folder: Path,
    advice: str,
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(bench, "MEASURES", {"lessons": lessons.measure})
    monkeypatch.setattr(lessons, "SYSTEM", system)
    assert bench.run(argparse.Namespace(quick=True, json=False)) == 0
    told = capsys.readouterr().out
    assert f"A lesson is left out; {advice}" in told
    assert lessons.TITLE not in told
    assert bench.run(argparse.Namespace(quick=True, json=True)) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["measures"]["lessons"]["rows"] == []
    assert "A lesson" in found["left_out"]


@needs_a_terminal
def test_in_the_folder_of_the_sandbox_it_is_not_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lessons.left_out() == {}
