"""`exercise --lint` names every mistake: each rule is broken once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.tutor.exercise.lint import lint
from sandbox.tutor.exercise.shelf import Exercise
from sandbox.tutor.exercise.wrong import read_wrong
from tests.exercises.bad_input import CHECK, README, RIGHT, small_exercise

FIRST, SECOND = "a_number_is_doubled", "a_text_stands_twice"
A_WRONG = '# Caught by: {0}\n"""It is not twice."""\n\n\ndef double(x):\n    {1}\n'
WRONG = {
    "adds_two": A_WRONG.format(FIRST, "return x + 2"),
    "squared": A_WRONG.format(FIRST, "return x * x"),
    "numbers_only": A_WRONG.format(SECOND, "return 2 * x if isinstance(x, int) else x"),
}


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    return sound_exercise(tmp_path)


def sound_exercise(folder: Path) -> Exercise:
    exercise = small_exercise(folder)
    for name, source in WRONG.items():
        write(exercise, f"wrong/{name}.py", source)
    return exercise


def write(exercise: Exercise, name: str, text: str) -> None:
    (exercise.folder / name).write_text(text, encoding="utf-8")


def said(exercise: Exercise) -> list[tuple[str, int, str]]:
    """Each mistake: the file, the line, the sentence."""
    found = lint([exercise])
    folder = exercise.folder
    return [(each.path.relative_to(folder).as_posix(), each.line, each.says) for each in found]


def test_a_sound_exercise_has_no_mistake(exercise: Exercise) -> None:
    (exercise.folder / "__pycache__").mkdir()
    (exercise.folder / "__pycache__/check.pyc").write_bytes(b"")
    assert said(exercise) == []


def test_a_mistake_is_told_with_its_place(exercise: Exercise) -> None:
    write(exercise, "notes.txt", "")
    (mistake,) = lint([exercise])
    assert str(mistake) == (
        f"{exercise.folder / 'notes.txt'}:1: does not belong to an exercise: move it or delete it"
    )


# Files


@pytest.mark.parametrize("name", ["notes.txt", "wrong/notes.md", "solution2.py", ".hidden"])
def test_a_stray_file_does_not_belong(exercise: Exercise, name: str) -> None:
    write(exercise, name, "")
    assert said(exercise) == [(name, 1, "does not belong to an exercise: move it or delete it")]


@pytest.mark.parametrize("name", ["more/README.md", "wrong/README.md", "wrong/more/check.py"])
def test_a_file_of_a_known_name_in_another_folder_is_stray(exercise: Exercise, name: str) -> None:
    (exercise.folder / name).parent.mkdir(exist_ok=True)
    write(exercise, name, "")
    assert (name, 1, "does not belong to an exercise: move it or delete it") in said(exercise)


@pytest.mark.parametrize("name", ["starter.py", "solution.py"])
def test_a_missing_file_is_told(exercise: Exercise, name: str) -> None:
    (exercise.folder / name).unlink()
    assert said(exercise) == [(name, 1, "is missing")]


# README.md


def test_a_readme_of_a_page_is_short_enough_and_a_line_more_is_not(exercise: Exercise) -> None:
    a_page = README + "\n" * (60 - README.count("\n"))
    write(exercise, "README.md", a_page + "\n")
    assert said(exercise) == [("README.md", 61, "has 61 lines; a page has 60")]
    write(exercise, "README.md", a_page)
    write(exercise, "notes.txt", "")  # so that nothing is examined
    assert [name for name, _, _ in said(exercise)] == ["notes.txt"]


@pytest.mark.parametrize(
    "readme",
    [
        README.replace("## The idea", "## An idea"),
        README.replace("## Not needed", "Not needed"),
        README + "\n## More\n",
    ],
)
def test_other_sections_than_the_three_are_told(exercise: Exercise, readme: str) -> None:
    write(exercise, "README.md", readme)
    sentence = "must have the sections The task, The idea, Not needed"
    assert said(exercise) == [("README.md", 1, sentence)]


def test_an_idea_of_four_sentences_is_too_long(exercise: Exercise) -> None:
    write(exercise, "README.md", README.replace("Twice as", "One. Is it two? Three! Twice as"))
    assert said(exercise) == [("README.md", 1, "its idea has 4 sentences, at most 3 fit")]


def test_an_unknown_form_is_told(exercise: Exercise) -> None:
    mistakes = said(replace(exercise, form="think about it"))
    sentence = "the form must be one of: complete it, put lines in order, write it, find the bug"
    assert mistakes == [("README.md", 3, sentence)]


# check.py


def check_says(exercise: Exercise, source: str) -> list[str]:
    assert source != CHECK
    write(exercise, "check.py", source)
    return [says for name, _, says in said(exercise) if name == "check.py"]


def test_a_check_that_cannot_be_run_is_told(exercise: Exercise) -> None:
    assert check_says(exercise, "1 / 0\n") == [
        f"{exercise.check} cannot be run: ZeroDivisionError: division by zero. "
        "Correct it, then go on."
    ]


def test_a_file_without_a_check_is_told(exercise: Exercise) -> None:
    assert check_says(exercise, "x = 1\n") == [
        f"{exercise.check} has no check. exercises/README.md says how one is written."
    ]


@pytest.mark.parametrize("docstring", ["pass", '"""A number is doubled"""', '"""."""[:0]'])
def test_a_check_without_a_sentence_is_told(exercise: Exercise, docstring: str) -> None:
    source = CHECK.replace('"""A number is doubled."""', docstring)
    assert check_says(exercise, source) == [f"{FIRST} needs a sentence as its docstring"]


def test_two_checks_with_one_sentence_are_told(exercise: Exercise) -> None:
    source = CHECK.replace("A text stands twice.", "A number is doubled.")
    assert check_says(exercise, source) == ["two checks say: A number is doubled."]


@pytest.mark.parametrize("hint", ["Twice as much.", " Twice as much. ", "", " "])
def test_two_hints_that_are_the_same_or_empty_are_told(exercise: Exercise, hint: str) -> None:
    source = CHECK.replace('place="In double."', f"place={hint!r}")
    assert check_says(exercise, source) == [f"{FIRST} needs three different hints"]


# wrong/*.py


def test_two_wrong_answers_are_not_enough(exercise: Exercise) -> None:
    (exercise.folder / "wrong/squared.py").unlink()
    assert said(exercise) == [("wrong", 1, "needs at least three wrong answers")]


@pytest.mark.parametrize(
    "source", [RIGHT, "# Caught by: nothing_here\n'''Why.'''\n", "\n" + WRONG["squared"]]
)
def test_a_wrong_answer_names_the_check_that_catches_it(exercise: Exercise, source: str) -> None:
    write(exercise, "wrong/squared.py", source)
    sentence = "must begin with `# Caught by: ` and the name of a check"
    assert ("wrong/squared.py", 1, sentence) in said(exercise)


def test_a_wrong_answer_says_why_it_is_wrong(exercise: Exercise) -> None:
    write(exercise, "wrong/squared.py", f"# Caught by: {FIRST}\n{RIGHT}")
    sentence = "needs a docstring that says why it is wrong"
    assert said(exercise) == [("wrong/squared.py", 2, sentence)]


@pytest.mark.parametrize("content", [b"def (:\n", b"# \xff\n", b"x = '\0'\n"])
def test_a_wrong_answer_that_is_no_python_is_told(exercise: Exercise, content: bytes) -> None:
    (exercise.folder / "wrong/squared.py").write_bytes(content)
    ((name, line, sentence),) = said(exercise)
    assert (name, line) == ("wrong/squared.py", 1)
    assert sentence.startswith("cannot be read as Python: ")


def test_what_a_wrong_answer_says_of_itself_is_read(exercise: Exercise) -> None:
    wrong = read_wrong(exercise.folder / "wrong/numbers_only.py")
    assert (wrong.caught_by, wrong.why) == (SECOND, "It is not twice.")


# What the examiner says to the answers


@pytest.fixture(scope="module")
def examined(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Many wrong answers, all examined once: what is said of each."""
    exercise = sound_exercise(tmp_path_factory.mktemp("lint"))
    for name, (caught_by, body) in MISTAKEN.items():
        write(exercise, f"wrong/{name}.py", A_WRONG.format(caught_by, body))
    write(exercise, "solution.py", RIGHT.replace("2", "3"))
    write(exercise, "starter.py", RIGHT)
    return {each.path.stem: each.says for each in lint([exercise])}


