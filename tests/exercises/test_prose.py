"""Tasks, sentences and reasons are short enough for readers whose English is a second language."""

from __future__ import annotations

from statistics import mean

import pytest

from sandbox.tutor.exercise.checks import load_checks
from sandbox.tutor.exercise.shelf import EXERCISES, Exercise, read_exercise
from sandbox.tutor.exercise.wrong import read_wrong
from tests.lessons.prose import LONGEST_SENTENCE, Sentence, sections_of
from tests.wire.children import ROOT

LONGEST_MEAN = 12  # words of a sentence
FOLDERS = sorted(path.parent for path in (ROOT / EXERCISES).glob("*/README.md"))


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def exercise(request: pytest.FixtureRequest) -> Exercise:
    return read_exercise(request.param)


def sentences_in(text: str) -> list[Sentence]:
    blocks = [block for section in sections_of(text) for block in section.blocks]
    return [sentence for block in blocks for sentence in block.sentences]


def too_long(sentences: list[Sentence]) -> list[str]:
    return [each.text for each in sentences if each.words > LONGEST_SENTENCE]


def of_task(exercise: Exercise) -> list[Sentence]:
    text = exercise.readme.read_text(encoding="utf-8")
    return sentences_in(text.partition("## The task")[2])


def test_a_task_has_sentences_of_at_most_twenty_words(exercise: Exercise) -> None:
    assert of_task(exercise)
    assert too_long(of_task(exercise)) == []


def test_the_sentences_of_a_task_have_twelve_words_on_average(exercise: Exercise) -> None:
    assert mean(each.words for each in of_task(exercise)) <= LONGEST_MEAN


def test_a_check_is_said_in_sentences_of_at_most_twenty_words(exercise: Exercise) -> None:
    said = [check.sentence for check in load_checks(exercise.check)]
    assert too_long([each for text in said for each in sentences_in(text)]) == []


def test_ideas_and_places_have_sentences_of_at_most_twenty_words(exercise: Exercise) -> None:
    hints = [hint for check in load_checks(exercise.check) for hint in check.hints[:2]]
    assert too_long([each for hint in hints for each in sentences_in(hint)]) == []


def test_reasons_have_sentences_of_at_most_twenty_words(exercise: Exercise) -> None:
    reasons = [read_wrong(path).why for path in exercise.wrong]
    assert too_long([each for why in reasons for each in sentences_in(why)]) == []


def test_every_exercise_stands_in_the_table(exercise: Exercise) -> None:
    table = (ROOT / EXERCISES / "README.md").read_text(encoding="utf-8")
    name, folder = f"{exercise.number} {exercise.title}", exercise.folder.name
    assert f"| {exercise.after} | [{name}]({folder}/README.md) | {exercise.form} |" in table


def test_every_exercise_follows_a_lesson_that_there_is(exercise: Exercise) -> None:
    assert list((ROOT / "lessons").glob(f"{exercise.after}_*"))


def test_a_sentence_that_is_too_long_is_seen() -> None:
    long = " ".join(["word"] * 21) + "."
    assert too_long(sentences_in(f"Short.\n\n{long}\n")) == [long]
