"""`exercise` in one go: the list, a hint, a solution, beginning afresh; and what is refused."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.tutor.exercise.board import Board
from sandbox.tutor.exercise.shelf import all_exercises
from sandbox.tutor.progress import ExerciseProgress
from tests.exercises.commanding import SOLUTIONS, Clone
from tests.exercises.small import ADDS_TWO, ANY_WORD, DOUBLE_STARTER


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def noted(clone: Clone, number: str) -> dict[str, Any]:
    """What is noted of this exercise."""
    found: dict[str, Any] = json.loads(clone.progress.read_text())["exercises"][number]
    return found


def note(clone: Clone, **exercises: dict[str, Any]) -> None:
    clone.progress.parent.mkdir(exist_ok=True)
    numbered = {name.lstrip("n"): fields for name, fields in exercises.items()}
    clone.progress.write_text(json.dumps({"version": 1, "exercises": numbered}))


# --list


def test_the_list_says_how_far_the_student_is_in_each(clone: Clone) -> None:
    note(clone, n02={"passed": True, "solution_seen": True})
    clone.answer("01_double.py", ADDS_TWO)
    said = clone.run("exercise", "--list")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[1:] == [
        "01 Double                      begun      after 01 · write it",
        "02 Greet                       passed     after 01 · complete it; solution seen",
        "03 Count                       not begun  after 02 · find the bug",
    ]


def test_between_a_long_title_and_its_state_stands_a_blank(
    capsys: pytest.CaptureFixture[str],
) -> None:
    longest = max(all_exercises(), key=lambda each: len(each.title))
    Board(sys.stdout, plain=True).row(longest, ExerciseProgress(), begun=False)
    assert f"{longest.title} not begun " in capsys.readouterr().out


def test_the_list_makes_no_answers(clone: Clone) -> None:
    clone.run("exercise", "--list")
    assert not (clone.folder / "work").exists()


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_starter_that_is_still_as_it_was_is_not_begun(clone: Clone, ends: str) -> None:
    mine = clone.answer("01_double.py", "")
    mine.write_bytes(DOUBLE_STARTER.replace("\n", ends).encode())
    assert "01 Double                      not begun" in clone.run("exercise", "--list").out


def test_an_empty_answer_is_begun(clone: Clone) -> None:
    clone.answer("01_double.py", "")
    assert "01 Double                      begun " in clone.run("exercise", "--list").out


# --hint


def test_the_hints_lead_from_the_idea_to_the_code_and_are_noted(clone: Clone) -> None:
    clone.answer("01_double.py", ANY_WORD)
    for number, words in enumerate(
        (
            "Hint 1 of 3, the idea, for: The double of a word is refused with NO_NUMBER.\n"
            "  The idea of refusing.\n",
            "Hint 2 of 3, the place, for: The double of a word is refused with NO_NUMBER.\n"
            "  The place of refusing.\n",
            "Hint 3 of 3, nearly the code, for: The double of a word is refused with\n"
            '  NO_NUMBER.\n  raise Refused("NO_NUMBER")\n'
            "That was the last hint for this check. s: the solution.\n",
        ),
        1,
    ):
        said = clone.run("exercise", "--hint", "01", "--plain")
        assert said.code == 0
        assert words in said.out
        assert noted(clone, "01")["hints"] == {"a_word_is_refused": number}


def test_a_hint_is_for_the_check_that_fails(clone: Clone) -> None:
    note(clone, n01={"hints": {"a_word_is_refused": 2}})
    clone.answer("01_double.py", ADDS_TWO)
    said = clone.run("exercise", "--hint", "1", "--plain")
    assert "The idea of twice." in said.out
    assert noted(clone, "01")["hints"] == {"a_word_is_refused": 2, "it_is_twice_the_number": 1}


def test_an_answer_that_passes_needs_no_hint(clone: Clone) -> None:
    clone.answer_all()
    said = clone.run("exercise", "--hint", "01")
    assert (said.code, said.out.splitlines()[-1]) == (
        0,
        "Every check is passed: no hint is needed.",
    )


def test_without_a_check_there_is_no_hint(clone: Clone) -> None:
    clone.answer("01_double.py", "def double(:\n")
    said = clone.run("exercise", "--hint", "01")
    assert said.out.splitlines()[-1] == (
        "No check has been done yet: first mend what is said above."
    )
    assert not clone.progress.exists()


# --solution


def test_before_a_pass_the_solution_is_refused(clone: Clone) -> None:
    said = clone.run("exercise", "--solution", "1")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "You have not passed exercise 01 yet. For a hint: --hint 01. "
        "To see the solution all the same, add --yes.\n"
    )
    assert not clone.progress.exists()


def test_with_yes_the_solution_is_shown_and_noted(clone: Clone) -> None:
    said = clone.run("exercise", "--solution", "01", "--yes", "--plain")
    assert said.code == 0
    assert SOLUTIONS["01_double.py"] in said.out
    assert f"adds two ({Path('exercises/01_double/wrong/adds_two.py')})\n" in said.out
    assert "  Two more is not twice.\n" in said.out
    assert noted(clone, "01") == {"passed": False, "solution_seen": True, "hints": {}}


def test_after_a_pass_the_solution_is_shown(clone: Clone) -> None:
    note(clone, n01={"passed": True})
    said = clone.run("exercise", "--solution", "01", "--plain")
    assert said.code == 0
    assert SOLUTIONS["01_double.py"] in said.out
    assert noted(clone, "01")["solution_seen"] is True


# --reset


def test_beginning_afresh_keeps_the_old_file_and_says_where(clone: Clone) -> None:
    mine = clone.answer("01_double.py", ADDS_TWO)
    note(clone, n01={"passed": True})
    said = clone.run("exercise", "--reset", "01")
    answers = Path("work/exercises")
    assert (said.code, said.out.splitlines()) == (
        0,
        [
            f"{answers / '01_double.py'} is the starter again.",
            f"Your old file is kept as {answers / '01_double.old-1.py'}.",
        ],
    )
    assert mine.read_text() == DOUBLE_STARTER
    assert mine.with_name("01_double.old-1.py").read_text() == ADDS_TWO
    assert json.loads(clone.progress.read_text())["exercises"] == {"01": {"passed": True}}


def test_beginning_afresh_without_an_answer_makes_one(clone: Clone) -> None:
    said = clone.run("exercise", "--reset", "01")
    assert said.out.splitlines() == [f"{Path('work/exercises/01_double.py')} is the starter again."]
    assert os.listdir(clone.folder / "work/exercises") == ["01_double.py"]


# Refusals


@pytest.mark.parametrize("option", ["--hint", "--solution", "--reset"])
def test_a_number_that_is_no_exercise_is_said(clone: Clone, option: str) -> None:
    said = clone.run("exercise", option, "99")
    assert (said.code, said.out) == (2, "")
    assert said.err == "There is no exercise 99. There are 01, 02, 03.\n"
    assert not (clone.folder / "work").exists()


@pytest.mark.parametrize("words", [["99"], ["--lint", "99"]])
def test_a_number_to_work_on_that_is_no_exercise_is_said(clone: Clone, words: list[str]) -> None:
    said = clone.run("exercise", *words)
    assert (said.code, said.err) == (2, "There is no exercise 99. There are 01, 02, 03.\n")


@pytest.mark.parametrize("words", [["--list"], ["--hint", "01"], ["--lint"], []])
def test_a_folder_without_exercises_is_said(clone: Clone, words: list[str]) -> None:
    (clone.folder / "exercises").rename(clone.folder / "elsewhere")
    said = clone.run("exercise", *words)
    assert said.code == 2
    assert said.err.startswith("There are no exercises in ")


@pytest.mark.parametrize("words", [["--list", "--lint"], ["--hint", "01", "--reset", "01"]])
def test_only_one_thing_is_done_at_a_time(clone: Clone, words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        clone.run("exercise", *words)
    assert ended.value.code == 2


def test_a_hint_where_work_is_a_file_is_said(clone: Clone) -> None:
    (clone.folder / "work").write_text("mine")
    for option in ("--hint", "--reset"):
        said = clone.run("exercise", option, "01")
        assert (said.code, said.err) == (2, "work is not a folder. Move it out of the way.\n")


# --lint, and to work on one


def test_sound_exercises_have_no_mistake(clone: Clone) -> None:
    said = clone.run("exercise", "--lint", "02")
    assert said.code == 0
    assert said.out.startswith("1 exercise, no mistake, in ")


def test_a_mistake_in_an_exercise_is_told_with_its_place(clone: Clone) -> None:
    (clone.folder / "exercises/02_greet/notes.txt").write_text("")
    said = clone.run("exercise", "--lint", "2")
    assert said.code == 1
    place = Path("exercises/02_greet/notes.txt")
    assert said.out == f"{place}:1: does not belong to an exercise: move it or delete it\n"


def test_when_all_are_passed_it_says_so(clone: Clone) -> None:
    note(clone, **{f"n0{n}": {"passed": True} for n in (1, 2, 3)})
    said = clone.run("exercise")
    assert (said.code, said.out) == (
        0,
        "All exercises are passed. One of them again: make exercise N=04\n",
    )


def test_without_a_keyboard_the_verdict_is_given_once(clone: Clone) -> None:
    note(clone, n01={"passed": True})
    clone.answer_all()
    said = clone.run("exercise")
    assert said.code == 1
    assert "02 · Greet" in said.out
    assert "Passed: 1 of 1 checks." in said.out
    assert said.out.splitlines()[-1] == (
        "The input has ended. Without a keyboard: python -m sandbox check"
    )
    assert noted(clone, "02")["passed"] is True


# --lint


def test_lint_goes_on_behind_an_exercise_whose_readme_begins_otherwise(clone: Clone) -> None:
    readme = clone.folder / "exercises/01_double/README.md"
    readme.write_text("# Double\n", encoding="utf-8")
    (clone.folder / "exercises/02_greet/notes.txt").write_text("")
    said = clone.run("exercise", "--lint")
    assert said.code == 1
    assert "01_double/README.md must begin with `# 01 · Title`" in said.out
    assert "02_greet/notes.txt:1: does not belong to an exercise" in said.out


def test_two_exercises_with_one_number_are_refused(clone: Clone) -> None:
    (clone.folder / "exercises/01_double").rename(clone.folder / "exercises/02_double")
    said = clone.run("exercise", "--list")
    assert said.code == 2
    assert "02_double and 02_greet have one number; rename one." in said.err