MISTAKEN = {
    "passes": (SECOND, "return x + x"),
    "earlier": (SECOND, "return 0"),
    "later": (FIRST, "return 2 * x if isinstance(x, int) else x"),
    "an_error": (FIRST, "import os; os._exit(0)"),
    "raises": (FIRST, "return 1 / 0"),
    "cannot_be_loaded": (FIRST, "return x\nimport reqests"),
}


def test_only_those_that_are_mistaken_are_told(examined: dict[str, str]) -> None:
    assert set(examined) == {*MISTAKEN, "solution", "starter"} - {"raises"}


def test_a_wrong_answer_that_passes_is_told(examined: dict[str, str]) -> None:
    assert examined["passes"] == f"it passes; {SECOND} must catch it"


@pytest.mark.parametrize(("name", "named", "by"), [("earlier", SECOND, FIRST)])
def test_a_wrong_answer_that_another_check_catches_is_told(
    examined: dict[str, str], name: str, named: str, by: str
) -> None:
    says = examined[name]
    assert says.startswith(f"{named} must be the first to catch it, but it was caught by: {by} (")
    assert "(failed): double(" in says
    assert ", observed 0" in says


def test_a_wrong_answer_that_a_later_check_catches_is_told(examined: dict[str, str]) -> None:
    assert examined["later"].startswith(
        f"{FIRST} must be the first to catch it, but it was caught by: {SECOND} (failed): "
    )


