"""What a check does with a student's file: calls, objects, random things, a clock."""

from __future__ import annotations

import hmac
import re
import secrets
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.tutor.exercise.exam import Exam, watch_comparisons
from sandbox.tutor.exercise.printing import Printed
from sandbox.tutor.exercise.result import Step
from sandbox.tutor.exercise.student import NAME, StudentFile, Trouble
from sandbox.tutor.exercise.transcript import Parted
from sandbox.tutor.standing_clock import StandingClock

MakeExam = Callable[..., Exam]
SOURCE = """
import sys
LINES = ["a", "b"]
SEEN = []

def double(x, times=2):
    SEEN.append(x)
    return times * x

def ends():
    sys.exit(3)

class SessionStore:
    def __init__(self, name):
        self.name = name
    def find(self, key):
        return {"name": self.name, "key": key}
    def __len__(self):
        return 7

class Broken:
    def __init__(self):
        raise ValueError("no")
"""


@pytest.fixture
def make_exam(tmp_path: Path) -> Iterator[MakeExam]:
    def made(source: str = SOURCE, seed: str = "a seed", printed: Printed | None = None) -> Exam:
        file = tmp_path / "answer.py"
        file.write_text(source)
        exam = Exam(StudentFile(file, "answer.py"), printed or Printed(), seed)
        exam.load()
        return exam

    yield made
    sys.modules.pop(NAME, None)


@pytest.fixture
def exam(make_exam: MakeExam) -> Exam:
    return make_exam()


# Random things


def drawn(exam: Exam) -> list[object]:
    things = [exam.name(), exam.word(), exam.password(), exam.key(), exam.clock()]
    return [*things, exam.random.random()]


def test_the_same_seed_draws_the_same(make_exam: MakeExam) -> None:
    assert drawn(make_exam(seed="1/verify")) == drawn(make_exam(seed="1/verify"))


def test_another_seed_draws_everything_anew(make_exam: MakeExam) -> None:
    one, other = drawn(make_exam(seed="1/verify")), drawn(make_exam(seed="2/verify"))
    assert [a for a, b in zip(one, other, strict=True) if a == b] == []


def test_two_draws_of_one_exam_are_not_the_same(exam: Exam) -> None:
    assert len({exam.key() for _ in range(50)} | {exam.password() for _ in range(50)}) == 100


def test_random_things_are_of_their_kinds(exam: Exam) -> None:
    assert re.fullmatch("[a-z]+[0-9]{3}", exam.name())
    assert re.fullmatch("[a-z]+[0-9]{3}", exam.word())
    assert isinstance(exam.password(), str)
    assert isinstance(exam.key(), bytes)


# The clock


def test_the_clock_stands_still_until_it_is_moved() -> None:
    clock = StandingClock(100)
    assert [clock(), clock()] == [100, 100]
    clock.forward(60)
    assert clock() == 160


def test_the_clock_begins_at_whole_unix_seconds_of_these_years(exam: Exam) -> None:
    now = exam.clock()
    assert now == int(now)
    assert 1_700_000_000 <= now < 1_710_000_000


# Calls


def test_a_function_is_called_and_stands_in_the_transcript(exam: Exam) -> None:
    exam.call("double", "ab", times=3).gives("ababab")
    assert exam.transcript.steps == [Step("double('ab', times=3)", "'ababab'", "'ababab'", True)]


def test_an_act_can_be_told_in_other_words(exam: Exam) -> None:
    exam.call("double", [1], told="somebody doubles it").gives([1, 1])
    assert exam.transcript.steps[0].act == "somebody doubles it"


def test_a_value_in_the_file_is_given(exam: Exam) -> None:
    assert exam.get("LINES") == ["a", "b"]


def test_loading_once_more_forgets_what_was_done(exam: Exam) -> None:
    exam.call("double", 1)
    assert exam.get("SEEN") == [1]
    exam.load()
    assert exam.get("SEEN") == []


def test_an_end_of_the_program_in_a_function_is_an_error_that_is_seen(exam: Exam) -> None:
    seen = exam.call("ends")
    assert isinstance(seen.raised, SystemExit)
    with pytest.raises(Parted):
        seen.gives(None)


def test_a_wrong_number_of_parameters_is_an_error_that_is_seen(exam: Exam) -> None:
    exam.call("ends", 1, 2).raises(TypeError)


def test_a_missing_function_gets_a_sentence(exam: Exam) -> None:
    with pytest.raises(Trouble) as caught:
        exam.call("duoble", 1)
    assert caught.value.says == (
        "There is no duoble in answer.py, and the examiner calls it. "
        "There is double: is that the one?"
    )


def test_a_missing_function_in_a_call_back_gets_its_sentence(make_exam: MakeExam) -> None:
    exam = make_exam("def log_in(verify):\n    return verify()\n")
    with pytest.raises(Trouble):
        exam.call("log_in", lambda: exam.get("SESSIONS"), told="log in")


