"""JUnit XML of results: it can be read back, and only a passed answer is green."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from sandbox.tutor.exercise.junit import junit
from sandbox.tutor.exercise.result import OUTCOMES, CheckResult, Result, Step

STEPS = [
    Step("verify('a.b.c', b'key')", "'alice'", "'alice'", True),
    Step("verify('a.b.d', b'key')", "Refused BAD_SIGNATURE", "'alice'", False),
]
SENTENCE = "A changed cookie is refused."
Element = ElementTree.Element


def checked(outcome: str, **more: object) -> CheckResult:
    return CheckResult("a_changed_cookie_is_refused", SENTENCE, outcome, **more)  # type: ignore[arg-type]


def examined(*checks: CheckResult, exercise: str = "04", **more: object) -> Result:
    return Result(exercise, "Verify a cookie", "work/04.py", list(checks), **more)  # type: ignore[arg-type]


def read(*results: Result) -> Element:
    return ElementTree.fromstring(junit(list(results)))


def counts(element: Element) -> tuple[str, ...]:
    """Tests, failures, errors, skipped."""
    return tuple(element.attrib[name] for name in ("tests", "failures", "errors", "skipped"))


def test_each_exercise_is_a_suite_and_each_check_a_case() -> None:
    root = read(examined(checked("passed")), examined(checked("passed"), exercise="05"))
    assert [suite.get("name") for suite in root] == ["04 Verify a cookie", "05 Verify a cookie"]
    (case,) = root[0]
    assert (root.tag, root[0].tag, case.tag) == ("testsuites", "testsuite", "testcase")
    assert case.attrib == {
        "classname": "04 Verify a cookie",
        "name": SENTENCE,
        "file": "work/04.py",
    }


def test_outcomes_are_counted_in_the_suite_and_in_all() -> None:
    outcomes = ["passed", "passed", "passed", "failed", "failed", "error", "skipped", "not run"]
    root = read(examined(*map(checked, outcomes)), examined(checked("passed"), exercise="05"))
    assert counts(root[0]) == ("8", "2", "1", "2")
    assert counts(root[1]) == ("1", "0", "0", "0")
    assert counts(root) == ("9", "2", "1", "2")


def test_a_failure_says_where_expected_and_observed_part() -> None:
    (failure,) = read(examined(checked("failed", steps=STEPS))).iter("failure")
    assert failure.get("message") == (
        "A changed cookie is refused. verify('a.b.d', b'key'): "
        "expected Refused BAD_SIGNATURE, observed 'alice'"
    )


def test_a_failure_holds_the_transcript_the_advice_and_the_frames() -> None:
    check = checked("failed", steps=STEPS, advice="Compare them.", frames=["04.py:7 verify"])
    (failure,) = read(examined(check)).iter("failure")
    assert failure.text == (
        "verify('a.b.c', b'key')\n  expected  'alice'\n  observed  'alice'\n  as expected\n"
        "verify('a.b.d', b'key')\n  expected  Refused BAD_SIGNATURE\n  observed  'alice'\n"
        "  they part here\n\nCompare them.\n\n04.py:7 verify"
    )


def test_an_error_says_what_happened() -> None:
    (error,) = read(examined(checked("error", says="It took more than 2 seconds."))).iter("error")
    assert error.get("message") == f"{SENTENCE} It took more than 2 seconds."


def test_a_skipped_check_says_why() -> None:
    reasons = [checked("skipped", says="It needs another one."), checked("not run")]
    skipped = read(examined(checked("failed"), *reasons)).iter("skipped")
    assert [each.get("message") for each in skipped] == ["It needs another one.", "not run"]


def test_what_the_student_printed_is_kept_beside_the_check() -> None:
    (case,) = read(examined(checked("passed", printed="<b>tulip</b>\n"))).iter("testcase")
    assert case.findtext("system-out") == "<b>tulip</b>\n"


def test_notes_stand_with_the_suite() -> None:
    (suite,) = read(examined(checked("passed"), notes=["One.", "Two."]))
    assert suite.findtext("system-out") == "One.\nTwo."


def test_an_answer_that_could_not_be_examined_is_an_error() -> None:
    says = "work/04.py has a mistake in line 3: it is no Python."
    root = read(examined(checked("not run"), checked("not run"), says=says))
    assert counts(root) == ("3", "0", "1", "2")
    (error,) = root.iter("error")
    assert error.get("message") == says


def test_why_an_answer_could_not_be_examined_comes_with_advice_and_frames() -> None:
    result = examined(says="It took too long.", advice="Is there a loop?", frames=["04.py:7"])
    (error,) = read(result).iter("error")
    assert error.text == "It took too long.\n\nIs there a loop?\n\n04.py:7"


@pytest.mark.parametrize(
    "result",
    [
        examined(),
        examined(says="It is empty."),
        examined(checked("passed"), says="It ended the examination."),
        examined(checked("passed"), checked("skipped")),
        examined(checked("not run")),
        examined(checked("something new")),
    ],
    ids=["no check", "empty", "ended", "one skipped", "none run", "unknown outcome"],
)
def test_what_has_not_passed_is_never_green(result: Result) -> None:
    assert counts(read(result))[1:3] == ("0", "1")


@pytest.mark.parametrize("outcome", [each for each in OUTCOMES if each != "passed"])
def test_an_outcome_that_is_not_passed_is_never_green(outcome: str) -> None:
    _, failures, errors, _ = counts(read(examined(checked(outcome))))
    assert int(failures) + int(errors) == 1


def test_without_results_there_is_an_error() -> None:
    assert counts(read()) == ("1", "0", "1", "0")


NASTY = "\x00\x1b[31m\r\x85\u202e\ufffe\uffff\ud800<&>\"']]>"


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_what_xml_cannot_hold_becomes_an_escape(outcome: str) -> None:
    steps = [Step(NASTY, NASTY, NASTY, False)]
    check = CheckResult(NASTY, NASTY, outcome, steps, NASTY, NASTY, [NASTY], NASTY)
    root = read(Result(NASTY, NASTY, NASTY, [check], NASTY, NASTY, [NASTY], [NASTY]))
    written = "\\x00\\x1b[31m\\r\\x85\\u202e\\ufffe\\uffff\\ud800<&>\"']]>"
    assert root[0][-1].text == written
    assert root[0].get("name") == f"{written} {written}"
    assert {case.get("file") for case in root.iter("testcase")} == {written}


def test_line_breaks_and_letters_of_any_script_are_kept() -> None:
    text = "Zoë 漢字 🍪\n\ttwo"
    root = read(examined(CheckResult("a", text, "passed")))
    assert root[0][0].get("name") == text


def test_the_text_is_ascii_so_that_any_output_can_hold_it() -> None:
    assert junit([examined(CheckResult("a", "Zoë 🍪", "passed"))]).isascii()