def test_a_wrong_answer_caught_by_an_error_is_told(examined: dict[str, str]) -> None:
    assert examined["an_error"] == (
        f"{FIRST} must catch it by what it expects, not with an error: "
        f"{FIRST} (error): The program ended in the middle of this check (os._exit, or a "
        "crash), with the code 0."
    )


def test_a_wrong_answer_that_cannot_be_loaded_is_told(examined: dict[str, str]) -> None:
    says = examined["cannot_be_loaded"]
    assert says.startswith(f"{FIRST} must be the first to catch it, but it was caught by: ")
    assert "No module named 'reqests'" in says


def test_a_solution_that_does_not_pass_is_told(examined: dict[str, str]) -> None:
    says = examined["solution"]
    assert says.startswith(f"the solution does not pass: {FIRST} (failed): double(")


def test_a_starter_that_passes_is_told(examined: dict[str, str]) -> None:
    assert examined["starter"] == "the starter passes as it is"


NOT_WITH_AN_ERROR = "the starter must fail by what it gives, not with an error: "
STARTERS = {
    "def double(x):\n    raise NotImplementedError\n": f"{FIRST} (failed): double(",
    "def double(x):\n    return 0 if x else\n": "",
    "def treble(x):\n    return 0\n": f"{FIRST} (error): There is no double in ",
    "def double(x):\n    return 2 * x if isinstance(x, int) else 1 / 0\n": f"{SECOND} (failed): ",
}


@pytest.fixture
def only_the_starter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else is examined, to save time."""
    from sandbox.tutor.exercise import lint as module

    examined = module._examined

    def if_starter(answer: tuple[Exercise, Path]) -> list[object]:
        return list(examined(answer)) if answer[1] == answer[0].starter else []

    monkeypatch.setattr(module, "_examined", if_starter)


@pytest.mark.usefixtures("only_the_starter")
@pytest.mark.parametrize(("starter", "told"), STARTERS.items())
def test_a_starter_that_fails_with_an_error_is_told(
    exercise: Exercise, starter: str, told: str
) -> None:
    write(exercise, "starter.py", starter)
    ((name, _, says),) = said(exercise)
    assert name == "starter.py"
    assert says.startswith(NOT_WITH_AN_ERROR + told)


@pytest.mark.usefixtures("only_the_starter")
def test_a_starter_that_raises_in_a_later_check_is_told(exercise: Exercise) -> None:
    independent = CHECK.replace(", needs=[a_number_is_doubled]", "")
    write(exercise, "check.py", independent)
    write(exercise, "starter.py", "def double(x):\n    return 0 if x != str(x) else 1 / 0\n")
    ((name, _, says),) = said(exercise)
    assert name == "starter.py"
    assert says.startswith(f"{NOT_WITH_AN_ERROR}{SECOND} (failed): double('")


def test_mistakes_of_several_exercises_are_all_told(tmp_path: Path) -> None:
    exercises = []
    for number in (1, 2):
        exercise = sound_exercise(tmp_path / str(number))
        write(exercise, "notes.txt", "")
        exercises.append(exercise)
    assert [each.path.parent for each in lint(exercises)] == [e.folder for e in exercises]


def test_a_check_that_asks_nothing_is_told(exercise: Exercise) -> None:
    silent = CHECK.replace('exam.call("double", text).gives(text + text)', "assert text")
    write(exercise, "check.py", silent)
    (exercise.folder / "wrong/numbers_only.py").unlink()
    write(exercise, "wrong/three.py", A_WRONG.format(FIRST, "return 3"))
    sentence = f"{SECOND} asks nothing, so it passes whatever is given"
    assert said(exercise) == [("solution.py", 1, sentence)]
