"""The three stories: who is asking, logging in, logging out. Then who calls, by a token.

`middleware` asks `recognise` before every request, `guard` protects a route with the answer, and
the routes in `server` call `log_in` and `log_out`. `strategies` asks `recognise_bearer`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.login.cookies import CookieSettings, clear_cookie, read_cookie, set_cookie
from sandbox.login.sessions import (
    Limits,
    check_limits,
    close_session,
    look_up_session,
    new_session_id,
    open_session,
)
from sandbox.login.signing import SessionSigner, check_signature, sign_session_id
from sandbox.login.stores import Session, SessionStore
from sandbox.login.throttle import FailedLogins, throttle
from sandbox.login.tokens import TokenSigner, check_token, read_bearer
from sandbox.login.users import Users, check_password, find_user
from sandbox.trace.stage import story


@dataclass(frozen=True)
class Bricks:
    """What a login is laid from."""

    cookie: CookieSettings
    signer: SessionSigner
    store: SessionStore
    limits: Limits
    users: Users
    clock: Callable[[], float]
    new_id: Callable[[], str] = new_session_id
    failed_logins: FailedLogins = field(default_factory=FailedLogins)


@dataclass(frozen=True)
class Visitor:
    """Somebody the server recognised: the session, and the user's name if one has logged in."""

    session: Session
    user: str | None


@story(read_cookie, check_signature, look_up_session, check_limits, find_user)
def recognise(bricks: Bricks, cookie_header: str) -> Visitor:
    """Say who is asking; stop at the first stage that cannot vouch for the visitor."""
    cookie = read_cookie(bricks.cookie.name, cookie_header)
    session_id = check_signature(bricks.signer, cookie)
    session = look_up_session(bricks.store, session_id)
    check_limits(bricks.store, bricks.limits, session, bricks.clock())
    user = find_user(bricks.users, session)
    return Visitor(session, user)


@story(throttle, check_password, open_session, sign_session_id, set_cookie)
def log_in(bricks: Bricks, name: str, password: str, address: str, present: Session | None) -> str:
    """Check the password and begin a session; returns the Set-Cookie header with the ticket.

    `address` is where the request came from; `present` is the session that this browser has at
    present, if any.
    """
    user = check_credentials(bricks, name, password, address)
    return begin_session(bricks, user, present)


def check_credentials(bricks: Bricks, name: str, password: str, address: str) -> str:
    """Let a guesser wait, then check the password; returns the user's name."""
    now = bricks.clock()
    throttle(bricks.failed_logins, name, address, now)
    with bricks.failed_logins.counting(name, address, now):
        return check_password(bricks.users, name, password)


def begin_session(bricks: Bricks, user: str, present: Session | None) -> str:
    """Begin a session for this user; returns the Set-Cookie header with the ticket."""
    now, new_id = bricks.clock(), bricks.new_id
    session = open_session(bricks.store, bricks.limits, user, present, now, new_id)
    cookie = sign_session_id(bricks.signer, session.id)
    return set_cookie(bricks.cookie, cookie)


@story(close_session, clear_cookie)
def log_out(bricks: Bricks, present: Session | None, everywhere: bool = False) -> str:
    """Delete the session; returns the Set-Cookie header that drops the ticket."""
    close_session(bricks.store, present, everywhere)
    return clear_cookie(bricks.cookie)


@story(read_bearer, check_token)
def recognise_bearer(tokens: TokenSigner, authorization: str) -> str:
    """Say who calls from the token alone; no store is asked."""
    token = read_bearer(authorization)
    return check_token(tokens, token)
