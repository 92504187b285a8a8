"""Each reason code is explained, in short sentences."""

from __future__ import annotations

import re
from statistics import mean

import pytest

from sandbox.login.refusals import Refusal
from sandbox.tutor.why import EXPLAINED, Why, nearest, why

# The codes as lessons and exercises rely on them; they are public.
CODES = [
    "OK",
    "SKIPPED",
    "NO_COOKIE",
    "NO_TOKEN",
    "MALFORMED",
    "BAD_SIGNATURE",
    "EXPIRED",
    "UNKNOWN_SESSION",
    "IDLE_TIMEOUT",
    "ABSOLUTE_TIMEOUT",
    "UNKNOWN_USER",
    "BAD_CREDENTIALS",
    "THROTTLED",
    "CROSS_SITE",
    "FOREIGN_HOST",
    "STORE_DOWN",
    "CRASHED",
]
LONGEST, MEAN = 20, 12  # words of a sentence
END = re.compile(r"[.!?](?= |\Z)")


def refusals(kind: type[Refusal] = Refusal) -> set[str]:
    """The codes of this refusal and of all below it; not every one has a code of its own.

    Other tests may have refusals of their own: only those of the sandbox are asked.
    """
    own = {kind.code} if "code" in vars(kind) and kind.__module__.startswith("sandbox.") else set()
    return own.union(*(refusals(each) for each in kind.__subclasses__()))


def sentences(each: Why) -> list[str]:
    return [each.meaning, *each.causes, each.next_action]


def words(sentence: str) -> int:
    return len(sentence.split())


def test_every_code_is_explained_once_and_nothing_else_is() -> None:
    assert sorted(each.code for each in EXPLAINED) == sorted(CODES)
    assert refusals() | {"OK", "SKIPPED"} == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_code_has_a_meaning_a_few_causes_and_a_next_action(code: str) -> None:
    found = why(code)
    assert found is not None
    assert found.code == code
    assert 2 <= len(found.causes) <= 4
    for sentence in sentences(found):
        assert END.findall(sentence) == ["."], sentence
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert words(sentence) <= LONGEST, sentence


def test_all_sentences_together_are_short() -> None:
    counts = [words(sentence) for each in EXPLAINED for sentence in sentences(each)]
    assert mean(counts) <= MEAN


def test_no_sentence_stands_for_two_meanings() -> None:
    meanings = [each.meaning for each in EXPLAINED]
    assert len(set(meanings)) == len(meanings)


@pytest.mark.parametrize(
    "typed",
    ["bad_signature", "Bad_Signature", " BAD_SIGNATURE\n", "bad signature", "bad-signature"],
)
def test_a_code_may_be_typed_in_any_case(typed: str) -> None:
    found = why(typed)
    assert found is not None
    assert found.code == "BAD_SIGNATURE"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("BAD_SIGNATUR", "BAD_SIGNATURE"),
        ("bad signatrue", "BAD_SIGNATURE"),
        ("nocookie", "NO_COOKIE"),
        ("UNKNWON_SESSION", "UNKNOWN_SESSION"),
        ("idle", "IDLE_TIMEOUT"),
        ("timeout", "IDLE_TIMEOUT"),
        ("absolute", "ABSOLUTE_TIMEOUT"),
        ("crash", "CRASHED"),
        ("trottled", "THROTTLED"),
    ],
)
def test_a_misspelt_code_is_unknown_but_the_nearest_is_found(typed: str, meant: str) -> None:
    assert why(typed) is None
    assert nearest(typed) == meant


@pytest.mark.parametrize("typed", ["", " ", "tulip", "???", "42", "_", "x" * 1000, "\x1b[31m"])
def test_nonsense_is_no_code_and_like_none(typed: str) -> None:
    assert why(typed) is None
    assert nearest(typed) is None
