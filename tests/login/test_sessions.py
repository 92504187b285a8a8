"""The session behind the ticket: found, kept alive, opened, closed."""

from __future__ import annotations

import base64
import dataclasses
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.login.flow import Bricks
from sandbox.login.problems import Problem
from sandbox.login.refusals import (
    AbsoluteTimeout,
    IdleTimeout,
    Refusal,
    StoreDown,
    UnknownSession,
)
from sandbox.login.sessions import (
    Limits,
    check_limits,
    close_session,
    look_up_session,
    new_session_id,
    open_session,
)
from sandbox.login.signing import check_signature, sign_session_id
from sandbox.login.stores import Session
from sandbox.login.stores.memory import MemoryStore
from sandbox.login.stores.sqlite import SQLiteStore

if TYPE_CHECKING:
    from tests.conftest import HandClock

NOW = 1_800_000_000.0
LIMITS = Limits(idle=100, lifetime=1000, cookie_age=5000)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[SQLiteStore]:
    """A store that can still be read, while every update fails, as on a full disk."""
    store = SQLiteStore(tmp_path / "sessions.sqlite")
    with sqlite3.connect(tmp_path / "sessions.sqlite") as other:
        other.execute(
            "CREATE TRIGGER full BEFORE UPDATE ON sessions "
            "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    other.close()
    yield store
    store.close()


def kept(store: MemoryStore | SQLiteStore, **fields: Any) -> Session:
    """A session that is in the store, alice's and just begun unless said otherwise."""
    session = Session(**({"id": "present", "user": "alice", "began": NOW, "seen": NOW} | fields))
    store.create(session)
    return session


def code_of_limits(store: MemoryStore, session: Session) -> str:
    try:
        check_limits(store, LIMITS, session, NOW)
    except Refusal as refusal:
        return refusal.code
    return "OK"


# Limits


@pytest.mark.parametrize(
    ("silent", "age", "code"),
    [
        (0, 0, "OK"),
        (100, 100, "OK"),
        (100.001, 500, "IDLE_TIMEOUT"),
        (0, 1000, "OK"),
        (0, 1000.001, "ABSOLUTE_TIMEOUT"),
        (100, 1000, "OK"),
        (100.001, 1000.001, "IDLE_TIMEOUT"),
        (99, 4000, "ABSOLUTE_TIMEOUT"),
        (-30, -30, "OK"),
    ],
)
def test_a_limit_is_reached_only_when_it_has_passed_and_idle_is_said_first(
    store: MemoryStore, silent: float, age: float, code: str
) -> None:
    session = kept(store, began=NOW - age, seen=NOW - silent)
    assert code_of_limits(store, session) == code


@pytest.mark.parametrize(("silent", "refusal"), [(101, IdleTimeout), (1, AbsoluteTimeout)])
def test_an_ended_session_is_refused_and_stays_in_the_store_untouched(
    store: MemoryStore, silent: float, refusal: type[IdleTimeout | AbsoluteTimeout]
) -> None:
    session = kept(store, began=NOW - 2000, seen=NOW - silent)
    with pytest.raises(refusal) as refused:
        check_limits(store, LIMITS, session, NOW)
    assert refused.value.session is session
    assert store.find(session.id) == session


@pytest.mark.parametrize(
    ("silent", "touch", "seen"),
    [
        (0, "not due", NOW),
        (9.999, "not due", NOW - 9.999),
        (10, "written", NOW),
        (100, "written", NOW),
        (-5, "not due", NOW + 5),
    ],
)
def test_a_visit_is_written_down_once_in_a_tenth_of_the_idle_limit(
    store: MemoryStore, silent: float, touch: str, seen: float
) -> None:
    session = kept(store, seen=NOW - silent)
    assert check_limits(store, LIMITS, session, NOW) == touch
    assert store.find(session.id) == dataclasses.replace(session, seen=seen)


def test_the_evidence_states_both_sides_of_both_limits(
    store: MemoryStore, record: Callable[[], Any]
) -> None:
    session = kept(store, began=NOW - 500, seen=NOW - 20)
    with record() as seen:
        check_limits(store, LIMITS, session, NOW)
    assert seen.evidence("check_limits") == {
        "idle": 20,
        "idle_limit": 100,
        "age": 500,
        "lifetime": 1000,
        "touch": "written",
    }


def test_a_visit_that_cannot_be_written_down_is_noted_and_the_request_goes_on(
    read_only: SQLiteStore, record: Callable[[], Any]
) -> None:
    session = kept(read_only, seen=NOW - 50)
    with record() as seen:
        assert check_limits(read_only, LIMITS, session, NOW) == "failed"
    assert seen.ended("check_limits")["outcome"] == "OK"
    assert seen.evidence("check_limits")["touch"] == "failed"
    assert read_only.find(session.id) == session


def test_a_session_deleted_between_look_up_and_touch_is_unknown(store: MemoryStore) -> None:
    session = kept(store, seen=NOW - 50)
    store.delete(session.id)
    with pytest.raises(UnknownSession):
        check_limits(store, LIMITS, session, NOW)
    assert store.find(session.id) is None


@pytest.mark.parametrize("wrong", [{"idle": 0}, {"idle": -1}, {"lifetime": 0}, {"lifetime": -1}])
def test_a_limit_of_nothing_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(Problem, match="Give more seconds"):
        Limits(**wrong)


@pytest.mark.parametrize("lifetime", [5000, 5001])
def test_a_lifetime_at_or_above_the_cookie_s_age_is_refused(lifetime: float) -> None:
    with pytest.raises(Problem, match=f"{lifetime} s is refused.*5000 s.*--lifetime"):
        Limits(lifetime=lifetime, cookie_age=5000)


def test_the_limits_of_the_design_are_the_default() -> None:
    assert dataclasses.asdict(Limits()) == {"idle": 1200, "lifetime": 28800, "cookie_age": 86400}


# Looking up


def test_a_kept_session_is_found_by_its_id(store: MemoryStore) -> None:
    session = kept(store)
    assert look_up_session(store, session.id) == session


def test_an_id_without_a_session_is_unknown(store: MemoryStore) -> None:
    with pytest.raises(UnknownSession):
        look_up_session(store, "present")


def test_the_evidence_of_a_look_up_has_no_full_id(
    store: MemoryStore, record: Callable[[], Any]
) -> None:
    kept(store, id="0123456789abcdef", word="a secret word")
    with record() as seen:
        look_up_session(store, "0123456789abcdef")
    assert seen.evidence("look_up_session") == {"session_id": "0123…ef", "user": "alice"}


# Opening


def opened(
    store: MemoryStore | SQLiteStore, user: str, present: Session | None = None, now: float = NOW
) -> Session:
    """The session after a login, as the store has it."""
    found = store.find(open_session(store, LIMITS, user, present, now).id)
    assert found is not None
    return found


def test_a_session_id_is_256_random_bits_and_never_the_same() -> None:
    ids = {new_session_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(base64.urlsafe_b64decode(each + "=")) for each in ids} == {32}


def test_a_login_begins_a_session_now(store: MemoryStore) -> None:
    session = open_session(store, LIMITS, "alice", None, NOW, new_id=lambda: "fresh")
    assert session == Session("fresh", "alice", began=NOW, seen=NOW)
    assert store.find("fresh") == session


PRESENT = {
    # who had it, silent for, how long it has lasted, is its word kept at alice's login?
    "nobody's": (None, 0, 0, True),
    "her own": ("alice", 0, 0, True),
    "her own, just alive": ("alice", 100, 1000, True),
    "her own, silent too long": ("alice", 100.001, 500, False),
    "her own, lasted too long": ("alice", 0, 1000.001, False),
    "nobody's, silent too long": (None, 101, 500, False),
    "nobody's, lasted too long": (None, 0, 1001, False),
    "bob's": ("bob", 0, 0, False),
    "bob's, ended": ("bob", 500, 2000, False),
    "a removed user's": ("carol", 0, 0, False),
    "of a user with an empty name": ("", 0, 0, False),
}


@pytest.mark.parametrize(("user", "silent", "age", "word_kept"), PRESENT.values(), ids=PRESENT)
def test_the_word_stays_only_if_it_was_nobody_s_or_her_own_and_the_session_lives(
    store: MemoryStore, user: str | None, silent: float, age: float, word_kept: bool
) -> None:
    present = kept(
        store, user=user, began=NOW - age, seen=NOW - silent, word="tulip", flash=("psst",)
    )
    fresh = opened(store, "alice", present)
    assert fresh.id != present.id
    assert store.find(present.id) is None
    assert (fresh.user, fresh.began, fresh.seen) == ("alice", NOW, NOW)
    assert (fresh.word, fresh.flash) == ("tulip" if word_kept else "", ())


def test_a_login_leaves_the_user_s_other_browsers_alone(store: MemoryStore) -> None:
    elsewhere = kept(store, id="elsewhere", word="rose")
    opened(store, "alice", kept(store))
    assert store.find("elsewhere") == elsewhere
    assert len(store.all_of("alice")) == 2


def test_a_session_deleted_meanwhile_does_not_come_back_with_its_word(store: MemoryStore) -> None:
    present = kept(store, word="tulip")
    store.delete(present.id)
    assert opened(store, "alice", present).word == ""
    assert store.find(present.id) is None


def test_the_word_is_the_one_in_the_store_not_the_one_read_earlier(store: MemoryStore) -> None:
    present = kept(store, word="tulip")
    store.write(present.id, word="rose")
    assert opened(store, "alice", present).word == "rose"


def test_a_login_fails_when_the_store_does(read_only: SQLiteStore) -> None:
    present = kept(read_only)
    with pytest.raises(StoreDown):
        open_session(read_only, LIMITS, "alice", present, NOW)
    assert read_only.all_of("alice") == [present]


def test_a_login_sweeps_only_what_is_older_than_a_cookie_can_be(store: MemoryStore) -> None:
    kept(store, id="at the age", began=NOW - 5000)
    kept(store, id="beyond it", began=NOW - 5002)
    kept(store, id="ended long ago", began=NOW - 4000, seen=NOW - 4000)
    opened(store, "bob")
    assert store.find("beyond it") is None
    assert store.find("at the age") is not None
    assert store.find("ended long ago") is not None


def test_what_is_swept_has_no_cookie_that_still_passes(
    bricks: Callable[..., Bricks], clock: HandClock
) -> None:
    """Cookies count whole seconds: one signed at .9 passes until its age and almost one more."""
    here = bricks()
    clock.now = NOW + 0.1
    session = open_session(here.store, here.limits, "alice", None, clock.now)
    cookie = sign_session_id(here.signer, session.id)
    clock.now = NOW + here.limits.cookie_age + 0.9
    assert check_signature(here.signer, cookie) == session.id
    open_session(here.store, here.limits, "bob", None, clock.now)
    assert here.store.find(session.id) is not None


def test_the_evidence_of_a_login_says_which_session_was_replaced(
    store: MemoryStore, record: Callable[[], Any]
) -> None:
    present = kept(store, id="0123456789abcdef", word="a secret word")
    with record() as seen:
        open_session(store, LIMITS, "alice", present, NOW, lambda: "fedcba9876543210")
    assert seen.evidence("open_session") == {
        "user": "alice",
        "session_id": "fedc…10",
        "replaced": "0123…ef",
    }


def test_a_watched_login_may_be_given_its_new_id_by_keyword(
    store: MemoryStore, record: Callable[[], Any]
) -> None:
    with record():
        session = open_session(store, LIMITS, "alice", None, NOW, new_id=lambda: "fresh")
    assert session.id == "fresh"


# Closing


def test_a_logout_ends_this_session_alone(store: MemoryStore) -> None:
    elsewhere = kept(store, id="elsewhere")
    assert close_session(store, kept(store), everywhere=False) == 1
    assert store.all_of("alice") == [elsewhere]


def test_a_logout_everywhere_ends_this_user_s_sessions_and_nobody_else_s(
    store: MemoryStore,
) -> None:
    bobs, nobodys = kept(store, id="bob's", user="bob"), kept(store, id="nobody's", user=None)
    kept(store, id="elsewhere")
    assert close_session(store, kept(store), everywhere=True) == 2
    assert store.all_of("alice") == []
    assert [store.find("bob's"), store.find("nobody's")] == [bobs, nobodys]


def test_a_logout_everywhere_of_nobody_ends_this_session_alone(store: MemoryStore) -> None:
    other = kept(store, id="other", user=None)
    assert close_session(store, kept(store, user=None), everywhere=True) == 1
    assert store.find("present") is None
    assert store.find("other") == other


@pytest.mark.parametrize("everywhere", [True, False])
def test_without_a_session_a_logout_ends_none(store: MemoryStore, everywhere: bool) -> None:
    session = kept(store)
    assert close_session(store, None, everywhere) == 0
    assert store.find(session.id) == session


def test_a_logout_of_a_session_that_is_gone_ends_none(store: MemoryStore) -> None:
    session = kept(store)
    store.delete(session.id)
    assert close_session(store, session, everywhere=False) == 0


def test_a_logout_fails_when_the_store_does(tmp_path: Path) -> None:
    """Nobody may be told that they are logged out while the session is still there."""
    store = SQLiteStore(tmp_path / "sessions.sqlite")
    session = kept(store)
    store.close()
    with pytest.raises(StoreDown):
        close_session(store, session, everywhere=False)
