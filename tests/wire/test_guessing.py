"""A guesser over HTTP: told to wait, whatever it sends along."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import HandClock
from tests.wire.raw_http import Answer, Site, lay_bricks, serving


@pytest.fixture
def site(clock: HandClock) -> Iterator[Site]:
    with serving(lay_bricks(clock=clock)) as site:
        yield site


def guess(site: Site, password: str = "wrong", *headers: tuple[str, str | bytes]) -> Answer:
    return site.post("/login", {"username": "alice", "password": password}, *headers)


def test_the_sixth_guess_is_told_how_long_to_wait(site: Site) -> None:
    assert [guess(site).status for _ in range(5)] == [401] * 5
    answer, told = site.told(lambda: guess(site, "wonderland"))
    assert answer.status == told["status"] == 429
    assert answer.one("Retry-After") == "1"
    assert answer.all("Set-Cookie") == []
    assert answer.all("WWW-Authenticate") == []
    assert told["verdict"] == "THROTTLED"
    assert told["skipped"][-4:] == [
        "check_password",
        "open_session",
        "sign_session_id",
        "set_cookie",
    ]


def test_the_page_says_how_long_and_keeps_the_name(site: Site) -> None:
    for _ in range(5):
        guess(site)
    page = guess(site).text
    assert "There were too many failed attempts with this name. Wait 1 s, then" in page
    assert 'value="alice"' in page


def test_after_the_wait_the_right_password_opens(site: Site, clock: HandClock) -> None:
    for _ in range(5):
        guess(site)
    clock.now += 1
    assert guess(site, "wonderland").status == 303


def test_part_of_a_second_is_told_as_a_whole_one(site: Site, clock: HandClock) -> None:
    for _ in range(5):
        guess(site)
    clock.now += 1
    guess(site)
    clock.now += 0.25
    assert guess(site).one("Retry-After") == "2"


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Client-IP"])
def test_no_header_makes_a_guesser_somebody_else(site: Site, header: str) -> None:
    statuses = [guess(site, "wrong", (header, f"10.0.0.{n}")).status for n in range(6)]
    assert statuses == [401] * 5 + [429]


def test_another_name_from_the_same_address_does_not_wait(site: Site) -> None:
    for _ in range(6):
        guess(site)
    assert site.log_in("bob")


def test_whoever_is_logged_in_stays_so_while_guessers_wait(site: Site) -> None:
    alice = site.log_in("alice")
    for _ in range(6):
        guess(site)
    assert site.get("/api/me", alice).status == 200
