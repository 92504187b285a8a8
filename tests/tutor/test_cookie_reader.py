"""Anybody can read a signed cookie, without a key."""

from __future__ import annotations

import pytest
from itsdangerous import TimestampSigner

from sandbox.tutor.cookie_reader import read_aloud

# 2017-07-14 02:40:00 UTC is the second 1,500,000,000 = 0x59682f00: "WWgvAA" in base64url.
COOKIE = "alice.WWgvAA.stamp"


def test_name_time_and_stamp_are_read() -> None:
    assert read_aloud(COOKIE) == ["Name: alice", "Time: 2017-07-14 02:40:00 UTC", "Stamp: stamp"]


def test_a_cookie_that_itsdangerous_signed_is_read_without_its_key() -> None:
    cookie = TimestampSigner("a key that is not told").sign("alice").decode()
    name, time, stamp = read_aloud(cookie)
    assert name == "Name: alice"
    assert time.endswith("UTC")
    assert stamp == "Stamp: " + cookie.rsplit(".", 1)[1]


@pytest.mark.parametrize("text", ["", "alice", "alice.WWgvAA", "a.b.c.d", "é ö"])
def test_what_has_not_three_parts_gets_a_sentence(text: str) -> None:
    assert read_aloud(text) == ["This text does not have the three parts of a signed cookie."]


@pytest.mark.parametrize("time", ["a", "________", "__________8", "a" * 1000])
def test_a_time_that_is_none_or_beyond_the_calendar_cannot_be_read(time: str) -> None:
    assert read_aloud(f"alice.{time}.stamp")[1] == "Time: it cannot be read"


@pytest.mark.parametrize("time", ["", "é", "!"])
def test_no_time_that_is_pasted_crashes_the_page(time: str) -> None:
    assert read_aloud(f"alice.{time}.stamp")[0] == "Name: alice"
