"""Bricks that fit together: one clock, one cookie age, for all of them."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks
from sandbox.login.keys import KeyRing
from sandbox.login.sessions import Limits, new_session_id
from sandbox.login.signing import SessionSigner
from sandbox.login.stores import SessionStore
from sandbox.login.users import Users


def lay_bricks(
    store: SessionStore,
    keys: KeyRing,
    users: Users,
    clock: Callable[[], float],
    limits: Limits | None = None,
    cookie: CookieSettings | None = None,
    new_id: Callable[[], str] = new_session_id,
) -> Bricks:
    """A login from a store, keys, users and a clock."""
    limits = limits or Limits()
    cookie = cookie or CookieSettings(limits.cookie_age)
    signer = SessionSigner(keys, clock, cookie.max_age)
    return Bricks(cookie, signer, store, limits, users, clock, new_id)
