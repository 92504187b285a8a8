"""The transcript: what was asked about each act, and where expected and observed part."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.tutor.exercise.exam import Exam
from sandbox.tutor.exercise.printing import Printed
from sandbox.tutor.exercise.result import Step
from sandbox.tutor.exercise.student import StudentFile
from sandbox.tutor.exercise.transcript import Parted, Seen, Transcript


class Refused(Exception):
    """As every starter has it."""


class Denied(Exception):
    """Like Refused, under another name."""


@pytest.fixture
def transcript() -> Transcript:
    return Transcript()


Act = Callable[..., Seen]


@pytest.fixture
def gave(transcript: Transcript) -> Act:
    return lambda value=None, printed="": Seen(transcript, "f(1)", value, None, printed)


@pytest.fixture
def raised(transcript: Transcript) -> Act:
    return lambda error: Seen(transcript, "f(1)", None, error)


def parts(question: Callable[[], object], transcript: Transcript) -> tuple[str, str]:
    """The check ends here; what was expected and what was observed."""
    with pytest.raises(Parted):
        question()
    assert transcript.has_parted
    return transcript.steps[-1].expected, transcript.steps[-1].observed


def test_an_act_that_is_not_asked_about_is_a_line_without_an_expectation(
    transcript: Transcript, gave: Act
) -> None:
    gave(5)
    transcript.settle()
    assert transcript.steps == [Step("f(1)", "", "5", True)]


# gives


@pytest.mark.parametrize("value", [5, "x", b"x", None, True, [1, "a"], {"a": (1, None)}])
def test_gives_is_met_by_the_same_value(transcript: Transcript, gave: Act, value: object) -> None:
    gave(value).gives(value)
    assert transcript.steps == [Step("f(1)", repr(value), repr(value), True)]


@pytest.mark.parametrize(
    ("expected", "value", "observed"),
    [
        (1, True, "True (of type bool)"),
        (True, 1, "1 (of type int)"),
        (2, 2.0, "2.0 (of type float)"),
        ("x", b"x", "b'x' (of type bytes)"),
        ([1], (1,), "(1,) (of type tuple)"),
        (0, None, "None (nothing)"),
        (1, 2, "2"),
        ([1], [2], "[2]"),
    ],
)
def test_gives_is_not_met_by_another_value_or_type(
    transcript: Transcript, gave: Act, expected: object, value: object, observed: str
) -> None:
    seen = gave(value)
    assert parts(lambda: seen.gives(expected), transcript) == (repr(expected), observed)


@pytest.mark.parametrize(
    ("expected", "value"),
    [([1], [True]), ({"a": False}, {"a": 0}), ((1, [2]), (1, [2.0])), ({True: 1}, {1: 1})],
)
def test_gives_looks_at_the_type_of_what_is_inside(
    transcript: Transcript, gave: Act, expected: object, value: object
) -> None:
    seen = gave(value)
    assert parts(lambda: seen.gives(expected), transcript) == (repr(expected), repr(value))


def test_gives_does_not_ask_the_value_whether_it_is_equal(
    transcript: Transcript, gave: Act
) -> None:
    class Anything(str):
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            return True

    seen = gave(Anything("no"))
    parts(lambda: seen.gives("yes"), transcript)


def test_nothing_is_expected_and_an_error_is_no_nothing(
    transcript: Transcript, raised: Act
) -> None:
    seen = raised(KeyError("a"))
    told = parts(lambda: seen.gives(None), transcript)
    assert told == ("None", "raised KeyError: 'a'")


def test_where_two_texts_part_is_said(transcript: Transcript, gave: Act) -> None:
    seen = gave("alice.17.Qrst")
    _, observed = parts(lambda: seen.gives("alice.17.Qxst"), transcript)
    assert observed == "'alice.17.Qrst' (character 11: 'r', not 'x')"


# is_refused


def test_a_refusal_with_its_code_is_met(transcript: Transcript, raised: Act) -> None:
    raised(Refused("EXPIRED")).is_refused("EXPIRED")
    assert transcript.steps == [Step("f(1)", "refused with EXPIRED", "refused with EXPIRED", True)]


@pytest.mark.parametrize(
    ("error", "observed"),
    [
        (Refused("BAD_SIGNATURE"), "refused with BAD_SIGNATURE"),
        (Refused(), "refused with no code"),
        (Refused(None), "refused with None"),
        (ValueError("EXPIRED"), "raised ValueError: EXPIRED"),
        (Denied("EXPIRED"), "raised Denied: EXPIRED"),
    ],
)
def test_another_error_or_code_is_not_that_refusal(
    transcript: Transcript, raised: Act, error: Exception, observed: str
) -> None:
    seen = raised(error)
    told = parts(lambda: seen.is_refused("EXPIRED"), transcript)
    assert told == ("refused with EXPIRED", observed)


def test_a_refusal_that_is_returned_and_not_raised_is_none(
    transcript: Transcript, gave: Act
) -> None:
    seen = gave("EXPIRED")
    _, observed = parts(lambda: seen.is_refused("EXPIRED"), transcript)
    assert observed == "not refused, but 'EXPIRED'"


# raises, is_such, value


def test_an_error_of_this_kind_or_of_one_below_it_is_met(
    transcript: Transcript, raised: Act
) -> None:
    raised(KeyError("a")).raises(LookupError)
    assert transcript.steps == [Step("f(1)", "raises LookupError", "raised KeyError: 'a'", True)]


def test_an_error_of_another_kind_is_not_met(transcript: Transcript, raised: Act) -> None:
    seen = raised(KeyError("a"))
    told = parts(lambda: seen.raises(ValueError), transcript)
    assert told == ("raises ValueError", "raised KeyError: 'a'")


def test_no_error_where_one_is_expected_is_not_met(transcript: Transcript, gave: Act) -> None:
    seen = gave(5)
    assert parts(lambda: seen.raises(ValueError), transcript)[1] == "no error, but 5"


def test_such_a_value_is_met(transcript: Transcript, gave: Act) -> None:
    gave("a.b").is_such("a string of two parts", lambda value: value.count(".") == 1)
    assert transcript.steps == [Step("f(1)", "a string of two parts", "'a.b'", True)]


def test_no_such_value_is_not_met(transcript: Transcript, gave: Act) -> None:
    seen = gave("a")
    told = parts(lambda: seen.is_such("two parts", lambda value: "." in value), transcript)
    assert told == ("two parts", "'a'")


def test_an_error_is_no_such_value_and_the_test_is_not_asked(
    transcript: Transcript, raised: Act
) -> None:
    asked: list[object] = []
    seen = raised(ValueError("no"))
    parts(lambda: seen.is_such("a text", lambda value: not asked.append(value)), transcript)
    assert asked == []


def test_the_value_is_what_was_returned(gave: Act) -> None:
    thing = object()
    assert gave(thing).value is thing


def test_there_is_no_value_of_an_act_that_raised(transcript: Transcript, raised: Act) -> None:
    seen = raised(ValueError("no"))
    told = parts(lambda: seen.value, transcript)
    assert told == ("an answer", "raised ValueError: no")


def test_an_error_is_there_to_be_looked_at(gave: Act, raised: Act) -> None:
    error = ValueError("no")
    assert gave(5).raised is None
    assert raised(error).raised is error


# Several questions


def test_all_questions_about_one_act_stand_under_it_and_name_it_once(
    transcript: Transcript, gave: Act
) -> None:
    gave(5).gives(5).is_such("odd", lambda n: n % 2 == 1).is_such("small", lambda n: n < 9)
    assert [step.act for step in transcript.steps] == ["f(1)", "", ""]
    assert [step.expected for step in transcript.steps] == ["5", "odd", "small"]


def test_the_same_act_done_twice_is_named_twice(transcript: Transcript, gave: Act) -> None:
    gave(5).gives(5)
    gave(5).gives(5)
    assert [step.act for step in transcript.steps] == ["f(1)", "f(1)"]


def test_an_act_that_is_asked_about_after_another_is_named_again(transcript: Transcript) -> None:
    first = Seen(transcript, "f(1)", 1)
    Seen(transcript, "f(2)", 2).gives(2)
    first.gives(1).is_such("odd", lambda n: n % 2 == 1)
    assert [step.act for step in transcript.steps] == ["f(1)", "f(2)", "f(1)", ""]


def test_a_question_does_not_stand_under_an_act_that_it_is_not_about(
    transcript: Transcript,
) -> None:
    first = Seen(transcript, "f(1)", 1).gives(1)
    Seen(transcript, "f(2)", 2)
    first.gives(1)
    assert [step.act for step in transcript.steps] == ["f(1)", "f(2)", "f(1)"]


# An error that nobody asked about


def test_an_act_that_raised_unasked_parts_at_the_next_act(
    transcript: Transcript, raised: Act
) -> None:
    raised(ValueError("no"))
    told = parts(lambda: Seen(transcript, "f(2)", 5), transcript)
    assert told == ("no error", "raised ValueError: no")
    assert [step.act for step in transcript.steps] == ["f(1)"]


def test_an_act_that_raised_unasked_parts_at_the_end(transcript: Transcript, raised: Act) -> None:
    raised(ValueError("no"))
    assert parts(transcript.settle, transcript) == ("no error", "raised ValueError: no")


def test_an_error_that_was_asked_about_does_not_part(transcript: Transcript, raised: Act) -> None:
    raised(ValueError("no")).raises(ValueError)
    Seen(transcript, "f(2)", 5)
    transcript.settle()
    assert not transcript.has_parted


# A parting is not lost


def test_after_a_parting_nothing_more_is_done(transcript: Transcript, gave: Act) -> None:
    seen = gave(5)
    parts(lambda: seen.gives(6), transcript)
    with pytest.raises(Parted):
        gave(7)
    with pytest.raises(Parted):
        seen.gives(5)
    assert transcript.steps == [Step("f(1)", "6", "5", False)]


def examined(tmp_path: Path, source: str, check: Callable[[Exam], object]) -> Exam:
    """The check, done to a student's file."""
    file = tmp_path / "answer.py"
    file.write_text(source)
    exam = Exam(StudentFile(file, "answer.py"), Printed(), "a seed")
    exam.load()
    with pytest.raises(Parted):
        check(exam)
    return exam


