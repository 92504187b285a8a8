"""The course: which lesson is next, what is asked once more, what is noted of it."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path

import pytest

from sandbox.tutor.inbox import Ended, Inbox
from sandbox.tutor.lesson.course import Course, which_review
from sandbox.tutor.lesson.parts import Step
from sandbox.tutor.lesson.screen import Screen
from sandbox.tutor.lesson.shelf import find_lesson, folders
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.waiting import Quit
from sandbox.tutor.progress import LessonProgress, Progress
from tests.lessons.course import small_course


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    return small_course(tmp_path / "lessons")


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return Progress.load(tmp_path / "work" / "progress.json")


def lead(
    lessons: Path, progress: Progress, number: str, typed: str, step: int | None = None
) -> str:
    """What is shown to somebody who types this in a lesson; the input then ends."""
    out, inbox = io.StringIO(), Inbox(io.StringIO(typed))
    course = Course(folders(lessons), progress)
    with Site(0, inbox.seen) as site, suppress(Ended, Quit):
        course.lead(find_lesson(number, lessons), site, Screen(out, True), inbox, step)
    return out.getvalue()


def finish(progress: Progress, *numbers: str) -> None:
    for number in numbers:
        progress.of(number).finished = True


# Which lesson


def test_the_first_lesson_that_is_not_finished_is_next(lessons: Path, progress: Progress) -> None:
    course = Course(folders(lessons), progress)
    assert course.next_unfinished() == "01"
    finish(progress, "01", "03")
    assert course.next_unfinished() == "02"
    finish(progress, "02", "04", "05")
    assert course.next_unfinished() is None


def test_a_lesson_begins_where_it_was_left(lessons: Path, progress: Progress) -> None:
    progress.of("01").step = 3
    told = lead(lessons, progress, "01", "")
    assert "01.3  An hour later" in told
    assert "introduction" not in told


def test_a_finished_lesson_begins_at_its_first_step(lessons: Path, progress: Progress) -> None:
    finish(progress, "01")
    assert "introduction" in lead(lessons, progress, "01", "q\n")
    assert progress.of("01").finished  # it was only looked at


def test_the_last_lesson_says_that_it_is_the_last(lessons: Path, progress: Progress) -> None:
    finish(progress, "01", "02", "03", "04")
    told = lead(lessons, progress, "05", "\n\n\n", step=2)
    assert "Lesson 05 is done" in told
    assert "That was the last lesson." in told


# What is asked once more


@pytest.mark.parametrize(
    ("number", "asked"),
    [("01", []), ("02", ["01"]), ("03", ["02"]), ("04", ["03", "01"]), ("05", ["04", "02"])],
)
def test_questions_come_from_the_lesson_before_and_from_three_before(
    lessons: Path, progress: Progress, number: str, asked: list[str]
) -> None:
    finish(progress, *folders(lessons))
    told = lead(lessons, progress, number, "2\n\n" * len(asked))
    assert [line.split()[4] for line in told.splitlines() if "Once more, from" in line] == asked
    assert (
        f"The introduction of {'the small lesson' if number == '01' else f'lesson {number}'}"
        in told
    )


def test_one_lesson_later_it_is_another_question_than_three_lessons_later(
    lessons: Path, progress: Progress
) -> None:
    finish(progress, *folders(lessons))
    assert "Predict: Once more, one?" in lead(lessons, progress, "02", "")
    told = lead(lessons, progress, "04", "2\n\n")
    assert "Predict: 03 once more, one?" in told
    assert "Predict: Once more, two?" in told


def test_what_was_not_finished_is_not_asked(lessons: Path, progress: Progress) -> None:
    progress.of("01").step = 2
    assert "Once more" not in lead(lessons, progress, "04", "")
    finish(progress, "01")
    told = lead(lessons, progress, "04", "")
    assert "Once more, from lesson 01" in told
    assert "from lesson 03" not in told


def test_in_the_middle_of_a_lesson_nothing_is_asked_once_more(
    lessons: Path, progress: Progress
) -> None:
    finish(progress, "01")
    assert "Once more" not in lead(lessons, progress, "02", "", step=2)


REVIEWS = (Step(3, "three", 1), Step(5, "five", 1))


@pytest.mark.parametrize(
    ("missed", "turn", "asked"),
    [
        ([], 0, 3),
        ([], 1, 5),
        ([5], 0, 5),
        ([3], 1, 3),
        ([3, 5], 1, 3),
        ([4], 1, 5),  # there is no review of step 4
    ],
)
def test_a_missed_idea_is_asked_first_else_each_in_its_turn(
    missed: list[int], turn: int, asked: int
) -> None:
    review = which_review(REVIEWS, missed, turn)
    assert review is not None
    assert review.number == asked


def test_a_single_review_is_asked_at_every_turn_and_without_any_nothing_is() -> None:
    assert which_review(REVIEWS[:1], [], 1) == REVIEWS[0]
    assert which_review((), [3], 0) is None


# What is noted


@pytest.mark.parametrize(
    ("typed", "missed"),
    [("2\n\n", []), ("1\n\n", [2]), ("0\n2\n\n", [2]), ("s\n", [2]), ("b\n", [2]), ("q\n", [2])],
    ids=["right", "wrong", "right only once it was seen", "skipped", "back", "quit"],
)
def test_only_a_review_that_is_answered_right_clears_a_miss(
    lessons: Path, progress: Progress, typed: str, missed: list[int]
) -> None:
    finish(progress, "01")
    progress.of("01").missed = [2]
    assert "Predict: Once more, two?" in lead(lessons, progress, "02", typed)
    assert progress.of("01").missed == missed


def test_a_review_that_is_answered_wrong_is_a_miss_and_kept(
    lessons: Path, progress: Progress
) -> None:
    finish(progress, "01")
    lead(lessons, progress, "02", "3\n\n")
    assert Progress.load(progress.path).of("01") == LessonProgress(finished=True, missed=[1])


@pytest.mark.parametrize(
    ("typed", "skipped", "missed"),
    [
        ("2\n\n\n", [], []),
        ("1\n\n\n", [], [2]),
        ("0\n\n2\n\n", [], [2]),
        ("s\n\n\n", [], []),
        ("2\ns\n", [2], []),
        ("1\ns\n", [2], []),
    ],
    ids=["right", "wrong", "don't know", "no answer", "skipped", "answered, then skipped"],
)
def test_what_became_of_a_step_is_noted(
    lessons: Path, progress: Progress, typed: str, skipped: list[int], missed: list[int]
) -> None:
    lead(lessons, progress, "01", typed, step=2)
    assert progress.of("01") == LessonProgress(step=3, skipped=skipped, missed=missed)


def test_a_step_that_is_done_again_is_noted_anew(lessons: Path, progress: Progress) -> None:
    lead(lessons, progress, "01", "1\n\n\n", step=2)
    assert progress.of("01").missed == [2]
    lead(lessons, progress, "01", "2\ns\n", step=2)
    assert (progress.of("01").missed, progress.of("01").skipped) == ([2], [2])
    lead(lessons, progress, "01", "2\n\n\n", step=2)
    assert (progress.of("01").missed, progress.of("01").skipped) == ([], [])


def test_the_world_of_a_review_leaves_nothing_behind(lessons: Path, progress: Progress) -> None:
    finish(progress, "01")
    told = lead(lessons, progress, "02", "2\n\n\nw\n")
    assert "the store holds 0 rows" in told
