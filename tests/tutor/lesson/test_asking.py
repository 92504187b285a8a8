"""A prediction on the screen: what may be typed, which answer is right, what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.tutor.lesson.asking import (
    DONT_KNOW,
    STOPS,
    feedback,
    how_to_answer,
    in_words,
    question_lines,
    read_answer,
)
from sandbox.tutor.lesson.fences import read_predict
from sandbox.tutor.lesson.judge import do_step, right_answers
from sandbox.tutor.lesson.parts import Prediction, Step
from sandbox.tutor.lesson.world import World
from tests.lessons.small import lesson_in

ALL_STAGES = dict.fromkeys(STOPS, "SKIPPED")


def told(step: Step, answer: str, right: str, stages: Mapping[str, str] = ALL_STAGES) -> list[str]:
    """The feedback at a server that has every stage, unless told otherwise."""
    return feedback(step, answer, right, stages)


def asked(kind: str, text: str) -> Prediction:
    return read_predict(kind, list(enumerate(text.split("\n"), 2)), 1)


CHOOSE = asked(
    "",
    "Where does it stop?\na. At the reader -> stage read_cookie == NO_COOKIE\n"
    "b. At the signer -> stage check_signature == BAD_SIGNATURE\nc. Nowhere -> verdict == OK\n"
    "watch look_up_session",
)
ORDER = asked(
    "order",
    "Which comes first?\na. the store -> stage look_up_session\n"
    "b. the cookie -> stage read_cookie\nc. the signature -> stage check_signature\n"
    "watch check_signature",
)
SORT = asked(
    "sort",
    "Which has a row?\n= one: rows == 1\n= none: rows == 0\na. The first (1)\nb. The second (2)\n"
    "watch open_session",
)
ANSWERS = {"a": "The line of a.", "b": "The line of b.", "c": "The line of c."}


def a_step(prediction: Prediction) -> Step:
    return Step(1, "A step", 1, answers=ANSWERS, prediction=prediction)


# What is asked


def test_the_options_are_numbered_and_not_to_know_is_one_of_them() -> None:
    assert [line for line in question_lines(CHOOSE) if line] == [
        "Predict: Where does it stop?",
        "  1  At the reader",
        "  2  At the signer",
        "  3  Nowhere",
        "  0  I do not know",
        "Type a number from 0 to 3, then Enter.",
    ]


def test_a_sort_shows_what_is_sorted_by_letter_and_its_heaps_by_number() -> None:
    assert [line for line in question_lines(SORT) if line] == [
        "Predict: Which has a row?",
        "  a  The first",
        "  b  The second",
        "  1  one",
        "  2  none",
        "  0  I do not know",
        how_to_answer(SORT),
    ]
    assert "2 numbers" in how_to_answer(SORT)
    assert "the 3 numbers in the right order" in how_to_answer(ORDER)


# What is typed


@pytest.mark.parametrize(
    ("prediction", "typed", "answer"),
    [
        (CHOOSE, "1", "a"),
        (CHOOSE, " 3 ", "c"),
        (ORDER, "2 3 1", "bca"),
        (ORDER, "231", "bca"),
        (ORDER, "2,3, 1", "bca"),
        (SORT, "1 2", "1 2"),
        (SORT, "22", "2 2"),
        (CHOOSE, "0", DONT_KNOW),
        (ORDER, "0", DONT_KNOW),
        (SORT, "0", DONT_KNOW),
    ],
)
def test_an_answer_is_read(prediction: Prediction, typed: str, answer: str) -> None:
    assert read_answer(prediction, typed) == answer


@pytest.mark.parametrize(
    ("prediction", "typed"),
    [
        *(
            (prediction, typed)
            for prediction in (CHOOSE, ORDER, SORT)
            for typed in ("", " ", "a", "x", "-1", "1.", "1 a", "?", "00", "0 0", "9", "\u0661")
        ),
        (CHOOSE, "4"),
        (CHOOSE, "1 2"),
        (CHOOSE, "11"),
        (ORDER, "1"),
        (ORDER, "1 2"),
        (ORDER, "1 2 2"),
        (ORDER, "1 2 4"),
        (ORDER, "1 2 3 1"),
        (ORDER, "0 1 2"),
        (SORT, "1"),
        (SORT, "1 2 1"),
        (SORT, "1 3"),
        (SORT, "0 1"),
    ],
)
def test_nonsense_is_no_answer(prediction: Prediction, typed: str) -> None:
    assert read_answer(prediction, typed) is None


@given(st.sampled_from([CHOOSE, ORDER, SORT]), st.text() | st.text("0123456789 ,"))
def test_whatever_is_typed_is_an_answer_that_can_be_said_or_none(
    prediction: Prediction, typed: str
) -> None:
    answer = read_answer(prediction, typed)
    if answer not in (None, DONT_KNOW):
        assert in_words(prediction, answer)


# What becomes of it


def test_a_right_answer_gets_its_line() -> None:
    assert told(a_step(CHOOSE), "b", "b") == [
        "You said: At the signer. You were right.",
        "The line of b.",
    ]


def test_a_wrong_answer_gets_both_lines_and_where_they_part() -> None:
    """The reader comes before the signer, so there the two stories part."""
    assert told(a_step(CHOOSE), "a", "b") == [
        "You said: At the reader. It was: At the signer. They part at read_cookie.",
        "The line of a.",
        "The line of b.",
    ]
    first, *_ = told(a_step(CHOOSE), "c", "b")
    assert first == "You said: Nowhere. It was: At the signer. They part at check_signature."


@pytest.mark.parametrize(
    ("said", "was", "stages", "part"),
    [
        (
            "BAD_CREDENTIALS",
            "THROTTLED",
            {"read_cookie": "NO_COOKIE", "throttle": "THROTTLED", "check_password": "SKIPPED"},
            "throttle",
        ),
        ("OK", "NO_TOKEN", {"read_bearer": "NO_TOKEN", "check_token": "SKIPPED"}, "read_bearer"),
        ("OK", "EXPIRED", {"check_signature": "SKIPPED", "check_token": "EXPIRED"}, "check_token"),
        ("OK", "EXPIRED", {"check_signature": "EXPIRED"}, "check_signature"),
        ("CROSS_SITE", "OK", {"refuse_cross_site": "OK"}, "refuse_cross_site"),
    ],
)
def test_a_code_belongs_to_the_stage_of_this_server_that_ends_with_it(
    said: str, was: str, stages: dict[str, str], part: str
) -> None:
    options = f"a. This -> verdict == {said}\nb. That -> verdict == {was}\nwatch read_cookie"
    first, *_ = told(a_step(asked("", f"What?\n{options}")), "a", "b", stages)
    assert first == f"You said: This. It was: That. They part at {part}."


def test_at_a_stage_that_this_server_does_not_have_nothing_parts() -> None:
    options = "a. Gone -> verdict == UNKNOWN_SESSION\nb. In -> verdict == OK\nwatch check_token"
    step = a_step(asked("", f"Is she known?\n{options}"))
    first, *_ = told(step, "a", "b", {"read_cookie": "OK", "check_token": "OK"})
    assert first == "You said: Gone. It was: In."


def test_where_no_option_names_a_stop_nothing_is_said_of_a_parting() -> None:
    counted = asked("", "How many?\na. One -> rows == 1\nb. None -> rows == 0\nwatch open_session")
    first, *_ = told(a_step(counted), "a", "b")
    assert first == "You said: One. It was: None."


def test_not_to_know_is_not_called_wrong() -> None:
    assert told(a_step(CHOOSE), DONT_KNOW, "b") == ["It was: At the signer.", "The line of b."]


def test_an_order_is_said_in_words() -> None:
    first, *rest = told(a_step(ORDER), "abc", "bca")
    assert first == (
        "You said: the store; then the cookie; then the signature. "
        "It was: the cookie; then the signature; then the store."
    )
    assert rest == list(ANSWERS.values())


def test_a_sort_is_answered_line_by_line() -> None:
    assert told(a_step(SORT), "1 1", "1 2") == [
        "The first: one. The line of a.",
        "The second: none. You said: one. The line of b.",
    ]
    assert told(a_step(SORT), DONT_KNOW, "1 2") == [
        "The first: one. The line of a.",
        "The second: none. The line of b.",
    ]


def test_where_nothing_was_predicted_nothing_is_said() -> None:
    assert told(Step(1, "A step", 1), "a", "a") == []


def test_when_no_option_came_true_nothing_is_said() -> None:
    """A browser may satisfy the step in a way that no option foresaw."""
    assert told(a_step(CHOOSE), "a", "") == []


# Which answer is right


A_SORT = """# 07 · A sort