def test_only_what_this_call_has_printed_counts(make_exam: MakeExam) -> None:
    printed = Printed()
    exam = make_exam("def loud(print): print('12')\ndef quiet(): pass\n", printed=printed)
    loud = exam.call("loud", printed.write, told="loud")
    quiet = exam.call("quiet")
    assert (loud.printed, quiet.printed) == ("12", "")


# Objects


def test_an_object_is_made_and_its_method_called(exam: Exam) -> None:
    store = exam.new("SessionStore", "mine")
    store.call("find", 5).gives({"name": "mine", "key": 5})
    assert [step.act for step in exam.transcript.steps] == ["SessionStore('mine')", "store.find(5)"]
    assert exam.transcript.steps[0].observed == "SessionStore object"


def test_a_method_can_be_told_in_other_words(exam: Exam) -> None:
    exam.new("SessionStore", "mine").call("find", 5, told="alice comes back")
    assert exam.transcript.steps[-1].act == "alice comes back"


def test_an_object_that_cannot_be_made_parts(exam: Exam) -> None:
    with pytest.raises(Parted):
        exam.new("Broken")
    assert exam.transcript.steps == [Step("Broken()", "an answer", "raised ValueError: no", False)]


def test_a_missing_class_gets_a_sentence(exam: Exam) -> None:
    with pytest.raises(Trouble) as caught:
        exam.new("SesionStore")
    assert caught.value.says == (
        "There is no SesionStore in answer.py, and the examiner calls it. "
        "There is SessionStore: is that the one?"
    )


@pytest.mark.parametrize(
    ("method", "hint"),
    [("fnd", "There is find: is that the one?"), ("write", "Was it renamed or deleted?")],
)
def test_a_missing_method_gets_a_sentence(exam: Exam, method: str, hint: str) -> None:
    store = exam.new("SessionStore", "mine")
    with pytest.raises(Trouble) as caught:
        store.call(method, 5)
    assert caught.value.says == (
        f"There is no {method} in the class SessionStore in answer.py, "
        f"and the examiner calls it. {hint}"
    )
    assert caught.value.advice == f"Give it the name {method}, exactly so."


# see


def test_what_is_seen_and_as_expected_is_a_line(exam: Exam) -> None:
    exam.see("rows in the store", 1, 1)
    assert exam.transcript.steps == [Step("rows in the store", "1", "1", True)]


def test_what_is_seen_and_not_as_expected_parts(exam: Exam) -> None:
    with pytest.raises(Parted):
        exam.see("the second id", "another id", "the same id")
    assert exam.transcript.steps == [Step("the second id", "another id", "the same id", False)]


def test_an_empty_text_is_seen_as_nothing(exam: Exam) -> None:
    with pytest.raises(Parted):
        exam.see("what is left", "", "a row")
    assert exam.transcript.steps[0].expected == "nothing"


def test_a_huge_text_that_is_seen_is_cut(exam: Exam) -> None:
    with pytest.raises(Parted):
        exam.see("the id", "another id", "x" * 5_000_000)
    observed = exam.transcript.steps[0].observed
    assert observed.endswith("xxx… (5000000 characters)")
    assert len(observed) < 400


# Comparisons


@pytest.fixture
def compared() -> Iterator[list[tuple[Any, Any]]]:
    """What the examiner saw; the libraries are as before afterwards."""
    found: list[tuple[Any, Any]] = []
    with pytest.MonkeyPatch.context() as patched:
        for module in (hmac, secrets):
            patched.setattr(module, "compare_digest", module.compare_digest)
        watch_comparisons(found.append)
        yield found


@pytest.mark.parametrize(
    "source",
    [
        "import hmac\ndef same(a, b): return hmac.compare_digest(a, b)\n",
        "import hmac as h\ndef same(a, b): return h.compare_digest(a, b)\n",
        "import secrets\ndef same(a, b): return secrets.compare_digest(a, b)\n",
        "from hmac import compare_digest\ndef same(a, b): return compare_digest(a, b)\n",
        "from secrets import compare_digest as same\n",
    ],
)
def test_every_way_to_compare_is_seen(
    make_exam: MakeExam, compared: list[tuple[Any, Any]], source: str
) -> None:
    exam = make_exam(source)
    exam.call("same", b"a", b"a").gives(True)
    exam.call("same", "a", "b").gives(False)
    assert compared == [(b"a", b"a"), ("a", "b")]


def test_a_comparison_that_is_an_error_is_one_still(
    make_exam: MakeExam, compared: list[tuple[Any, Any]]
) -> None:
    exam = make_exam("from hmac import compare_digest as same\n")
    exam.call("same", "é", "e").raises(TypeError)
    exam.call("same", 1, 2).raises(TypeError)


def test_equals_signs_are_not_seen(make_exam: MakeExam, compared: list[tuple[Any, Any]]) -> None:
    make_exam("def same(a, b): return a == b\n").call("same", b"a", b"a").gives(True)
    assert compared == []
