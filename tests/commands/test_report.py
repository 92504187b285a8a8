"""`report` shows a class in one view: on the screen, in a pipe, as JSON lines."""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox import __main__ as command_line
from sandbox.commands import report as command
from sandbox.login.problems import Problem
from tests.wire.children import ROOT

SENTENCE = "A cookie that was changed by one character is refused with BAD_SIGNATURE."


@pytest.fixture(autouse=True)
def where_no_exercises_stand(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))


def line(exercise: str, title: str, says: str = "", **outcomes: str) -> str:
    checks = [
        {
            "name": name,
            "sentence": SENTENCE if name == "changed" else f"{name}.",
            "outcome": outcome,
        }
        for name, outcome in outcomes.items()
    ]
    fields: dict[str, Any] = {"v": 1, "exercise": exercise, "title": title, "says": says}
    return json.dumps({**fields, "checks": checks}) + "\n"


VERIFY, STORE = ("04", "Verify a cookie"), ("05", "A session store")
CLASS = {
    "alice": line(*VERIFY, fresh="passed", changed="passed") + line(*STORE, finds="failed"),
    "bob": line(*VERIFY, fresh="passed", changed="failed"),
    "carol": line(*VERIFY, fresh="failed", changed="failed") + "{\n",
}
TEXT = """\
Students: 3. Exercises: 2.

Fails most: exercise 04, for 2 of 3
  A cookie that was changed by one character is refused with BAD_SIGNATURE.

Passed, by how many
  04 Verify a cookie                      1 of 3
  05 A session store                      0 of 3

Failed checks, of those for whom the check was done
  04 Verify a cookie
    2 of 3  A cookie that was changed by one character is refused with
            BAD_SIGNATURE.
    1 of 3  fresh.
  05 A session store
    1 of 1  finds.

  student  04         05
  alice    ✓ passed   ✗ failed
  bob      ✗ failed   – none
  carol    ✗ failed   – none

Left out
  carol.json: line 2 is no whole line of `check --json`. Examine this answer
  again.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in CLASS.items():
        (tmp_path / f"{name}.json").write_text(text)
    return tmp_path


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(words))


Ask = Callable[..., str]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    def ask_report(folder: Path, *words: str) -> str:
        run(str(folder), *words)
        return capsys.readouterr().out

    return ask_report


def test_the_whole_class_is_shown(folder: Path, ask: Ask) -> None:
    assert ask(folder) == TEXT


def test_json_has_a_line_for_each_exercise_student_and_thing_left_out(
    folder: Path, ask: Ask
) -> None:
    lines = [json.loads(each) for each in ask(folder, "--json").splitlines()]
    assert lines == [
        {
            "v": 1,
            "exercise": "04",
            "title": "Verify a cookie",
            "passed": 1,
            "handed_in": 3,
            "checks": [
                {"name": "changed", "sentence": SENTENCE, "failed": 2, "done": 3},
                {"name": "fresh", "sentence": "fresh.", "failed": 1, "done": 3},
            ],
        },
        {
            "v": 1,
            "exercise": "05",
            "title": "A session store",
            "passed": 0,
            "handed_in": 1,
            "checks": [{"name": "finds", "sentence": "finds.", "failed": 1, "done": 1}],
        },
        {"v": 1, "student": "alice", "exercises": {"04": "passed", "05": "failed"}},
        {"v": 1, "student": "bob", "exercises": {"04": "failed", "05": "none"}},
        {"v": 1, "student": "carol", "exercises": {"04": "failed", "05": "none"}},
        {
            "v": 1,
            "left_out": "carol.json: line 2 is no whole line of `check --json`. "
            "Examine this answer again.",
        },
    ]


def test_the_exit_code_says_whether_something_was_left_out(folder: Path) -> None:
    assert run(str(folder)) == 1
    (folder / "carol.json").write_text(CLASS["alice"])
    assert run(str(folder)) == 0


def test_an_output_without_these_signs_gets_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", out)
    run(str(folder))
    out.seek(0)
    assert "  alice    + passed   x failed\n  bob      x failed   - none\n" in out.read()


@pytest.mark.parametrize("name", ["\x1b[31mred", "[bold]x", "<b>x", "x" * 200, "漢字" * 30])
def test_no_name_breaks_the_table(tmp_path: Path, ask: Ask, name: str) -> None:
    (tmp_path / f"{name}.json").write_text(line(*VERIFY, changed="passed"))
    out = ask(tmp_path)
    (row,) = [each for each in out.splitlines() if "✓ passed" in each]
    shown = name.replace("\x1b", "\\x1b")
    assert row.strip().startswith(shown[:8])
    assert out.replace("\n", "").isprintable()


def test_a_name_too_long_for_the_table_shows_that_it_was_cut(tmp_path: Path, ask: Ask) -> None:
    for name in ("x" * 24, "y" * 25):
        (tmp_path / f"{name}.json").write_text(line(*VERIFY, changed="passed"))
    assert f"  {'x' * 24}  ✓ passed\n  {'y' * 23}~  ✓ passed\n" in ask(tmp_path)


def test_everything_fits_into_80_columns(tmp_path: Path, ask: Ask) -> None:
    long = {f"{'check ' * 30}{number}": "failed" for number in range(9)}
    text = "".join(line(f"{number:02}", "A title " * 20, **long) for number in range(30))
    (tmp_path / f"{'x' * 200}.json").write_text(text + "{" * 200)
    out = ask(tmp_path)
    assert max(map(len, out.splitlines())) <= 80
    assert out.count("✗ failed") == 30


def test_of_many_failed_checks_the_first_five_are_shown(tmp_path: Path, ask: Ask) -> None:
    failed = {f"c{number}": "failed" for number in range(8)}
    (tmp_path / "alice.json").write_text(line(*VERIFY, **failed))
    out = ask(tmp_path)
    assert out.count("    1 of 1  c") == 5
    assert "    and 3 more checks\n" in out


def test_when_nothing_fails_that_is_said(tmp_path: Path, ask: Ask) -> None:
    (tmp_path / "alice.json").write_text(line(*VERIFY, changed="passed"))
    out = ask(tmp_path)
    assert "\nNo check fails.\n" in out
    assert "  04 Verify a cookie\n    none\n" in out


def test_when_no_check_was_done_that_is_said(tmp_path: Path, ask: Ask) -> None:
    (tmp_path / "alice.json").write_text(line(*VERIFY, says="No Python.", changed="not run"))
    out = ask(tmp_path)
    assert "  04 Verify a cookie\n    no check was done\n" in out
    assert "  alice    ! error\n" in out


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_folder_without_results_is_a_problem_that_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    (tmp_path / "alice.json").write_text("")
    with pytest.raises(Problem) as problem:
        run(str(tmp_path), *words)
    assert str(problem.value) == (
        f"There is no result in {tmp_path} or the folders directly inside it. "
        "Put what `check --json` printed there, as NAME.json for each student."
    )
    assert "alice.json is empty" in capsys.readouterr().out


def test_no_folder_is_said_at_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line.main(["report", str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err.startswith(f"There is no folder {tmp_path / 'nowhere'}.")


def test_it_works_in_a_pipe_without_colour(folder: Path) -> None:
    words = [sys.executable, "-m", "sandbox", "report", str(folder)]
    done = subprocess.run(words, capture_output=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"\x1b" not in done.stdout
    assert done.stdout.decode().startswith("Students: 3. Exercises: 2.\n")


def test_a_result_that_lacks_checks_of_the_others_is_not_counted_as_passed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "alice.json").write_text(line(*VERIFY, fresh="passed", changed="passed"))
    (tmp_path / "eve.json").write_text(line(*VERIFY, fresh="passed"))
    assert run(str(tmp_path)) == 1
    told = capsys.readouterr().out
    assert "eve      ✗ failed" in told
    assert "eve: exercise 04 lacks 1 of its 2 checks, so it is not counted as passed." in " ".join(
        told.split()
    )


def test_the_checks_of_the_exercises_that_stand_here_are_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    (tmp_path / "eve.json").write_text(line(*VERIFY, a_fresh_cookie_gives_its_value="passed"))
    assert run(str(tmp_path)) == 1
    assert "eve: exercise 04 lacks 9 of its 10 checks" in capsys.readouterr().out
