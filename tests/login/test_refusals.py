"""The reason codes are public: lessons, exercises and tests rely on them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.login import refusals
from sandbox.login.refusals import Refusal, Throttled
from sandbox.login.stores import Session
from sandbox.trace.stage import code_of

CODES = [
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


def refusals_below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for each in kind.__subclasses__():
        if "code" in vars(each):
            yield each
        yield from refusals_below(each)


OURS = [each for each in refusals_below(Refusal) if each.__module__ == refusals.__name__]


def test_the_codes_are_exactly_those_of_the_design() -> None:
    assert sorted(each.code for each in OURS) == sorted(CODES)


@pytest.mark.parametrize("refusal", OURS, ids=lambda each: each.code)
def test_each_says_a_sentence_to_the_visitor(refusal: type[Refusal]) -> None:
    assert refusal.sentence.endswith(".")
    assert refusal.sentence[0].isupper()
    assert refusal.code not in refusal.sentence


def test_no_two_refusals_say_the_same() -> None:
    assert len({each.sentence for each in OURS}) == len(CODES)


@pytest.mark.parametrize("refusal", OURS, ids=lambda each: each.code)
def test_each_is_known_by_its_code(refusal: type[Refusal]) -> None:
    raised = Throttled(failures=5, wait=1) if refusal is Throttled else refusal()
    assert code_of(raised) == str(raised) == refusal.code


@pytest.mark.parametrize(
    "error", [ValueError("no"), KeyError("x"), KeyboardInterrupt(), SystemExit("NO_COOKIE")]
)
def test_everything_else_that_is_raised_is_crashed(error: BaseException) -> None:
    assert code_of(error) == "CRASHED" == refusals.Crashed.code


def test_a_refusal_carries_its_evidence() -> None:
    assert refusals.Malformed(parts=2).evidence == {"parts": 2}


@pytest.mark.parametrize("code", ["UNKNOWN_SESSION", "IDLE_TIMEOUT", "ABSOLUTE_TIMEOUT"])
def test_a_refused_session_is_carried_along_so_that_it_can_be_replaced(code: str) -> None:
    session = Session("an id", "alice", began=1, seen=2)
    (kind,) = [each for each in OURS if each.code == code]
    assert kind(session).session is session
    assert kind().session is None


def test_a_refusal_without_a_session_has_none() -> None:
    assert refusals.NoCookie().session is None
