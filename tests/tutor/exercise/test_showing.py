"""What a student reads of a value: short, in one line, whatever the value does."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.tutor.exercise.showing import beside, shown, shown_call, shown_error


class Raises:
    def __repr__(self) -> str:
        raise RuntimeError("mine")


class Ends:
    def __repr__(self) -> str:
        raise SystemExit


class GivesNoText:
    def __repr__(self) -> Any:
        return 5


class Lines:
    def __repr__(self) -> str:
        return "one\ntwo\nthree"


class Long:
    def __repr__(self) -> str:
        return "x" * 1_000_000


class Plain:
    pass


class LyingText(str):
    def __len__(self) -> int:
        raise RuntimeError("mine")

    def __getitem__(self, _: Any) -> Any:
        raise RuntimeError("mine")


@pytest.mark.parametrize("value", [5, "it's", b"\x00", None, [1, "a"], {"a": (1,)}, 1.5, True])
def test_a_value_is_shown_as_python_writes_it(value: object) -> None:
    assert shown(value) == repr(value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Raises(), "a Raises that cannot be shown (RuntimeError)"),
        (Ends(), "a Ends that cannot be shown (SystemExit)"),
        (GivesNoText(), "a GivesNoText that cannot be shown (TypeError)"),
        ([1, Raises()], "a list that cannot be shown (RuntimeError)"),
        (10**5000, "a int that cannot be shown (ValueError)"),
        (LyingText("tulip"), "'tulip'"),
    ],
    ids=["raises", "ends", "no text", "inside", "an integer", "a text"],
)
def test_a_value_that_cannot_be_shown_is_no_error(value: object, words: str) -> None:
    assert shown(value) == words


def test_an_object_without_words_of_its_own_is_shown_without_an_address() -> None:
    assert shown(Plain()) == "Plain object"


def test_a_value_is_shown_in_one_line() -> None:
    assert shown(Lines()) == "one two three"


@pytest.mark.parametrize(
    ("value", "end"),
    [
        ("x" * 5_000_000, "xxx'… (5000000 characters)"),
        (b"x" * 161, "xxx'… (161 bytes)"),
        (["x" * 5_000_000], "xxx… (5000004 characters)"),
        (Long(), "xxx… (1000000 characters)"),
    ],
    ids=["a text", "bytes", "in a list", "of its own"],
)
def test_a_huge_value_is_cut_and_its_length_said(value: object, end: str) -> None:
    words = shown(value)
    assert words.endswith(end)
    assert len(words) < 400


def test_a_value_of_the_greatest_length_is_shown_whole() -> None:
    assert shown("x" * 160) == "'" + "x" * 160 + "'"


def test_a_call_is_shown_as_it_would_stand_in_a_program() -> None:
    assert shown_call("sign", ("alice", b"k"), {"now": 17}) == "sign('alice', b'k', now=17)"


# Errors


class NoWords(Exception):
    def __str__(self) -> str:
        raise RuntimeError("mine")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("no dot in it"), "ValueError: no dot in it"),
        (ValueError("it's"), "ValueError: it's"),
        (ValueError(), "ValueError"),
        (KeyError("a"), "KeyError: 'a'"),
        (ValueError("one\ntwo"), r"ValueError: one\ntwo"),
        (NoWords(), "NoWords"),
        (ValueError("x" * 1000), f"ValueError: {'x' * 160}… (1000 characters)"),
    ],
    ids=["a sentence", "a quote", "nothing", "a key", "two lines", "no words", "huge"],
)
def test_an_error_is_shown_with_what_it_says(error: Exception, words: str) -> None:
    assert shown_error(error) == words


# Where two texts part


@pytest.mark.parametrize(
    ("expected", "observed", "words"),
    [
        ("alice.17.Q", "alice.18.Q", "'alice.18.Q' (character 8: '8', not '7')"),
        ("Xlice.17.Q", "alice.17.Q", "'alice.17.Q' (character 1: 'a', not 'X')"),
        ("alice.17.Q", "alice.17.", "'alice.17.' (9 characters, not 10)"),
        ("alice.17.Q", "alice.17.Q ", "'alice.17.Q ' (11 characters, not 10)"),
        ("alice.17.Q", "", "'' (0 characters, not 10)"),
        ("short", "shirt", "'shirt'"),
    ],
)
def test_the_place_where_two_texts_part_is_said(expected: str, observed: str, words: str) -> None:
    assert beside(expected, observed) == words


def test_the_place_is_said_also_beyond_what_is_shown() -> None:
    words = beside("x" * 1000, "x" * 900 + "y" + "x" * 99)
    assert words == f"'{'x' * 160}'… (1000 characters) (character 901: 'y', not 'x')"


@pytest.mark.parametrize(
    ("expected", "observed", "words"),
    [
        ("alice.17.Q", None, "None (nothing)"),
        ("alice.17.Q", b"alice.17.Q", "b'alice.17.Q' (of type bytes)"),
        (b"alice.17.Q", b"alice.18.Q", "b'alice.18.Q'"),
        (1, True, "True (of type bool)"),
        (5, 6, "6"),
    ],
)
def test_a_value_of_another_type_is_named_by_its_type(
    expected: object, observed: object, words: str
) -> None:
    assert beside(expected, observed) == words
