"""Each operator makes the mutants that are expected, by exact text; survivors are told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.login.problems import Problem
from sandbox.tutor.exercise.shelf import Exercise
from tests.exercises import mutants
from tests.exercises.excused import EXCUSED, Excuse
from tests.exercises.mutants import Survivor, Tally
from tests.exercises.mutator import Mutant, mutants_of


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a == b", ["a != b"]),
        ("a != b", ["a == b"]),
        ("a < b", ["a <= b", "a > b"]),
        ("a <= b", ["a < b", "a >= b"]),
        ("a > b", ["a >= b", "a < b"]),
        ("a >= b", ["a > b", "a <= b"]),
        ("a is b", ["a is not b"]),
        ("a is not b", ["a is b"]),
        ("a in b", ["a not in b"]),
        ("a not in b", ["a in b"]),
        ("a == b is c", ["a != b is c", "a == b is not c"]),
        ("a and b and c", ["a or b or c"]),
        ("a or b", ["a and b"]),
        ("not a", ["a"]),
        ("-a", []),
        ("3", ["4", "2"]),
        ("0", ["1", "-1"]),
        ("1.5", ["2.5", "0.5"]),
        ("True", ["False"]),
        ("False", ["True"]),
        ("None", []),
        ("...", []),
        ("'tulip'", ["'tulip,'", "''"]),
        ("''", ["','"]),
        ("b'rose'", ["b'rose,'", "b''"]),
        ("f(a)", ["a"]),
        ("f()", []),
        ("f(*a)", []),
        ("f(key=a)", []),
        ("f(a, b)", ["f(b, a)", "a"]),
        ("f(a, b, c)", ["f(b, a, c)", "f(a, c, b)", "a"]),
        ("f(a, a)", ["a"]),
        ("a.b(c)", ["a"]),
        ("a.b(c, d)", ["a.b(d, c)", "a"]),
        ("a.b().c()", ["a.b()", "a.c()"]),
        ("a + b", ["a - b"]),
        ("a - b", ["a + b"]),
        ("a * b", ["a // b"]),
        ("a / b", ["a * b"]),
        ("a // b", ["a * b"]),
        ("a % b", ["a * b"]),
        ("a ** b", ["a * b"]),
        ("a << b", ["a >> b"]),
        ("a >> b", ["a << b"]),
        ("a & b", ["a | b"]),
        ("a | b", ["a & b"]),
        ("a ^ b", ["a | b"]),
        ("a @ b", []),
        ("b if a else c", ["b if True else c", "b if False else c"]),
        ("f'{a}.{b}'", ["f'{a}.,{b}'", "f'{a}{b}'"]),
        ("f'{a:>9}'", []),
        ("a[1:]", ["a[2:]", "a[0:]"]),
        ("lambda a: not a", ["lambda a: a"]),
    ],
)
def test_an_expression_is_changed_in_one_place_at_a_time(source: str, expected: list[str]) -> None:
    assert [each.source for each in mutants_of(f"x = {source}")] == [
        f"x = {other}\n" for other in expected
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("f(a)", ["pass"]),
        ("a.b(c)", ["pass"]),
        ("f(a, b)", ["pass", "f(b, a)"]),
        ("raise E", ["pass"]),
        ("raise E('a')", ["pass", "raise 'a'", "raise E('a,')", "raise E('')"]),
        ("raise", ["pass"]),
        ("del a[b]", ["pass"]),
        ("a += b", ["a -= b"]),
        ("if a:\n    b", ["if True:\n    b", "if False:\n    b"]),
        ("while a:\n    b", []),
        ("def f():\n    return a", ["def f():\n    return None"]),
        ("def f():\n    return", []),
        ("def f():\n    return None", []),
        ("def f(a=1):\n    pass", ["def f(a=2):\n    pass", "def f(a=0):\n    pass"]),
        ("x: int = 1", ["x: int = 2", "x: int = 0"]),
        ("import a\nx = a.b(c)", ["import a\nx = c"]),
        ("import a.b\nx = a.b.f(c)", ["import a.b\nx = c"]),
        ("import a as b\nx = b.f(c)", ["import a as b\nx = c"]),
        ("from a import b\nx = b.f(c)", ["from a import b\nx = b"]),
    ],
)
def test_a_statement_is_changed_in_one_place_at_a_time(source: str, expected: list[str]) -> None:
    assert [each.source for each in mutants_of(source)] == [f"{other}\n" for other in expected]


@pytest.mark.parametrize(
    "source",
    [
        '"""A module."""',
        'def f():\n    """A function."""',
        'async def f():\n    """A function."""',
        'class C:\n    """A class."""\n\n    def m(self):\n        """A method."""',
        "def f(a: 'A' = b, *c: 'C', d: T[1]) -> 'R' | None:\n    pass",
        "x: Literal['a'] = b",
        "x: 'a'",
        "from __future__ import annotations",
    ],
)
def test_docstrings_and_annotations_are_left_alone(source: str) -> None:
    assert mutants_of(source) == []


def test_a_text_that_is_no_docstring_is_changed() -> None:
    source = 'def f():\n    """Doc."""\n    return "a"'
    assert [each.after for each in mutants_of(source)] == [
        "return None",
        "return 'a,'",
        "return ''",
    ]


def test_a_mutant_knows_its_line_in_the_source_and_both_texts() -> None:
    source = '"""Doc."""\n\n# why\nif (\n    a\n    < b\n):\n    c()\n'
    changed = [(each.line, each.before, each.after) for each in mutants_of(source)]
    assert changed == [
        (5, "if a < b:", "if True:"),
        (5, "if a < b:", "if False:"),
        (5, "if a < b:", "if a <= b:"),
        (5, "if a < b:", "if a > b:"),
        (8, "c()", "pass"),
    ]


def test_a_survivor_is_one_line_with_both_texts() -> None:
    assert str(Mutant(8, "if a < b:", "if a <= b:", "")) == "8: - if a < b:  + if a <= b:"


def test_each_text_is_made_once() -> None:
    assert [each.source for each in mutants_of("if True:\n    pass")] == ["if False:\n    pass\n"]


README = "# 42 · Double\n\nAfter lesson 03 · write it · about 5 minutes\n"
SOLUTION = '"""Doubles."""\n\n\ndef double(number):\n    return number + number * 1\n'
CHECK = '''"""What the examiner does."""

from sandbox.tutor.exercise import Exam, check


@check(idea="Twice.", place="In double.", code="2 * number")
def a_number_is_doubled(exam: Exam) -> None:
    """The double of two is four."""
    exam.call("double", 2).gives(4)
'''


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    folder = tmp_path / "42_double"
    folder.mkdir()
    for name, text in (("README.md", README), ("solution.py", SOLUTION), ("check.py", CHECK)):
        (folder / name).write_text(text, encoding="utf-8")
    return Exercise(folder, "42", "Double", "03", "write it")


IN_VAIN = Excuse("42", "return number + number // 1", "To divide by one changes nothing.")


def test_the_mutant_that_no_check_sees_is_the_survivor(exercise: Exercise) -> None:
    counted = mutants.tally(exercise, [])
    assert counted.mutants == 5  # -, //, 2, 0, None
    assert [each.mutant.after for each in counted.survivors] == [IN_VAIN.line]
    assert counted.row().split() == ["42_double", "5", "4", "80%", "0"]
    line = f"5: - return number + number * 1  + {IN_VAIN.line}"
    assert counted.findings() == [f"{exercise.solution}:{line}"]


def test_a_solution_that_does_not_pass_is_a_problem(exercise: Exercise) -> None:
    exercise.solution.write_text(SOLUTION.replace("*", "-"), encoding="utf-8")
    with pytest.raises(Problem, match="itself does not pass"):
        mutants.tally(exercise, [])


def test_a_check_that_breaks_is_told_beside_the_mutant(exercise: Exercise) -> None:
    exercise.check.write_text("tulip\n", encoding="utf-8")
    changed = Mutant(5, "a", "b", SOLUTION)
    (survivor,) = mutants.survivors_of(exercise, [changed])
    assert "it broke a check" in survivor.says


def counted(exercise: Exercise, *excuses: Excuse) -> Tally:
    survivor = Survivor(Mutant(5, "return number * 1", IN_VAIN.line, ""))
    return Tally(exercise, 4, [survivor], list(excuses))


def test_an_excused_survivor_is_no_finding(exercise: Exercise) -> None:
    excused = counted(exercise, IN_VAIN)
    assert excused.findings() == []
    assert excused.row().split() == ["42_double", "4", "3", "75%", "1"]


def test_an_excuse_without_a_survivor_is_stale(exercise: Exercise) -> None:
    stale = counted(exercise, IN_VAIN, Excuse("42", "return None", "No reason."))
    assert stale.findings() == [f"{exercise.solution}: a stale excuse: return None"]


def test_excuses_of_other_exercises_are_not_counted(exercise: Exercise) -> None:
    other = Excuse("43", IN_VAIN.line, "Elsewhere.")
    assert mutants.tally(exercise, [IN_VAIN, other]).excuses == [IN_VAIN]


def test_each_excuse_says_why() -> None:
    assert [excuse for excuse in EXCUSED if len(excuse.why.split()) < 3] == []
