"""The exercises that there are: by number, after which lesson, and what their READMEs say."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.login.problems import Problem
from sandbox.tutor.exercise.shelf import (
    Exercise,
    after_lesson,
    all_exercises,
    find_exercise,
    read_exercise,
)
from tests.exercises.small import small_course


@pytest.fixture
def exercises(tmp_path: Path) -> Path:
    return small_course(tmp_path / "exercises")


def numbers(found: list[Exercise]) -> list[str]:
    return [each.number for each in found]


def problem_with(exercises: Path, readme: str) -> str:
    (exercises / "02_greet/README.md").write_text(readme, encoding="utf-8")
    with pytest.raises(Problem) as caught:
        all_exercises(exercises)
    return str(caught.value)


def test_exercises_are_found_in_order(exercises: Path) -> None:
    assert numbers(all_exercises(exercises)) == ["01", "02", "03"]


def test_what_the_readme_says_of_an_exercise_is_read(exercises: Path) -> None:
    greet = find_exercise("02", exercises)
    assert (greet.title, greet.after, greet.form) == ("Greet", "01", "complete it")
    assert greet.file_name == "02_greet.py"
    assert [path.stem for path in greet.wrong] == ["anybody", "it_prints", "no_comma"]


@pytest.mark.parametrize("lesson_and_numbers", [("01", ["01", "02"]), ("02", ["03"]), ("03", [])])
def test_the_exercises_after_a_lesson_are_found(
    exercises: Path, lesson_and_numbers: tuple[str, list[str]]
) -> None:
    lesson, expected = lesson_and_numbers
    assert numbers(after_lesson(lesson, exercises)) == expected


def test_after_a_lesson_without_any_exercises_here_there_are_none(tmp_path: Path) -> None:
    assert after_lesson("01", tmp_path / "exercises") == []


@pytest.mark.parametrize("number", ["2", "02"])
def test_a_number_may_be_short(exercises: Path, number: str) -> None:
    assert find_exercise(number, exercises).title == "Greet"


def test_a_number_that_is_not_there_is_said(exercises: Path) -> None:
    with pytest.raises(Problem, match=r"^There is no exercise 7\. There are 01, 02, 03\.$"):
        find_exercise("7", exercises)


def test_a_folder_without_a_number_is_no_exercise(exercises: Path) -> None:
    (exercises / "greet").mkdir()
    (exercises / "greet/README.md").write_text("# Not an exercise\n")
    assert numbers(all_exercises(exercises)) == ["01", "02", "03"]


def test_no_exercises_here_is_said(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        all_exercises(tmp_path)
    assert str(caught.value) == (
        f"There are no exercises in {tmp_path}. "
        "Start in the folder of the sandbox, where exercises/ stands."
    )


UNDER = "After lesson 01 · write it · about 20 minutes\n"


@pytest.mark.parametrize(
    "readme",
    [
        "",
        "# 02 · Greet\n",
        f"# 02 Greet\n\n{UNDER}",
        f"# 03 · Greet\n\n{UNDER}",
        f"# 02 · Greet\n{UNDER}",
        "# 02 · Greet\n\nAfter lesson 1 · write it · about 20 minutes\n",
        "# 02 · Greet\n\nAfter lesson 01 · write it\n",
    ],
)
def test_a_readme_that_begins_otherwise_is_said(exercises: Path, readme: str) -> None:
    assert problem_with(exercises, readme) == (
        f"{exercises / '02_greet/README.md'} must begin with `# 02 · Title`, an empty line "
        "and `After lesson 03 · write it · about 20 minutes`."
    )


def test_windows_line_ends_change_nothing(exercises: Path) -> None:
    readme = exercises / "02_greet/README.md"
    readme.write_bytes(readme.read_bytes().replace(b"\n", b"\r\n"))
    assert read_exercise(exercises / "02_greet").title == "Greet"


def test_a_readme_that_is_no_text_is_said(exercises: Path) -> None:
    (exercises / "02_greet/README.md").write_bytes(b"# 02 \xb7 Greet\n")
    with pytest.raises(Problem) as caught:
        all_exercises(exercises)
    readme = exercises / "02_greet/README.md"
    assert str(caught.value) == f"{readme} is not UTF-8 text. Save it as UTF-8."