Words.

## 1. Two rows

```predict sort
Which has a row?
= one: rows == 1
= none: rows == 0
a. After the word (2)
b. Before the word (1)
watch open_session
```

```http
GET /
```

```expect
verdict == NO_COOKIE
```

```http
POST /

word=tulip
```

```expect
status == 303
```

## 2. An order

```predict order
Which comes first?
a. the store -> stage look_up_session
b. the cookie -> stage read_cookie
c. the signature -> stage check_signature
watch check_signature
```

```http
GET /
```

```expect
verdict == OK
```

## 3. The first of two

```predict at=1
What does the page say?
a. tulip -> body contains tulip
b. rose -> body contains rose
watch write_word
```

```http
GET /
```

```expect
status == 200
```

```http
POST /

word=rose
```

```expect
row word == rose
```

<details><summary>Why</summary>

- a: A.
- b: B.

</details>
"""


def test_the_right_answer_is_what_came_true(world: World, folder: Path) -> None:
    lesson = lesson_in(folder, A_SORT)
    right = []
    for step in lesson.steps:
        sightings = do_step(world, step, lesson.path)
        assert step.prediction is not None
        right.append(right_answers(step.prediction, sightings, world))
    assert right == [["1 2"], ["bca"], ["a"]]


def test_an_order_of_which_one_stage_never_began_has_no_right_answer(
    world: World, folder: Path
) -> None:
    lesson = lesson_in(folder, A_SORT)
    sightings = do_step(world, lesson.steps[0], lesson.path)[:1]
    prediction = lesson.steps[1].prediction
    assert prediction is not None
    assert right_answers(prediction, sightings, world) == []


def test_a_sort_with_an_option_in_two_heaps_has_two_right_answers(
    world: World, folder: Path
) -> None:
    lesson = lesson_in(folder, A_SORT.replace("= none: rows == 0", "= none: rows != 7"))
    sightings = do_step(world, lesson.steps[0], lesson.path)
    prediction = lesson.steps[0].prediction
    assert prediction is not None
    assert right_answers(prediction, sightings, world) == ["1 2", "2 2"]
