"""The three stories: every ending of each, and the stages on the way there."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.login.flow import Bricks, Visitor, log_in, log_out, recognise
from sandbox.login.refusals import BadCredentials, Refusal, StoreDown
from sandbox.login.signing import sign_session_id
from sandbox.login.stores import Session
from sandbox.login.stores.sqlite import SQLiteStore
from sandbox.login.users import Users

if TYPE_CHECKING:
    from tests.conftest import HandClock

NAME = "sandbox_session"
RECOGNISE = ["read_cookie", "check_signature", "look_up_session", "check_limits", "find_user"]
LOG_IN = ["throttle", "check_password", "open_session", "sign_session_id", "set_cookie"]
LOG_OUT = ["close_session", "clear_cookie"]
MINUTE, HOUR = 60, 3600


@dataclasses.dataclass
class House:
    """A login on a real SQLite file, with alice at the door."""

    bricks: Bricks
    path: Path
    clock: HandClock

    def logs_in(self, name: str, password: str) -> str:
        """The Cookie header that the browser sends from now on."""
        return log_in(self.bricks, name, password, "127.0.0.1", None).partition(";")[0]

    def rows(self) -> list[tuple[Any, ...]]:
        """What is in the file, read past our own code."""
        connection = sqlite3.connect(self.path)
        rows = connection.execute("SELECT * FROM sessions ORDER BY id").fetchall()
        connection.close()
        return rows

    def ids(self) -> list[str]:
        return [row[0] for row in self.rows()]


@pytest.fixture
def house(tmp_path: Path, bricks: Callable[..., Bricks], clock: HandClock) -> Iterator[House]:
    path = tmp_path / "sessions.sqlite"
    store = SQLiteStore(path)
    yield House(bricks(store=store), path, clock)
    store.close()


# Each scene leaves a visitor at the door, with the Cookie header that the server sees.


def nothing_sent(house: House) -> str:
    house.logs_in("alice", "wonderland")
    return "theme=dark"


def two_parts_sent(house: House) -> str:
    return house.logs_in("alice", "wonderland").rpartition(".")[0]


def one_byte_changed(house: House) -> str:
    cookie = house.logs_in("alice", "wonderland")
    return cookie.replace("=", "=x", 1)


def a_day_later(house: House) -> str:
    cookie = house.logs_in("alice", "wonderland")
    house.clock.now += 24 * HOUR + 1
    return cookie


def deleted_meanwhile(house: House) -> str:
    cookie = house.logs_in("alice", "wonderland")
    house.bricks.store.delete_all_of("alice")
    return cookie


def silent_too_long(house: House) -> str:
    cookie = house.logs_in("alice", "wonderland")
    house.clock.now += 20 * MINUTE + 1
    return cookie


def busy_too_long(house: House) -> str:
    cookie = house.logs_in("alice", "wonderland")
    for _ in range(8 * 4):
        house.clock.now += 15 * MINUTE
        recognise(house.bricks, cookie)
    house.clock.now += 1
    return cookie


def removed_meanwhile(house: House) -> str:
    cookie = house.logs_in("alice", "wonderland")
    users = house.bricks.users
    hashes = {name: each for name, each in users.hashes.items() if name != "alice"}
    house.bricks = dataclasses.replace(
        house.bricks, users=Users(hashes, users.nobody, users.hasher)
    )
    return cookie


def store_closed(house: House) -> str:
    cookie = house.logs_in("alice", "wonderland")
    house.bricks.store.close()
    return cookie


ENDINGS: dict[str, tuple[Callable[[House], str], int]] = {
    # the code: how to come there, and how many stages are reached
    "NO_COOKIE": (nothing_sent, 1),
    "MALFORMED": (two_parts_sent, 2),
    "BAD_SIGNATURE": (one_byte_changed, 2),
    "EXPIRED": (a_day_later, 2),
    "UNKNOWN_SESSION": (deleted_meanwhile, 3),
    "STORE_DOWN": (store_closed, 3),
    "IDLE_TIMEOUT": (silent_too_long, 4),
    "ABSOLUTE_TIMEOUT": (busy_too_long, 4),
    "UNKNOWN_USER": (removed_meanwhile, 5),
}
each_ending = pytest.mark.parametrize(
    ("code", "scene", "reached"), [(code, *each) for code, each in ENDINGS.items()], ids=ENDINGS
)


@each_ending
def test_recognise_stops_with_one_reason_at_the_stage_that_cannot_vouch(
    house: House,
    record: Callable[[], Any],
    code: str,
    scene: Callable[[House], str],
    reached: int,
) -> None:
    header = scene(house)
    with record() as seen, pytest.raises(Refusal) as refused:
        recognise(house.bricks, header)
    assert refused.value.code == seen.report.verdict == code
    assert seen.reached == RECOGNISE[:reached]
    assert seen.report.skipped == RECOGNISE[reached:]
    outcomes = [e["outcome"] for e in seen.events if e["type"] == "stage_ended"]
    assert outcomes == ["OK"] * (reached - 1) + [code]


@each_ending
def test_recognise_never_deletes_a_row_whatever_it_refuses(
    house: House, code: str, scene: Callable[[House], str], reached: int
) -> None:
    header = scene(house)
    before = house.rows()
    with pytest.raises(Refusal):
        recognise(house.bricks, header)
    assert house.rows() == before


@each_ending
def test_watched_or_not_the_answer_is_the_same(
    house: House, code: str, scene: Callable[[House], str], reached: int
) -> None:
    header = scene(house)
    with pytest.raises(Refusal) as refused:
        recognise(house.bricks, header)
    assert refused.value.code == code


def test_every_stage_is_where_some_reason_is_given() -> None:
    assert {reached for _, reached in ENDINGS.values()} == set(range(1, len(RECOGNISE) + 1))


def test_who_has_logged_in_is_recognised(house: House, record: Callable[[], Any]) -> None:
    header = house.logs_in("alice", "wonderland")
    with record() as seen:
        visitor = recognise(house.bricks, f"theme=dark; {header}; junk")
    assert visitor.user == "alice"
    assert visitor.session.id == header.partition("=")[2].partition(".")[0]
    assert seen.reached == RECOGNISE
    assert (seen.report.verdict, seen.report.skipped) == ("OK", [])


def test_recognise_changes_nothing_but_when_the_session_was_seen(house: House) -> None:
    header = house.logs_in("alice", "wonderland")
    (before,) = house.rows()
    house.clock.now += 5 * MINUTE
    recognise(house.bricks, header)
    (after,) = house.rows()
    assert (before[:3], before[4:]) == (after[:3], after[4:])
    assert after[3] == before[3] + 5 * MINUTE


def test_visits_keep_a_session_alive(house: House) -> None:
    header = house.logs_in("alice", "wonderland")
    for _ in range(10):
        house.clock.now += 20 * MINUTE
        assert recognise(house.bricks, header).user == "alice"


def test_a_session_without_a_user_is_recognised_with_no_user(house: House) -> None:
    session = Session("nobody's id", None, began=house.clock(), seen=house.clock())
    house.bricks.store.create(session)
    header = f"{NAME}={sign_session_id(house.bricks.signer, session.id)}"
    assert recognise(house.bricks, header) == Visitor(session, None)


def test_the_stages_declared_are_those_of_the_design() -> None:
    assert [list(each.stages) for each in (recognise, log_in, log_out)] == [  # type: ignore[attr-defined]
        RECOGNISE,
        LOG_IN,
        LOG_OUT,
    ]


# Logging in


def test_a_login_calls_its_stages_in_order_and_hands_out_a_ticket(
    house: House, record: Callable[[], Any]
) -> None:
    with record() as seen:
        header = log_in(house.bricks, "alice", "wonderland", "127.0.0.1", None)
    assert seen.reached == LOG_IN
    assert (seen.report.verdict, seen.report.skipped) == ("OK", [])
    assert header.startswith(f"{NAME}={house.ids()[0]}.")
    assert header.endswith("; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax")


@pytest.mark.parametrize(("name", "password"), [("alice", "builder"), ("carol", "wonderland")])
def test_a_failed_login_stores_nothing_and_ends_nothing(
    house: House, record: Callable[[], Any], name: str, password: str
) -> None:
    header = house.logs_in("alice", "wonderland")
    present, before = recognise(house.bricks, header).session, house.rows()
    with record() as seen, pytest.raises(BadCredentials):
        log_in(house.bricks, name, password, "127.0.0.1", present)
    assert house.rows() == before
    assert seen.report.verdict == "BAD_CREDENTIALS"
    assert (seen.reached, seen.report.skipped) == (LOG_IN[:2], LOG_IN[2:])


def test_a_login_with_the_store_down_hands_out_no_ticket(
    house: House, record: Callable[[], Any]
) -> None:
    house.bricks.store.close()
    with record() as seen, pytest.raises(StoreDown):
        log_in(house.bricks, "alice", "wonderland", "127.0.0.1", None)
    assert seen.report.skipped == ["sign_session_id", "set_cookie"]


def test_a_second_login_ends_the_first_ticket_of_this_browser(house: House) -> None:
    first = house.logs_in("alice", "wonderland")
    present = recognise(house.bricks, first).session
    second = log_in(house.bricks, "alice", "wonderland", "127.0.0.1", present).partition(";")[0]
    assert recognise(house.bricks, second).user == "alice"
    with pytest.raises(Refusal) as refused:
        recognise(house.bricks, first)
    assert refused.value.code == "UNKNOWN_SESSION"


def test_an_id_planted_before_the_login_opens_nothing_afterwards(house: House) -> None:
    """Session fixation (OWASP): the attacker knows an id of nobody's session."""
    planted = Session("planted", None, began=house.clock(), seen=house.clock(), word="hi")
    house.bricks.store.create(planted)
    log_in(house.bricks, "alice", "wonderland", "127.0.0.1", planted)
    assert "planted" not in house.ids()
    assert len(house.ids()) == 1


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_each_browser_gets_an_id_of_its_own(house: House, name: str) -> None:
    passwords = {"alice": "wonderland", "bob": "builder"}
    for _ in range(5):
        house.logs_in(name, passwords[name])
    assert len(set(house.ids())) == 5


