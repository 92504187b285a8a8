"""The measure of an exercise: on a terminal, in its own folder, or left out with a sentence."""

from __future__ import annotations

import argparse
import json
import os
import shutil
from pathlib import Path

import pytest

from sandbox.bench import exercises
from sandbox.bench.harness import Effort
from sandbox.commands import bench
from sandbox.login.problems import Problem
from tests.wire.children import ROOT

needs_a_terminal = pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a copy of the exercises, and an empty one to measure in."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
    (tmp_path / "measured").mkdir()
    return tmp_path


@pytest.mark.slow
@needs_a_terminal
def test_saving_is_measured_and_nobodys_answers_are_touched(course: Path) -> None:
    measure = exercises.measure(Effort(quick=True), course / "measured")
    python, pytest_alone, save, limit = measure.rows
    assert 0 < python.numbers["p50_ms"] < pytest_alone.numbers["p50_ms"]  # pytest is Python, too
    assert 0 < save.numbers["p50_ms"] <= save.numbers["p95_ms"]
    assert save.ratio is not None
    assert limit.ratio is not None
    assert str(limit.ratio.aim) == "<= 1.00"
    assert limit.ratio.median == pytest.approx(save.numbers["p50_ms"] / 250)
    assert not (course / "work").exists()


@pytest.mark.slow
@needs_a_terminal
def test_the_verdicts_that_are_waited_for_are_of_a_right_and_of_a_wrong_answer(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were both the same answer, the second verdict would never come."""
    right = course / "exercises" / exercises.NAME / "solution.py"
    for wrong in (right.parent / "wrong").glob("*.py"):
        shutil.copyfile(right, wrong)
    monkeypatch.setattr("sandbox.bench.student.PATIENCE", 5.0)
    with pytest.raises(Problem, match="did not come to ' checks passed; '"):
        exercises.measure(Effort(quick=True), course / "measured")


@needs_a_terminal
def test_an_exercise_that_ends_too_early_gives_its_last_words(course: Path) -> None:
    (course / "exercises" / exercises.NAME / "check.py").write_text("no check")
    with pytest.raises(Problem, match=r"It said: .*check\.py cannot be run: SyntaxError"):
        exercises.measure(Effort(quick=True), course / "measured")


@needs_a_terminal
def test_a_test_that_pytest_does_not_pass_is_no_measure(course: Path) -> None:
    take = exercises._pytest_in(course / "measured")
    (course / "measured" / "pytest" / "solution.py").write_bytes(b"SessionStore = dict")
    with pytest.raises(Problem, match="pytest ended with 1"):
        take()


@pytest.mark.parametrize(
    ("system", "folder", "module", "advice"),
    [
        ("nt", ROOT, "pytest", "it needs a pseudo-terminal"),
        ("posix", Path("/"), "pytest", "to measure it, start in the folder"),
        ("posix", ROOT, "", "to install pytest beside it"),
    ],
)
def test_where_no_exercise_can_be_measured_it_is_left_out_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    system: str,
    folder: Path,
    module: str,
    advice: str,
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(bench, "MEASURES", {"exercises": exercises.measure})
    monkeypatch.setattr(exercises, "SYSTEM", system)
    monkeypatch.setattr(exercises, "find_spec", lambda name: name == module)
    assert bench.run(argparse.Namespace(quick=True, json=False)) == 0
    told = capsys.readouterr().out
    assert f"An exercise is left out; {advice}" in told
    assert exercises.TITLE not in told
    assert bench.run(argparse.Namespace(quick=True, json=True)) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["measures"]["exercises"]["rows"] == []
    assert "An exercise" in found["left_out"]


@needs_a_terminal
def test_in_the_folder_of_the_sandbox_it_is_not_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert exercises.left_out() == {}