SWALLOWS = "def log_in(verify):\n    try:\n        verify('x')\n    except {}:\n        pass\n"


@pytest.mark.parametrize("kind", ["Exception", "BaseException", "AssertionError"])
def test_a_student_who_catches_everything_around_a_call_back_does_not_swallow_a_parting(
    tmp_path: Path, kind: str
) -> None:
    def check(exam: Exam) -> None:
        def verify(password: str) -> None:
            exam.see("verify is called with", "the password", password)

        exam.call("log_in", verify, told="log in").gives(None)

    transcript = examined(tmp_path, SWALLOWS.format(kind), check).transcript
    assert transcript.has_parted
    assert transcript.steps == [Step("verify is called with", "the password", "x", False)]


def test_a_parting_in_a_call_back_is_no_error_of_the_student(tmp_path: Path) -> None:
    def check(exam: Exam) -> None:
        def verify(password: str) -> None:
            exam.see("verify is called with", "the password", password)

        exam.call("log_in", verify, told="log in").raises(AssertionError)

    source = "def log_in(verify):\n    verify('x')\n"
    steps = examined(tmp_path, source, check).transcript.steps
    assert steps == [Step("verify is called with", "the password", "x", False)]


# What to try


def advice(seen: Any) -> str:
    text: str = seen.advice
    return text


def test_printing_instead_of_returning_is_seen(gave: Act) -> None:
    assert advice(gave(None, "12\n")).startswith("It printed something and gave None.")


def test_a_way_without_return_is_seen(gave: Act) -> None:
    assert advice(gave(None)) == (
        "It gave None. Does every way through it end with return and a value?"
    )


def test_where_it_must_refuse_how_is_told(transcript: Transcript, gave: Act) -> None:
    seen = gave(None, "12\n")
    parts(lambda: seen.is_refused("EXPIRED"), transcript)
    assert advice(seen) == (
        'Here it must refuse: raise Refused("CODE"), with the code that was expected.'
    )


def test_nothing_is_advised_about_a_value(gave: Act) -> None:
    assert advice(gave(5, "12\n")) == ""
