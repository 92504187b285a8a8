"""What counts as passed: all checks, each of them, and nothing that stood in the way."""

from __future__ import annotations

import json

import pytest

from sandbox.tutor.exercise.result import CheckResult, Result, Step


def result(*outcomes: str, says: str = "") -> Result:
    checks = [CheckResult(f"check_{n}", "It is so.", each) for n, each in enumerate(outcomes)]
    return Result("04", "Verify a cookie", "mine.py", checks, says)


@pytest.mark.parametrize(
    ("outcomes", "says", "verdict"),
    [
        (["passed", "passed"], "", "passed"),
        (["passed", "failed"], "", "failed"),
        (["failed", "error"], "", "failed"),
        (["error", "failed"], "", "error"),
        (["passed", "skipped"], "", "failed"),
        (["passed", "not run"], "", "failed"),
        (["passed", "passed"], "The program ended.", "error"),
        (["failed"], "The program ended.", "error"),
        ([], "", "failed"),
        ([], "There is no file.", "error"),
    ],
)
def test_only_an_answer_that_passed_every_check_has_passed(
    outcomes: list[str], says: str, verdict: str
) -> None:
    found = result(*outcomes, says=says)
    assert (found.verdict, found.has_passed) == (verdict, verdict == "passed")


def test_the_first_check_that_was_done_and_not_passed_leads() -> None:
    lead = result("passed", "skipped", "error", "failed").lead
    assert lead is not None
    assert lead.name == "check_2"
    assert result("passed", "skipped", "not run").lead is None


def test_a_result_as_json_is_all_of_it() -> None:
    check = CheckResult("a", "It is so.", "failed", [Step("f(1)", "2", "3", False)])
    found = Result("04", "Verify a cookie", "mine.py", [check]).as_json()
    assert json.loads(json.dumps(found)) == {
        "v": 1,
        "exercise": "04",
        "title": "Verify a cookie",
        "file": "mine.py",
        "verdict": "failed",
        "says": "",
        "advice": "",
        "frames": [],
        "notes": [],
        "checks": [
            {
                "name": "a",
                "sentence": "It is so.",
                "outcome": "failed",
                "says": "",
                "advice": "",
                "frames": [],
                "printed": "",
                "steps": [{"act": "f(1)", "expected": "2", "observed": "3", "met": False}],
            }
        ],
    }
