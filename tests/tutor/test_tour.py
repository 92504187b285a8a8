"""The walks: every stop keeps its promise, and one that does not is reported."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from sandbox.commands.tour import PROMISED
from sandbox.login.flow import Bricks, log_in, recognise
from sandbox.login.refusals import Refusal
from sandbox.login.sessions import Limits
from sandbox.login.stores import Session
from sandbox.serving.whatif import what_if, what_ifs
from sandbox.trace.painter import Painter
from sandbox.tutor.own_server import OwnServer
from sandbox.tutor.tour import DEMO_STOPS, LIFETIME_MINUTES, TOUR_STOPS
from sandbox.tutor.walk import Scene, Stop, walk


class Walked:
    """A walk that is over: what was said, how often it paused, which promises were broken."""

    def __init__(self, stops: tuple[Stop, ...]) -> None:
        self.out, self.pauses = io.StringIO(), 0
        self.said: list[str] = []
        limits = Limits(lifetime=LIFETIME_MINUTES * 60)
        with OwnServer(Painter(self.out, 80), limits) as server:
            self.broken = walk(stops, Scene(server), self.said.append, self._pause)

    def _pause(self, _stop: Stop) -> None:
        self.pauses += 1


@pytest.fixture(scope="module")
def tour() -> Walked:
    return Walked(TOUR_STOPS)


@pytest.mark.parametrize("stop", TOUR_STOPS, ids=lambda stop: stop.title)
def test_each_stop_keeps_its_promise(stop: Stop, tour: Walked) -> None:
    assert stop not in tour.broken


def test_each_stop_is_announced_with_what_to_look_at(tour: Walked) -> None:
    count = len(TOUR_STOPS)
    assert tour.said == [
        f"{number} of {count} · {stop.title}\n{stop.look}\n"
        for number, stop in enumerate(TOUR_STOPS, 1)
    ]


def test_there_is_a_pause_after_each_stop(tour: Walked) -> None:
    assert tour.pauses == len(TOUR_STOPS)


def test_each_request_of_the_tour_has_a_card(tour: Walked) -> None:
    cards = tour.out.getvalue().count("issued by us?")
    assert cards == sum(len(stop.promised) for stop in TOUR_STOPS)


def test_the_tour_shows_every_way_a_cookie_can_be_accepted_or_refused() -> None:
    seen = {code for stop in TOUR_STOPS for code in stop.promised}
    assert seen >= {
        "OK",
        "NO_COOKIE",
        "BAD_CREDENTIALS",
        "BAD_SIGNATURE",
        "EXPIRED",
        "UNKNOWN_SESSION",
        "IDLE_TIMEOUT",
        "ABSOLUTE_TIMEOUT",
    }


def test_the_demo_has_five_stops_and_all_are_in_the_tour() -> None:
    assert len(DEMO_STOPS) == 5
    assert [stop for stop in TOUR_STOPS if stop in DEMO_STOPS] == list(DEMO_STOPS)


def test_titles_tell_the_stops_apart() -> None:
    assert len({stop.title for stop in TOUR_STOPS}) == len(TOUR_STOPS)


def test_the_demo_keeps_its_promises() -> None:
    assert Walked(DEMO_STOPS).broken == []


STRANGER = DEMO_STOPS[0]


def twice(scene: Scene) -> None:
    scene.alice.get("/profile")
    scene.alice.get("/profile")


def test_a_broken_promise_is_reported_and_the_walk_goes_on() -> None:
    wrong = replace(STRANGER, promised=("OK",))
    walked = Walked((wrong, STRANGER))
    assert walked.broken == [wrong]
    assert walked.said[1] == "promised OK, but saw NO_COOKIE\n"
    assert len(walked.said) == 3


def test_a_stop_that_asks_more_often_than_promised_is_reported_itself() -> None:
    """Else the next stop is blamed: it would be given the verdict that was left."""
    greedy = replace(STRANGER, title="greedy", act=twice)
    login = DEMO_STOPS[2]
    assert Walked((greedy, login)).broken == [greedy]


CIRCUMSTANCES = {
    "as it is": "OK",
    "one character changed": "BAD_SIGNATURE",
    "a newer key signs, this one is still listed": "OK",
    "its key was retired": "BAD_SIGNATURE",
    "checked with another salt": "BAD_SIGNATURE",
    "the signature removed": "MALFORMED",
    "after silence longer than the idle limit": "IDLE_TIMEOUT",
    "never silent, but past the lifetime": "ABSOLUTE_TIMEOUT",
    "past the cookie's age": "EXPIRED",
    "after logout": "UNKNOWN_SESSION",
    "restart, memory store: the key is gone, too": "BAD_SIGNATURE",
}


def code_of(refusal: Refusal | None) -> str:
    return refusal.code if refusal else "OK"


def codes(bricks: Bricks, cookie: str, row: Session) -> dict[str, str]:
    return {name: code_of(each) for name, each in what_ifs(bricks, cookie, row).items()}


class LoggedIn:
    """alice's login, in a store that says when it is touched."""

    def __init__(self, bricks: Bricks) -> None:
        self.bricks = bricks
        header = log_in(bricks, "alice", "wonderland", "127.0.0.1", None)
        self.cookie = header.partition(";")[0].partition("=")[2]
        (self.row,) = bricks.store.all_of("alice")