def test_no_event_of_a_login_carries_the_password_or_a_whole_ticket(
    house: House, record: Callable[[], Any]
) -> None:
    with record() as seen:
        header = log_in(house.bricks, "alice", "wonderland", "127.0.0.1", None)
    told = json.dumps(seen.events)
    session_id, _, signature = header.partition(";")[0].partition("=")[2].split(".")
    assert [each for each in ("wonderland", session_id, signature) if each in told] == []


# Logging out


def test_a_logout_deletes_the_session_and_drops_the_cookie(
    house: House, record: Callable[[], Any]
) -> None:
    header = house.logs_in("alice", "wonderland")
    elsewhere = house.logs_in("alice", "wonderland")
    present = recognise(house.bricks, header).session
    with record() as seen:
        cleared = log_out(house.bricks, present)
    assert cleared == f"{NAME}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
    assert seen.reached == LOG_OUT
    assert (seen.report.verdict, seen.report.skipped) == ("OK", [])
    assert recognise(house.bricks, elsewhere).user == "alice"
    with pytest.raises(Refusal, match="UNKNOWN_SESSION"):
        recognise(house.bricks, header)


@pytest.mark.parametrize("everywhere", [True, False])
def test_a_logout_of_nobody_ends_no_session_and_drops_the_cookie(
    house: House, record: Callable[[], Any], everywhere: bool
) -> None:
    house.logs_in("alice", "wonderland")
    before = house.rows()
    with record() as seen:
        cleared = log_out(house.bricks, None, everywhere)
    assert cleared == f"{NAME}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
    assert house.rows() == before
    assert seen.reached == LOG_OUT


def test_a_logout_everywhere_ends_only_this_user_s_sessions(house: House) -> None:
    alices = [house.logs_in("alice", "wonderland") for _ in range(3)]
    bobs = house.logs_in("bob", "builder")
    log_out(house.bricks, recognise(house.bricks, alices[0]).session, everywhere=True)
    for header in alices:
        with pytest.raises(Refusal, match="UNKNOWN_SESSION"):
            recognise(house.bricks, header)
    assert recognise(house.bricks, bobs).user == "bob"


def test_a_logout_with_the_store_down_does_not_drop_the_cookie(
    house: House, record: Callable[[], Any]
) -> None:
    header = house.logs_in("alice", "wonderland")
    present = recognise(house.bricks, header).session
    house.bricks.store.close()
    with record() as seen, pytest.raises(StoreDown):
        log_out(house.bricks, present)
    assert seen.report.verdict == "STORE_DOWN"
    assert seen.report.skipped == ["clear_cookie"]
