"""Every lesson runs without a keyboard; `lesson --auto`, `--list` and `--lint` from outside."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.tutor.lesson.auto import run_lesson
from sandbox.tutor.lesson.lint import lint
from sandbox.tutor.lesson.reader import read_lesson
from sandbox.tutor.lesson.shelf import sound
from sandbox.tutor.lesson.site import Site
from tests.lessons.crossing import LOGIN, crossing_lesson
from tests.lessons.ours import EACH, READMES
from tests.lessons.small import GOOD, line_of, write_lesson
from tests.wire.children import command, environment

Ran = subprocess.CompletedProcess[str]
Run = Callable[..., Ran]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site(0) as started:
        yield started


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`run("07", "--auto")`: the command line, in a folder whose lessons/ the test has filled."""

    def ran(*arguments: str) -> Ran:
        return subprocess.run(
            command("lesson", *arguments),
            cwd=tmp_path,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )

    return ran


def small(tmp_path: Path, old: str = "", new: str = "") -> Path:
    """The small lesson on the shelf, one thing in it replaced; its README."""
    assert old in GOOD
    return write_lesson(tmp_path / "lessons" / "07_small", GOOD.replace(old, new, 1))


def objects(ran: Ran) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ran.stdout.splitlines()]


# The lessons of this repository


def test_there_are_lessons() -> None:
    assert len(READMES) >= 2


@pytest.mark.parametrize("readme", EACH)
def test_a_lesson_runs_and_each_prediction_has_one_right_option(readme: Path, site: Site) -> None:
    lesson = sound(*read_lesson(readme))
    done = list(run_lesson(lesson, site))
    assert [each.step for each in done] == [*lesson.steps, *lesson.reviews]
    done = [each for each in done if not each.left_out]
    asked = [each for each in done if each.step.prediction]
    assert {each.step.title: each.right for each in asked if len(each.right) != 1} == {}
    assert all(len(each.verdicts) == len(each.step.requests) for each in done)


@pytest.mark.parametrize("readme", EACH)
def test_a_lesson_has_no_mistake(readme: Path, site: Site) -> None:
    assert [str(mistake) for mistake in lint(readme, site)] == []


@pytest.mark.parametrize("readme", EACH)
def test_a_lesson_runs_when_no_lesson_ran_before_it(readme: Path) -> None:
    """Another port, for one, must not be left over from an earlier lesson."""
    with Site(0) as alone:
        for _ in run_lesson(sound(*read_lesson(readme)), alone):
            pass


# lesson --auto


def test_auto_says_each_step_and_its_verdicts(tmp_path: Path, run: Run) -> None:
    small(tmp_path)
    ran = run("07", "--auto")
    assert (ran.returncode, ran.stderr) == (0, "")
    *steps, last = ran.stdout.splitlines()
    assert steps == [
        "07 · A small lesson",
        "  07.1 A stranger: NO_COOKIE",
        "  07.2 A word: OK",
        "  07.3 Recall",
        "  07.2 Review of step 2: OK",
    ]
    assert re.fullmatch(r"All done in \d+\.\d s\.", last)


def test_auto_names_the_line_what_was_expected_and_what_was_observed(
    tmp_path: Path, run: Run
) -> None:
    small(tmp_path, "row word == tulip\njar", "row word == rose\njar")
    line = line_of(GOOD, "row word == tulip\njar")
    ran = run("07", "--auto")
    assert ran.returncode == 1
    place = Path("lessons/07_small/README.md")
    says = f"{place}:{line}: expected row word == rose, observed tulip"
    assert ran.stdout.splitlines()[-1] == says
    assert "Traceback" not in ran.stderr


def test_auto_says_nothing_where_there_is_nothing_to_see(tmp_path: Path, run: Run) -> None:
    small(tmp_path, "cookie absent", "cookie Max-Age == 5")
    ran = run("07", "--auto")
    assert ran.returncode == 1
    assert ran.stdout.splitlines()[-1].endswith("expected cookie Max-Age == 5, observed nothing")


def test_auto_stops_at_a_prediction_of_which_none_comes_true(tmp_path: Path, run: Run) -> None:
    small(tmp_path, "-> row word == tulip", "-> row word == rose")
    ran = run("07", "--auto")
    assert ran.returncode == 1
    line = line_of(GOOD, "```predict")
    last = ran.stdout.splitlines()[-1]
    assert last.startswith(f"{Path('lessons/07_small/README.md')}:{line}: exactly one option")
    assert last.endswith("none did")


