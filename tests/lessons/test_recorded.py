"""The recording of lesson 11 is what Express answers today."""

from __future__ import annotations

import json

import pytest

from sandbox.tutor.express import missing
from tests.lessons.recorded import RECORDED, record, settled
from tests.tutor.express_walk import STEPS


def in_lesson() -> str:
    return RECORDED.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.skipif(bool(missing()), reason=missing())
def test_the_recording_is_not_stale() -> None:
    """If it is: python -m tests.lessons.recorded"""
    assert settled(in_lesson()) == settled(record())


def test_each_step_was_recorded() -> None:
    assert [each["step"] for each in settled(in_lesson())] == [step.says for step in STEPS]


def test_ids_dates_and_signatures_do_not_make_it_stale() -> None:
    before = in_lesson()
    ticket = json.loads(before)["exchanges"][7]["request"]["cookie"].partition("=")[2]
    assert ticket.startswith("s%3A")
    after = before.replace(ticket, "s%3Aanother.s%2Bi-g").replace(' GMT"', ' UTC"')
    assert after != before
    assert settled(after) == settled(before)


@pytest.mark.parametrize(
    ("was", "is_now"),
    [
        ("303 See Other", "302 Found"),
        ("Hello alice", "Hello bob"),
        ("HttpOnly; ", ""),
        ("no-store", "no-cache"),
        ('"/api/me"', '"/api/you"'),
    ],
)
def test_anything_else_makes_it_stale(was: str, is_now: str) -> None:
    assert settled(in_lesson().replace(was, is_now)) != settled(in_lesson())


def test_a_ticket_that_is_no_longer_given_makes_it_stale() -> None:
    recorded = json.loads(in_lesson())
    answer = next(each for each in recorded["exchanges"] if each["step"] == "the right password")
    headers = answer["response"]["headers"]
    answer["response"]["headers"] = [pair for pair in headers if pair[0] != "Set-Cookie"]
    assert settled(json.dumps(recorded)) != settled(in_lesson())
