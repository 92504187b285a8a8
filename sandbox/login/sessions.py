"""The coat behind the ticket: what the server keeps about a visitor, and for how long."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.login.problems import Problem
from sandbox.login.refusals import AbsoluteTimeout, IdleTimeout, StoreDown, UnknownSession
from sandbox.login.stores import Session, SessionStore
from sandbox.trace.stage import Evidence, shortened, stage


@dataclass(frozen=True)
class Limits:
    """How long things last, in seconds: silence, a session, the cookie itself."""

    idle: float = 20 * 60
    lifetime: float = 8 * 60 * 60
    cookie_age: int = 24 * 60 * 60

    def __post_init__(self) -> None:
        _refuse_odd_limit("--idle", "An idle limit", self.idle, self.cookie_age)
        _refuse_odd_limit("--lifetime", "A lifetime", self.lifetime, self.cookie_age)

    def touch_due(self, session: Session, now: float) -> bool:
        """Being seen is written down once in a tenth of the idle limit, not at every request."""
        return now - session.seen >= self.idle / 10

    def are_kept_by(self, session: Session, now: float) -> bool:
        return now - session.seen <= self.idle and now - session.began <= self.lifetime


def _refuse_odd_limit(option: str, name: str, seconds: float, cookie_age: int) -> None:
    if seconds <= 0:
        raise Problem(f"{name} of {seconds:g} s ends every session at once. Give more seconds.")
    if not seconds < cookie_age:
        raise Problem(
            f"{name} of {seconds:g} s is refused: it must be shorter than the "
            f"cookie's age of {cookie_age} s. Give a shorter {option}."
        )


def new_session_id() -> str:
    """256 random bits: nobody can guess a session id that is in use (OWASP asks for 64)."""
    return secrets.token_urlsafe(32)


def _row(outcome: object, _store: object, session_id: str) -> Evidence:
    found = {"user": outcome.user} if isinstance(outcome, Session) else {}
    return {"session_id": shortened(session_id)} | found


@stage(lane="store", evidence=_row)
def look_up_session(store: SessionStore, session_id: str) -> Session:
    """Find the session that belongs to this id."""
    session = store.find(session_id)
    if session is None:
        raise UnknownSession()
    return session


def _ages(outcome: object, store: object, limits: Limits, session: Session, now: float) -> Evidence:
    return {
        "idle": now - session.seen,
        "idle_limit": limits.idle,
        "age": now - session.began,
        "lifetime": limits.lifetime,
        "touch": outcome if isinstance(outcome, str) else "not written",
    }


@stage(lane="store", evidence=_ages)
def check_limits(store: SessionStore, limits: Limits, session: Session, now: float) -> str:
    """Refuse a session that was silent or has lasted too long; else note that it was seen."""
    if now - session.seen > limits.idle:
        raise IdleTimeout(session)
    if now - session.began > limits.lifetime:
        raise AbsoluteTimeout(session)
    return _touch(store, session, now) if limits.touch_due(session, now) else "not due"


def _touch(store: SessionStore, session: Session, now: float) -> str:
    """A visitor is not sent away only because the time of the visit could not be written down."""
    try:
        if not store.touch(session.id, now):
            raise UnknownSession()
        return "written"
    except StoreDown:
        return "failed"


def _opened(outcome: object, *asked: Any, **_: object) -> Evidence:
    _store, _limits, user, present, *_rest = asked
    if not isinstance(outcome, Session):
        return {"user": user}
    replaced = shortened(present.id) if present else None
    return {"user": user, "session_id": shortened(outcome.id), "replaced": replaced}


@stage(lane="store", evidence=_opened)
def open_session(
    store: SessionStore,
    limits: Limits,
    user: str | None,
    present: Session | None,
    now: float,
    new_id: Callable[[], str] = new_session_id,
) -> Session:
    """Begin a session under a new id, in the place of the one this browser has at present."""
    fresh = Session(id=new_id(), user=user, began=now, seen=now)
    store.sweep(now - limits.cookie_age - 1)  # a second more: cookies count whole ones
    if present is None:
        store.create(fresh)
        return fresh
    return _in_place_of(store, limits, present, fresh)


def _in_place_of(store: SessionStore, limits: Limits, present: Session, fresh: Session) -> Session:
    """The word stays if it was nobody's or this user's, and its session has not ended."""
    same_person = present.user in (None, fresh.user)
    alive = limits.are_kept_by(present, fresh.began)
    if same_person and alive and store.replace(present.id, fresh):
        return fresh
    store.create(fresh)  # first: if the store fails now, the visitor keeps the present session
    store.delete(present.id)
    return fresh


def _closed(outcome: object, store: object, session: Session | None, everywhere: bool) -> Evidence:
    found = {"session_id": shortened(session.id), "user": session.user} if session else {}
    deleted = outcome if isinstance(outcome, int) else 0
    return {"deleted": deleted, "everywhere": everywhere} | found


@stage(lane="store", evidence=_closed)
def close_session(store: SessionStore, session: Session | None, everywhere: bool) -> int:
    """Delete the session, or all sessions of its user; how many there were."""
    if session is None:
        return 0
    if everywhere and session.user is not None:
        return store.delete_all_of(session.user)
    return int(store.delete(session.id))