def test_auto_without_a_number_runs_all_lessons(tmp_path: Path, run: Run) -> None:
    small(tmp_path)
    write_lesson(tmp_path / "lessons" / "08_other", GOOD.replace("# 07 ·", "# 08 ·"))
    ran = run("--auto")
    assert ran.returncode == 0
    assert [line[:2] for line in ran.stdout.splitlines() if line[:2].isdigit()] == ["07", "08"]


def test_auto_as_json_is_an_object_a_step(tmp_path: Path, run: Run) -> None:
    small(tmp_path)
    ran = run("07", "--auto", "--json")
    assert ran.returncode == 0
    *steps, last = objects(ran)
    assert last == {"done": True}
    assert steps[0] == {"lesson": "07", "step": 1, "verdicts": ["NO_COOKIE"]}
    assert [each["step"] for each in steps] == [1, 2, 3, 2]


def test_auto_as_json_tells_what_was_unmet(tmp_path: Path, run: Run) -> None:
    readme = small(tmp_path, "rows == 0\ncookie", "rows == 1\ncookie")
    ran = run("07", "--auto", "--json")
    assert ran.returncode == 1
    assert objects(ran)[-1] == {
        "file": str(readme.relative_to(tmp_path)),
        "line": line_of(GOOD, "rows == 0"),
        "expected": "rows == 1",
        "observed": "0",
    }


# lesson --list


def test_list_says_how_far_the_student_is(tmp_path: Path, run: Run) -> None:
    small(tmp_path)
    ran = run("--list")
    assert (ran.returncode, ran.stderr) == (0, "")
    heading, line = ran.stdout.splitlines()
    assert heading.split() == ["lesson", "state", "missed", "predictions,", "skipped", "steps"]
    assert re.fullmatch(r"07 A small lesson +not begun", line)


def test_list_as_json(tmp_path: Path, run: Run) -> None:
    small(tmp_path)
    ran = run("--list", "--json")
    assert ran.returncode == 0
    assert objects(ran) == [
        {
            "lesson": "07",
            "title": "A small lesson",
            "state": "not begun",
            "missed": [],
            "skipped": [],
        }
    ]


# lesson --lint


def test_lint_finds_nothing_in_a_sound_lesson(tmp_path: Path, run: Run) -> None:
    small(tmp_path)
    ran = run("--lint")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "1 lesson, no mistake.\n"


def test_lint_names_every_mistake_with_its_file_and_line(tmp_path: Path, run: Run) -> None:
    text = GOOD.replace("rows == 0\ncookie absent", "rowz == 0\ncookie = 1", 1)
    text = text.replace("watch open_session", "watch open_sesame")
    write_lesson(tmp_path / "lessons" / "07_small", text)
    ran = run("--lint")
    assert ran.returncode == 1
    place = Path("lessons/07_small/README.md")
    starts = [":".join(line.split(":")[:2]) for line in ran.stdout.splitlines()]
    for wrong in ("rowz == 0", "watch open_sesame"):
        assert f"{place}:{line_of(text, wrong)}" in starts


def test_lint_as_json(tmp_path: Path, run: Run) -> None:
    readme = small(tmp_path, "```expect", "```expected")
    ran = run("07", "--lint", "--json")
    assert ran.returncode == 1
    first = objects(ran)[0]
    assert first["file"] == str(readme.relative_to(tmp_path))
    assert first["line"] == line_of(GOOD, "```expect")
    assert first["says"].startswith("unknown fence 'expected'")


def test_lint_of_a_lesson_that_is_not_there_is_a_sentence(tmp_path: Path, run: Run) -> None:
    small(tmp_path)
    assert_says(run("99", "--lint"), "There is no lesson 99. There are 07.")


# What a user can cause


def assert_says(ran: Ran, sentence: str) -> None:
    assert ran.returncode == 2
    assert sentence in " ".join(ran.stderr.split())
    assert "Traceback" not in ran.stderr + ran.stdout


