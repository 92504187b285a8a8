"""The student's file: what it may import, what is found in it, which lines are his own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.tutor.exercise.student import LARGEST, NAME, StudentFile, Trouble

Write = Callable[[str], StudentFile]


@pytest.fixture(autouse=True)
def only_here() -> Iterator[None]:
    """The module of one test is not left for the next."""
    yield
    sys.modules.pop(NAME, None)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(source: str) -> StudentFile:
        file = tmp_path / "01_double.py"
        file.write_text(source, encoding="utf-8")
        return StudentFile(file, "my file")

    return written


def trouble(student: StudentFile) -> Trouble:
    with pytest.raises(Trouble) as caught:
        student.load()
    return caught.value


# Imports


@pytest.mark.parametrize(
    "line",
    [
        "import sandbox",
        "import sandbox as s",
        "import sandbox.login as x",
        "import os, sandbox.login.keys",
        "from sandbox import login",
        "from sandbox import *",
        "from sandbox.login.cookies import parse_cookie_header",
        "from sandbox.tutor.exercise import check as c",
        "def double(x): import sandbox",
        "try: import sandbox\nexcept ImportError: pass",
    ],
)
def test_an_import_of_the_sandbox_is_refused_before_anything_is_run(
    write: Write, line: str
) -> None:
    found = trouble(write(f"{line}\n1 / 0\n"))
    assert found.says == "my file imports from the sandbox itself."
    assert found.frames == [f"line 1: {line.splitlines()[0]}"]


@pytest.mark.parametrize("line", ["import sandboxed", "from sandboxed.sandbox import X as sandbox"])
def test_a_module_whose_name_only_begins_like_the_sandbox_is_fine(
    write: Write, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sandboxed").mkdir()
    (tmp_path / "sandboxed/__init__.py").write_text("")
    (tmp_path / "sandboxed/sandbox.py").write_text("X = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    write(f"{line}\n").load()


@pytest.mark.parametrize(
    "line", ["sandbox = 1", "import hmac as sandbox", "print('import sandbox')  # import sandbox"]
)
def test_the_word_sandbox_is_no_import_of_it(write: Write, line: str) -> None:
    write(f"{line}\n").load()


# Loading


def test_each_load_begins_with_nothing_of_the_one_before(write: Write) -> None:
    student = write("seen = []\n")
    student.load().seen.append(1)
    assert student.load().seen == []


def test_what_was_saved_meanwhile_is_loaded(write: Write) -> None:
    student = write("a = 1\n")
    student.load()
    write("a = 2\n")
    assert student.load().a == 2


def test_a_file_is_no_program_of_its_own(write: Write) -> None:
    module = write("ran = __name__\nif __name__ == '__main__':\n    1 / 0\n").load()
    assert module.ran == "answer"


def test_a_dataclass_in_the_file_finds_its_module(write: Write) -> None:
    source = "import dataclasses\n@dataclasses.dataclass\nclass A:\n    x: 'int' = 1\n"
    assert write(source).load().A().x == 1


def test_our_own_future_imports_do_not_change_the_students_file(write: Write) -> None:
    source = "def f(x: int): pass\n"
    assert write(source).load().f.__annotations__ == {"x": int}


@pytest.mark.parametrize("source", ["", "\n\n", "# all\n", '"""Only words."""\n', "'a'\n1\n"])
def test_a_file_without_code_is_told_so(write: Write, source: str) -> None:
    assert trouble(write(source)).says == (
        "There is no code in my file: it is empty, or all of it is a comment."
    )


def test_a_huge_file_is_not_read(write: Write) -> None:
    found = trouble(write("#" * LARGEST + "\n"))
    assert found.says == "my file has 500001 bytes; at most 500000 are read."


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    found = trouble(StudentFile(tmp_path, "my file"))
    assert found.says.startswith("my file cannot be read (")
    assert found.advice == "It must be a file that you may read."


def test_brackets_too_deep_for_python_are_told(write: Write) -> None:
    assert trouble(write("x = " + "(" * 5000 + ")" * 5000 + "\n")).says.startswith(
        ("my file cannot be read as Python: ", "Line 1 of my file cannot be read as Python: ")
    )


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("1 / 0\n", "my file stops while it is loaded: ZeroDivisionError: division by zero."),
        ("quit()\n", "my file stops while it is loaded: it ends the program (sys.exit, exit"),
        ("raise KeyboardInterrupt\n", "my file stops while it is loaded: KeyboardInterrupt."),
    ],
)
def test_a_file_that_stops_is_told_with_the_line(write: Write, source: str, says: str) -> None:
    found = trouble(write("x = 1\n" + source))
    assert found.says.startswith(says)
    assert found.frames[0] == f"line 2: {source.strip()}"


def test_only_the_last_of_his_own_lines_are_named(write: Write) -> None:
    student = write("import json\ndef a(n):\n    json.loads('') if n == 0 else a(n - 1)\na(9)\n")
    deep = "line 3, in a: json.loads('') if n == 0 else a(n - 1)"
    assert trouble(student).frames == [deep] * 3


# What is found in it


def test_a_name_is_found(write: Write) -> None:
    student = write("LINES = ['a']\n")
    assert student.find(student.load(), "LINES") == ["a"]


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("def duoble(x): pass\n", "There is duoble: is that the one?"),
        ("def treat(x): pass\n", "Was it renamed or deleted?"),
    ],
)
def test_a_name_that_is_not_there_is_told(write: Write, source: str, hint: str) -> None:
    student = write(source)
    with pytest.raises(Trouble) as caught:
        student.find(student.load(), "double")
    assert caught.value.says == (
        f"There is no double in my file, and the examiner calls it. {hint}"
    )
    assert caught.value.advice == "Give it the name double, exactly so."


def test_what_every_module_has_is_no_name_of_his(write: Write) -> None:
    student = write("x = 1\n")
    with pytest.raises(Trouble) as caught:
        student.find(student.load(), "__build__")
    assert caught.value.says.endswith("Was it renamed or deleted?")


def test_where_his_function_begins_is_named(write: Write) -> None:
    student = write("x = 1\ndef double(x):\n    return x\n")
    assert student.beginning(student.load().double.__code__) == ["line 2: def double(x):"]


def test_no_line_is_named_for_a_function_of_somebody_else(write: Write) -> None:
    student = write("from os.path import join as double\n")
    assert student.beginning(student.load().double.__code__) == []
    assert student.beginning(None) == []
