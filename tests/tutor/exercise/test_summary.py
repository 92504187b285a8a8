"""What a class has handed in is collected and counted; what is damaged is left out and said."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from sandbox.login.problems import Problem
from sandbox.tutor.exercise.collect import Collected, Student, collect
from sandbox.tutor.exercise.result import CheckResult, Result
from sandbox.tutor.exercise.summary import hardest, standing, sum_up
from tests.mortals import told_without_privileges

EXAMINE = "Examine this answer again."


def line(exercise: str = "04", says: str = "", **outcomes: str) -> str:
    """One line as `check --json` prints it, written out by hand."""
    checks = [
        {"name": name, "sentence": f"The sentence of {name}.", "outcome": outcome, "steps": []}
        for name, outcome in outcomes.items()
    ]
    fields = {"v": 1, "verdict": "?", "exercise": exercise, "title": "A title", "file": "f"}
    return json.dumps({**fields, "checks": checks, "says": says, "notes": []}) + "\n"


PASSED = line(a="passed")


def handed_in(folder: Path, **files: str) -> Collected:
    for name, text in files.items():
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return collect(folder)


def names(collected: Collected) -> list[str]:
    return [student.name for student in collected.students]


def student(name: str, *results: Result) -> Student:
    return Student(name, {result.exercise: result for result in results})


def examined(exercise: str = "04", says: str = "", **outcomes: str) -> Result:
    checks = [CheckResult(name, f"{name}.", outcome) for name, outcome in outcomes.items()]
    return Result(exercise, "A title", "f", checks, says)


def test_a_line_of_the_real_result_is_read(tmp_path: Path) -> None:
    real = json.dumps(examined(a="passed").as_json())
    (alice,) = handed_in(tmp_path, alice=real).students
    assert (alice.name, standing(alice, "04")) == ("alice", "passed")


def test_each_file_is_a_student_named_by_its_stem(tmp_path: Path) -> None:
    (tmp_path / "carol.JSONL").write_text(PASSED)
    (tmp_path / "notes.txt").write_text("not ours")
    assert names(handed_in(tmp_path, bob=PASSED, alice=PASSED)) == ["alice", "bob", "carol"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["alice/results.json", "bob/results.json"], ["alice", "bob"]),
        (["alice/results.json"], ["alice"]),
        (["group1/alice.json", "group2/bob.json"], ["alice", "bob"]),
        (["results.json", "alice/results.json"], ["alice", "results"]),
        (["alice/r.json", "alice/r.jsonl"], ["alice/r.json", "alice/r.jsonl"]),
        (["g1/a.json", "g1/b.json", "g2/a.json"], ["b", "g1/a.json", "g2/a.json"]),
        (["alice/deeper/results.json", "bob.json"], ["bob"]),
        (["._alice.json", ".git/x.json", "bob.json"], ["bob"]),
    ],
)
def test_students_in_subfolders_are_told_apart(
    tmp_path: Path, files: list[str], expected: list[str]
) -> None:
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(PASSED)
    assert names(collect(tmp_path)) == expected


def test_the_last_of_several_runs_counts(tmp_path: Path) -> None:
    runs = line(a="failed") + line("05", a="failed") + line(a="passed")
    (alice,) = handed_in(tmp_path, alice=runs).students
    assert [standing(alice, number) for number in ("04", "05", "06")] == [
        "passed",
        "failed",
        "none",
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_as_powershell_writes_it_is_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "alice.json").write_bytes(f"{PASSED.strip()}\r\n\r\n".encode(encoding))
    collected = collect(tmp_path)
    assert (names(collected), collected.left_out) == (["alice"], [])


@pytest.mark.parametrize(
    ("verdict", "outcomes", "says"),
    [
        ("passed", {"a": "passed", "b": "passed"}, ""),
        ("failed", {"a": "passed", "b": "failed"}, ""),
        ("failed", {"a": "passed", "b": "skipped"}, ""),
        ("error", {"a": "error"}, ""),
        ("error", {"a": "passed"}, "It is no Python."),
        ("failed", {}, ""),
    ],
)
def test_what_a_student_has_reached_is_told_by_the_checks(
    tmp_path: Path, verdict: str, outcomes: dict[str, str], says: str
) -> None:
    (alice,) = handed_in(tmp_path, alice=line(says=says, **outcomes)).students
    assert standing(alice, "04") == verdict


def test_a_verdict_that_the_checks_do_not_bear_out_is_not_believed(tmp_path: Path) -> None:
    boast = json.loads(line(a="failed")) | {"verdict": "passed"}
    (alice,) = handed_in(tmp_path, alice=json.dumps(boast)).students
    assert standing(alice, "04") == "failed"


NO_JSON = f"alice.json: line 2 is no whole line of `check --json`. {EXAMINE}"
NOT_OURS = f"alice.json: line 2 is JSON, but no result of an examination. {EXAMINE}"
NEWER = (
    "alice.json: line 2 was written by a newer version of the sandbox. Bring this clone up to date."
)


def odd(**fields: Any) -> str:
    return json.dumps(json.loads(PASSED) | fields)


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        (PASSED[:40], NO_JSON),
        ("tulip", NO_JSON),
        ("\x00\x01", NO_JSON),
        ("[" * 200_000, NO_JSON),
        ('{"v": ' + "9" * 10_000 + "}", NO_JSON),
        ('{"v": 2}', NEWER),
        ("[]", NOT_OURS),
        ("null", NOT_OURS),
        ('"v"', NOT_OURS),
        ("{}", NOT_OURS),
        *((odd(v=each), NOT_OURS) for each in (True, 1.0, "1", 0, None, [1])),
        *((odd(exercise=each), NOT_OURS) for each in (4, "4", "004", "٠٤", "04\n", None, [])),
        *((odd(title=each), NOT_OURS) for each in (4, None, {})),
        *((odd(says=each), NOT_OURS) for each in (False, None, [])),
        *((odd(checks=each), NOT_OURS) for each in (4, None, {}, "ab", [4], [None], [[]], [{}])),
        *(
            (odd(checks=[{"name": "a", "sentence": "A.", "outcome": "passed"} | each]), NOT_OURS)
            for each in (
                {"name": 4},
                {"name": ["a"]},
                {"sentence": None},
                {"outcome": "great"},
                {"outcome": ["passed"]},
                {"outcome": {}},
            )
        ),
    ],
)
def test_a_damaged_line_is_left_out_and_said(tmp_path: Path, damaged: str, said: str) -> None:
    collected = handed_in(tmp_path, alice=f"{PASSED}{damaged}\n{line('05', a='failed')}")
    (alice,) = collected.students
    assert [standing(alice, number) for number in ("04", "05")] == ["passed", "failed"]
    assert collected.left_out == [said]


def test_many_damaged_lines_are_one_sentence(tmp_path: Path) -> None:
    collected = handed_in(tmp_path, alice="{\n" * 1000 + PASSED)
    says = f"alice.json: line 1 (and 999 more) is no whole line of `check --json`. {EXAMINE}"
    assert (names(collected), collected.left_out) == (["alice"], [says])


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_an_empty_file_is_said(tmp_path: Path, text: str) -> None:
    collected = handed_in(tmp_path, alice=text, bob=PASSED)
    assert names(collected) == ["bob"]
    assert collected.left_out == [f"alice.json is empty. {EXAMINE}"]


def test_a_file_that_is_too_large_is_left_out(tmp_path: Path) -> None:
    largest = PASSED + " " * (5_000_000 - len(PASSED))
    collected = handed_in(tmp_path, alice=f"{largest} ", bob=largest)
    assert names(collected) == ["bob"]
    assert collected.left_out == ["alice.json is larger than 5 MB. Keep its last lines only."]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "alice.json")
    (tmp_path / "bob.json").symlink_to("nowhere")
    left_out = collect(tmp_path).left_out
    assert left_out == [
        f"{name}.json is not a file, or leads nowhere. Put the file itself there."
        for name in ("alice", "bob")
    ]


def test_a_file_and_a_folder_that_may_not_be_read_are_said(open_folder: Path) -> None:
    for name in ("alice.json", "bob.json", "carols/carol.json"):
        (open_folder / name).parent.mkdir(exist_ok=True)
        (open_folder / name).write_text(PASSED)
    (open_folder / "bob.json").chmod(0)
    (open_folder / "carols").chmod(0)

    def tell() -> None:
        collected = collect(open_folder)
        raise Problem(f"{names(collected)} {collected.left_out}")

    told = told_without_privileges(tell)
    (open_folder / "carols").chmod(0o755)
    denied = "cannot be read (Permission denied). Make it yours to read."
    left_out = [f"carols {denied}", f"bob.json {denied}"]
    assert told == f"Problem: ['alice'] {left_out}"


def test_a_folder_that_may_not_be_read_is_said(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0)
    told = told_without_privileges(lambda: collect(closed))
    assert told == (
        f"Problem: The folder {closed} cannot be read (Permission denied). Make it yours to read."
    )


@pytest.mark.parametrize(
    ("name", "said"), [("nowhere", "There is no folder {}."), ("file", "{} is not a folder.")]
)
def test_what_is_no_folder_is_said(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "file").write_text(PASSED)
    with pytest.raises(Problem) as problem:
        collect(tmp_path / name)
    name_it = "Name the one that holds your students' results."
    assert str(problem.value) == f"{said.format(tmp_path / name)} {name_it}"


def test_control_characters_become_escapes_and_long_texts_are_cut(tmp_path: Path) -> None:
    nasty = odd(
        title="\x1b[2J\n", checks=[{"name": "a", "sentence": "x" * 900, "outcome": "passed"}]
    )
    (alice,) = handed_in(tmp_path, **{"al\x1bice": nasty}).students
    result = alice.results["04"]
    assert (alice.name, result.title) == ("al\\x1bice", "\\x1b[2J\\n")
    assert result.checks[0].sentence == "x" * 300 + "…"


def test_passed_and_handed_in_are_counted_for_each_exercise() -> None:
    exercises = sum_up(
        [
            student("alice", examined("05", a="passed"), examined("04", a="passed")),
            student("bob", examined("04", a="failed")),
            student("carol", examined("04", says="It is no Python.", a="not run")),
        ]
    )
    counted = [(each.number, each.passed, each.handed_in) for each in exercises]
    assert counted == [("04", 1, 3), ("05", 1, 1)]


def test_the_checks_that_fail_most_come_first_of_those_for_whom_they_were_done() -> None:
    (exercise,) = sum_up(
        [
            student("alice", examined(a="failed", b="failed", c="skipped", d="passed")),
            student("bob", examined(a="passed", b="error", c="skipped", d="passed")),
            student("carol", examined(a="passed", b="passed", c="failed", d="passed")),
            student("dave", examined(a="not run", b="not run", c="not run", d="not run")),
        ]
    )
    counts = [(check.name, check.failed, check.done) for check in exercise.checks]
    assert counts == [("b", 2, 3), ("c", 1, 1), ("a", 1, 3), ("d", 0, 3)]
    assert [check.name for check in exercise.failing] == ["b", "c", "a"]


def test_checks_of_one_name_in_two_exercises_are_kept_apart() -> None:
    results = (examined("04", a="failed"), examined("05", a="passed"))
    exercises = sum_up([student("alice", *results)])
    assert [each.checks[0].failed for each in exercises] == [1, 0]


def test_a_check_that_stands_twice_counts_once() -> None:
    twice = [CheckResult("a", "A.", "failed")] * 2
    (exercise,) = sum_up([student("alice", Result("04", "A title", "f", twice))])
    assert [(check.failed, check.done) for check in exercise.checks] == [(1, 1)]


def test_the_hardest_check_is_found_in_all_exercises() -> None:
    found = hardest(
        sum_up(
            [
                student("alice", examined("04", a="failed"), examined("05", b="failed")),
                student("bob", examined("04", a="passed"), examined("05", b="failed")),
            ]
        )
    )
    assert found
    assert (found[0].number, found[1].name) == ("05", "b")


def test_when_nothing_fails_no_check_is_the_hardest() -> None:
    assert hardest(sum_up([student("alice", examined(a="passed"))])) is None
    assert hardest(sum_up([])) is None