@pytest.mark.parametrize("number", ["99", "x", "..", "-7"])
def test_an_unknown_number_is_a_sentence(tmp_path: Path, run: Run, number: str) -> None:
    small(tmp_path)
    ran = run("--auto", "--", number)
    assert_says(ran, f"There is no lesson {number}. There are 07.")


def test_a_step_that_is_not_there_is_a_sentence(tmp_path: Path, run: Run) -> None:
    small(tmp_path)
    for step in ("99", "0", "-1"):
        ran = run("07", f"--from={step}")
        assert_says(ran, f"Lesson 07 has the steps 1 to 3; there is no step {step}.")


def test_auto_does_not_pretend_to_begin_elsewhere(tmp_path: Path, run: Run) -> None:
    small(tmp_path)
    assert_says(run("07", "--auto", "--from", "2"), "for a lesson at the keyboard.")


def test_json_of_a_lesson_at_the_keyboard_is_refused(tmp_path: Path, run: Run) -> None:
    small(tmp_path)
    assert_says(run("07", "--json"), "--json goes with --auto, --list or --lint.")


@pytest.mark.parametrize("how", [[], ["--auto"], ["--list"], ["--lint"]])
def test_a_folder_without_lessons_is_a_sentence(tmp_path: Path, run: Run, how: list[str]) -> None:
    ran = run(*how)
    assert_says(ran, f"There are no lessons in {tmp_path / 'lessons'}.")
    assert_says(ran, "Start in the folder of the sandbox")


def test_a_lesson_with_a_mistake_is_not_run(tmp_path: Path, run: Run) -> None:
    small(tmp_path, "rows == 0", "rowz == 0")
    ran = run("07", "--auto")
    assert_says(ran, f"README.md:{line_of(GOOD, 'rows == 0')}: unknown subject 'rowz'")
    assert_says(ran, "Correct it; `lesson --lint` names every mistake.")


@pytest.mark.parametrize("how", ["--auto", "--lint"])
def test_an_app_with_a_syntax_error_is_a_sentence_with_its_line(
    tmp_path: Path, run: Run, how: str
) -> None:
    readme = small(tmp_path)
    (readme.parent / "app.py").write_text('"""Broken."""\n\ndef make_app(:\n    pass\n')
    ran = run("07", how)
    said = " ".join((ran.stdout + ran.stderr).split())
    assert ran.returncode in (1, 2)
    assert "app.py:3" in said
    assert "Traceback" not in said


def test_a_lesson_can_be_copied_and_run_elsewhere(tmp_path: Path, run: Run) -> None:
    original = READMES[8].parent
    shutil.copytree(original, tmp_path / "lessons" / original.name)
    ran = run(original.name[:2], "--auto")
    assert (ran.returncode, ran.stderr) == (0, "")


# What only Chromium can do


NOT_INSTALLED = "Chromium is not installed. To install it: sudo apt install chromium"


@pytest.fixture
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lesson for Chromium, on a machine on which no program is found."""
    crossing_lesson(tmp_path / "lessons" / "09_crossing", LOGIN)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("SANDBOX_REQUIRE_ALL", raising=False)


@pytest.mark.usefixtures("nothing_installed")
def test_without_chromium_auto_says_which_step_it_left_out(run: Run) -> None:
    ran = run("--auto")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert f"  09.1 A login: left out. {NOT_INSTALLED}\n" in ran.stdout
    (step, _) = objects(run("--auto", "--json"))
    assert step == {"lesson": "09", "step": 1, "verdicts": [], "left_out": NOT_INSTALLED}


@pytest.mark.usefixtures("nothing_installed")
def test_without_chromium_lint_says_that_steps_were_left_out(run: Run) -> None:
    ran = run("--lint")
    assert (ran.returncode, ran.stderr) == (0, "")
    says = f"The steps that Chromium does were left out. {NOT_INSTALLED}"
    assert ran.stdout == f"{says}\n1 lesson, no mistake.\n"


@pytest.mark.usefixtures("nothing_installed")
def test_where_everything_must_run_a_missing_chromium_is_a_failure(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX_REQUIRE_ALL", "1")
    auto, lint_ran = run("--auto"), run("--lint")
    assert (auto.returncode, lint_ran.returncode) == (2, 1)
    assert NOT_INSTALLED in auto.stderr
    assert NOT_INSTALLED in lint_ran.stdout
