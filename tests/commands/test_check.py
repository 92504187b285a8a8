"""`check` examines answers once: its exit code, its JSON, its JUnit, what it notes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.exercises.commanding import SOLUTIONS, Clone, Said
from tests.exercises.small import ADDS_TWO, ANY_WORD

RESULT = {"v", "exercise", "title", "file", "verdict", "says", "advice", "frames", "notes"}
CHECK = {"name", "sentence", "outcome", "steps", "says", "advice", "frames", "printed"}
STEP = {"act", "expected", "observed", "met"}


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def objects(said: Said) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.out.splitlines()]


def passed(clone: Clone) -> list[str]:
    """The exercises that are noted as passed."""
    noted = json.loads(clone.progress.read_text())["exercises"]
    return [number for number, each in noted.items() if each["passed"]]


# At first: nothing but the exercises


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Clone, Said]:
    """The first `check` in a clone."""
    clone = Clone(tmp_path_factory.mktemp("clone"))
    return clone, clone.run("check", "--json", "--junit", "verdicts.xml")


def test_starters_are_copied_on_first_use(untouched: tuple[Clone, Said]) -> None:
    folder = untouched[0].folder
    for name in SOLUTIONS:
        starter = folder / "exercises" / Path(name).stem / "starter.py"
        assert (folder / "work/exercises" / name).read_bytes() == starter.read_bytes()


def test_a_starter_as_it_is_fails(untouched: tuple[Clone, Said]) -> None:
    said = untouched[1]
    assert said.code == 1
    assert [each["verdict"] for each in objects(said)] == ["failed", "failed", "failed"]


def test_json_is_an_object_for_each_exercise_on_a_line_of_its_own(
    untouched: tuple[Clone, Said],
) -> None:
    results = objects(untouched[1])
    assert [each["exercise"] for each in results] == ["01", "02", "03"]
    assert [each["title"] for each in results] == ["Double", "Greet", "Count"]
    assert untouched[1].err == ""


def test_json_has_the_documented_fields(untouched: tuple[Clone, Said]) -> None:
    for result in objects(untouched[1]):
        assert set(result) == RESULT | {"checks"}
        assert result["v"] == 1
        assert all(set(check) == CHECK for check in result["checks"])
        assert all(set(step) == STEP for check in result["checks"] for step in check["steps"])


def test_json_tells_where_expected_and_observed_part(untouched: tuple[Clone, Said]) -> None:
    double, _, count = objects(untouched[1])
    assert double["file"] == str(Path("work/exercises/01_double.py"))
    twice, word = double["checks"]
    assert (twice["name"], twice["outcome"]) == ("it_is_twice_the_number", "failed")
    assert twice["sentence"] == "The double of a number is twice the number."
    assert (twice["steps"][-1]["observed"], twice["steps"][-1]["met"]) == ("0", False)
    assert twice["frames"] == ["line 8: def double(number):"]
    assert (word["outcome"], word["steps"]) == ("skipped", [])
    assert [each["outcome"] for each in count["checks"]] == ["passed", "failed"]


def test_junit_is_written_besides(untouched: tuple[Clone, Said]) -> None:
    root = ElementTree.parse(untouched[0].folder / "verdicts.xml").getroot()
    assert [suite.get("name") for suite in root] == ["01 Double", "02 Greet", "03 Count"]
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("5", "3", "1")


def test_nothing_that_failed_is_noted_as_passed(untouched: tuple[Clone, Said]) -> None:
    assert passed(untouched[0]) == []


# All are solved


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Clone, Said]:
    """A `check` of three good answers."""
    clone = Clone(tmp_path_factory.mktemp("clone"))
    clone.answer_all()
    return clone, clone.run("check", "--plain")


def test_when_every_answer_passes_the_exit_code_is_0(solved: tuple[Clone, Said]) -> None:
    said = solved[1]
    assert said.code == 0
    assert said.out.splitlines()[-1] == "3 of 3 exercises passed."


def test_what_has_passed_is_noted(solved: tuple[Clone, Said]) -> None:
    assert passed(solved[0]) == ["01", "02", "03"]


def test_an_answer_that_fails_later_has_passed_once(solved: tuple[Clone, Said]) -> None:
    clone = solved[0]
    mine = clone.answer("01_double.py", ADDS_TWO)
    assert clone.run("check", "01").code == 1
    assert passed(clone) == ["01", "02", "03"]
    assert mine.read_text() == ADDS_TWO


# One


def test_one_exercise_is_told_in_full(clone: Clone) -> None:
    clone.answer("01_double.py", ANY_WORD)
    said = clone.run("check", "1", "--plain")
    assert said.code == 1
    assert "The double of a word is refused with NO_NUMBER." in said.out
    assert "    expected     refused with NO_NUMBER" in said.out
    assert not (clone.folder / "work/exercises/02_greet.py").exists()


def test_of_several_the_first_that_is_not_passed_is_named(clone: Clone) -> None:
    clone.answer_all()
    clone.answer("02_greet.py", "def greet(name:\n")
    said = clone.run("check", "--plain")
    assert said.code == 1
    assert said.out.splitlines()[-2:] == [
        "2 of 3 exercises passed.",
        "What is expected and seen: make check N=02",
    ]


@pytest.mark.parametrize("number", ["99", "0", "x", "001"])
def test_a_number_that_is_no_exercise_is_said(clone: Clone, number: str) -> None:
    said = clone.run("check", number)
    assert (said.code, said.out) == (2, "")
    assert said.err == f"There is no exercise {number}. There are 01, 02, 03.\n"


def test_a_folder_without_exercises_is_said(clone: Clone) -> None:
    (clone.folder / "exercises").rename(clone.folder / "elsewhere")
    said = clone.run("check")
    assert said.code == 2
    assert said.err == (
        f"There are no exercises in {clone.folder / 'exercises'}. "
        "Start in the folder of the sandbox, where exercises/ stands.\n"
    )


def test_work_being_a_file_is_said(clone: Clone) -> None:
    (clone.folder / "work").write_text("mine")
    said = clone.run("check", "01")
    assert (said.code, said.err) == (2, "work is not a folder. Move it out of the way.\n")


def test_an_answer_that_is_a_link_to_nowhere_is_an_error(clone: Clone) -> None:
    link = clone.answer("01_double.py", "")
    link.unlink()
    link.symlink_to("nowhere")
    said = clone.run("check", "01", "--json")
    (result,) = objects(said)
    assert (said.code, result["verdict"]) == (1, "error")
    assert result["says"] == (
        "There is no work/exercises/01_double.py. It was renamed, moved or deleted."
    )


# --answers


def test_one_file_is_examined_and_nothing_is_noted_or_made(clone: Clone) -> None:
    mine = clone.answer("mine.py", SOLUTIONS["01_double.py"], "elsewhere")
    said = clone.run("check", "01", "--answers", "elsewhere/mine.py", "--json")
    (result,) = objects(said)
    assert (said.code, result["verdict"]) == (0, "passed")
    assert result["file"] == str(Path("elsewhere/mine.py"))
    assert not (clone.folder / "work").exists()
    assert [each.name for each in mine.parent.iterdir()] == ["mine.py"]


def test_of_a_folder_a_missing_answer_is_an_error_and_no_pass(clone: Clone) -> None:
    clone.answer_all("alice")
    (clone.folder / "alice/02_greet.py").unlink()
    said = clone.run("check", "--answers", "alice", "--json", "--junit", "verdicts.xml")
    results = objects(said)
    assert said.code == 1
    assert [each["verdict"] for each in results] == ["passed", "error", "passed"]
    assert results[1]["says"].startswith("There is no alice/02_greet.py.")
    assert [each["outcome"] for each in results[1]["checks"]] == ["not run"]
    suites = ElementTree.parse(clone.folder / "verdicts.xml").getroot()
    assert [suite.get("errors") for suite in suites] == ["0", "1", "0"]
    assert not (clone.folder / "alice/02_greet.py").exists()
    assert not (clone.folder / "work").exists()


def test_of_a_folder_one_exercise_can_be_examined(clone: Clone) -> None:
    clone.answer_all("alice")
    said = clone.run("check", "03", "--answers", "alice", "--json")
    assert (said.code, [each["exercise"] for each in objects(said)]) == (0, ["03"])


def test_progress_is_noted_only_when_no_answers_are_named(clone: Clone) -> None:
    clone.answer_all()
    assert clone.run("check", "01", "--answers", "work/exercises").code == 0
    assert not clone.progress.exists()


@pytest.mark.parametrize("number", [[], ["01"]])
def test_answers_that_are_not_there_are_said(clone: Clone, number: list[str]) -> None:
    said = clone.run("check", *number, "--answers", "nowhere")
    assert (said.code, said.out) == (2, "")
    assert said.err == "There is no nowhere. Give a folder of answers, or NN and a file.\n"


def test_answers_under_a_name_too_long_for_the_system_are_none(clone: Clone) -> None:
    name = "n" * 300
    said = clone.run("check", "01", "--answers", name)
    assert said.code == 2
    assert said.err == f"There is no {name}. Give a folder of answers, or NN and a file.\n"


def test_one_file_needs_the_number_of_its_exercise(clone: Clone) -> None:
    clone.answer("mine.py", SOLUTIONS["01_double.py"], "elsewhere")
    said = clone.run("check", "--answers", "elsewhere/mine.py")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "elsewhere/mine.py is one file. Which exercise is it? Give its number: check 04 …\n"
    )


# --junit


@pytest.mark.parametrize(
    ("file", "why"), [("no/verdicts.xml", "No such file or directory"), ("work", "Is a directory")]
)
def test_a_junit_file_that_cannot_be_written_is_said(clone: Clone, file: str, why: str) -> None:
    clone.answer_all()
    said = clone.run("check", "01", "--json", "--junit", file)
    assert said.code == 2
    assert said.err == (
        f"{file} cannot be written ({why}). Give --junit a file that you may write.\n"
    )
    assert [each["verdict"] for each in objects(said)] == ["passed"]
    assert passed(clone) == ["01"]


def test_an_older_junit_file_is_replaced(clone: Clone) -> None:
    (clone.folder / "verdicts.xml").write_text("old" * 10_000)
    clone.run("check", "02", "--junit", "verdicts.xml")
    root = ElementTree.parse(clone.folder / "verdicts.xml").getroot()
    assert [suite.get("name") for suite in root] == ["02 Greet"]


# Progress


def test_a_damaged_progress_file_is_kept_aside_and_said(clone: Clone) -> None:
    clone.answer_all()
    clone.progress.write_text("{")
    said = clone.run("check", "01", "--json")
    assert said.code == 0
    assert said.err == (
        "The progress file work/progress.json is not JSON: it is kept as "
        "progress.json.damaged, and your progress begins afresh.\n"
    )
    assert (clone.folder / "work/progress.json.damaged").read_text() == "{"
    assert passed(clone) == ["01"]


def test_the_progress_in_lessons_and_hints_stays(clone: Clone) -> None:
    clone.answer_all()
    before: dict[str, Any] = {
        "version": 1,
        "lessons": {"03": {"step": 4, "finished": False, "skipped": [], "missed": [3]}},
        "exercises": {"01": {"passed": False, "solution_seen": True, "hints": {"a": 2}}},
    }
    clone.progress.write_text(json.dumps(before))
    clone.run("check", "01")
    before["exercises"]["01"]["passed"] = True
    assert json.loads(clone.progress.read_text()) == before
