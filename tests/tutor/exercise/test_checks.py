"""The checks of a check.py: what is read of them, and what is said when they cannot be."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from sandbox.login.problems import Problem
from sandbox.tutor.exercise.checks import Check, check, load_checks

HINTS: dict[str, Any] = {"idea": "i", "place": "p", "code": "c"}
HEAD = (
    "from sandbox.tutor.exercise import Exam, check\nhints = dict(idea='i', place='p', code='c')\n"
)
ONE = "@check(**hints)\ndef {0}(exam: Exam) -> None:\n    'The {0} one.'\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "01_double" / "check.py"


def loaded(path: Path, source: str) -> list[Check]:
    path.parent.mkdir(exist_ok=True)
    path.write_text(source, encoding="utf-8")
    return load_checks(path)


def problem(path: Path, source: str) -> str:
    with pytest.raises(Problem) as caught:
        loaded(path, source)
    return str(caught.value)


@check(idea="Twice.", place="In double.", code="2 * x")
def first(exam: Any) -> None:
    """A number
    is doubled.

    More about it, which nobody reads.
    """


@check(**HINTS, needs=[first], limit=5)
def second(exam: Any) -> None:
    """A text stands twice."""


@check(**HINTS)
def wordless(exam: Any) -> None:
    pass


def test_a_check_has_the_name_of_its_function() -> None:
    assert first.name == "first"


def test_the_sentence_is_the_first_paragraph_in_one_line() -> None:
    assert first.sentence == "A number is doubled."


def test_a_check_without_a_docstring_has_an_empty_sentence() -> None:
    assert wordless.sentence == ""


def test_the_hints_lead_from_the_idea_to_the_code() -> None:
    assert first.hints == ("Twice.", "In double.", "2 * x")


def test_a_check_needs_nothing_and_may_take_two_seconds_unless_it_says_so() -> None:
    assert (first.needs, first.limit) == ((), 2.0)
    assert (second.needs, second.limit) == (("first",), 5)


def test_checks_are_read_in_the_order_of_the_file(path: Path) -> None:
    checks = loaded(path, HEAD + "".join(map(ONE.format, ["third", "first", "second"])))
    assert [each.name for each in checks] == ["third", "first", "second"]


def test_what_is_no_check_is_left_aside(path: Path) -> None:
    checks = loaded(path, HEAD + "def helper(exam): pass\n" + ONE.format("only"))
    assert [each.name for each in checks] == ["only"]


def test_checks_are_read_afresh_each_time(path: Path) -> None:
    loaded(path, HEAD + ONE.format("old"))
    assert [each.name for each in loaded(path, HEAD + ONE.format("new"))] == ["new"]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def (:\n", r"cannot be run: SyntaxError: .+\. Correct it, then go on\."),
        ("1 / 0\n", r"cannot be run: ZeroDivisionError: .+\. Correct it, then go on\."),
        (HEAD + ONE.replace("(**hints)", "(idea='i')").format("x"), "cannot be run: TypeError: "),
        (HEAD + ONE.replace("hints", "hints, needs=[x]").format("x"), "cannot be run: NameError: "),
    ],
    ids=["no Python", "an error", "no hints", "a need that does not stand above"],
)
def test_a_file_that_cannot_be_run_is_said(path: Path, source: str, says: str) -> None:
    assert re.match(re.escape(f"{path} ") + says, problem(path, source))


def test_a_file_without_a_check_is_said(path: Path) -> None:
    assert problem(path, HEAD) == (
        f"{path} has no check. exercises/README.md says how one is written."
    )


def test_a_file_that_is_not_there_is_said(path: Path) -> None:
    with pytest.raises(Problem) as caught:
        load_checks(path)
    assert str(caught.value) == f"There is no {path}. Each exercise has its checks in check.py."