@pytest.fixture
def alice(bricks: Callable[..., Bricks]) -> LoggedIn:
    return LoggedIn(bricks())


@pytest.mark.parametrize(("circumstance", "code"), CIRCUMSTANCES.items())
def test_a_cookie_under_a_circumstance_has_this_code(
    circumstance: str, code: str, alice: LoggedIn
) -> None:
    assert codes(alice.bricks, alice.cookie, alice.row)[circumstance] == code


def test_the_tour_promises_the_code_of_each_circumstance(alice: LoggedIn) -> None:
    assert PROMISED == CIRCUMSTANCES
    assert list(what_ifs(alice.bricks, alice.cookie, alice.row)) == list(CIRCUMSTANCES)


@pytest.mark.parametrize("limits", [Limits(), Limits(lifetime=1800), Limits(idle=2, lifetime=3)])
def test_the_codes_do_not_depend_on_the_limits(
    limits: Limits, bricks: Callable[..., Bricks]
) -> None:
    alice = LoggedIn(bricks(limits=limits))
    assert codes(alice.bricks, alice.cookie, alice.row) == CIRCUMSTANCES


@pytest.mark.parametrize(
    ("later", "code"),
    [
        (0, "OK"),
        (1200, "OK"),
        (1201, "IDLE_TIMEOUT"),
        (86400, "IDLE_TIMEOUT"),
        (86401, "EXPIRED"),
    ],
)
def test_a_later_moment_can_be_asked_for(later: float, code: str, alice: LoggedIn) -> None:
    assert code_of(what_if(alice.bricks, alice.cookie, alice.row, later=later)) == code


class Untouchable:
    """Stands for the live store: whoever asks it fails."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the live store was asked: {name}")


def test_a_what_if_never_asks_the_live_store(alice: LoggedIn) -> None:
    bricks = replace(alice.bricks, store=Untouchable())  # type: ignore[arg-type]
    assert codes(bricks, alice.cookie, alice.row) == CIRCUMSTANCES


def test_a_what_if_leaves_clock_keys_and_row_as_they_are(alice: LoggedIn) -> None:
    bricks = alice.bricks
    before = bricks.clock(), bricks.signer.keys.current(), bricks.store.all_of("alice")
    what_ifs(bricks, alice.cookie, alice.row)
    after = bricks.clock(), bricks.signer.keys.current(), bricks.store.all_of("alice")
    assert after == before
    assert recognise(bricks, f"{bricks.cookie.name}={alice.cookie}").user == "alice"


def test_a_what_if_is_not_told_to_who_listens(alice: LoggedIn, record: Callable[[], Any]) -> None:
    with record() as seen:
        what_ifs(alice.bricks, alice.cookie, alice.row)
        assert seen.events == []
        with pytest.raises(Refusal):
            recognise(alice.bricks, "")
    assert seen.reached == ["read_cookie"]


def test_a_row_of_nobody_is_recognised_as_nobody(alice: LoggedIn) -> None:
    row = replace(alice.row, user=None)
    assert what_if(alice.bricks, alice.cookie, row) is None
    eve = Session(alice.row.id, "eve", alice.row.began, alice.row.seen)
    assert code_of(what_if(alice.bricks, alice.cookie, eve)) == "UNKNOWN_USER"


@pytest.fixture(autouse=True)
def _nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    yield
    assert capsys.readouterr() == ("", "")
