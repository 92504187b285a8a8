# Caught by: a_token_names_its_user
"""lstrip is asked to take "Bearer " away, and takes every B, e, a, r and blank at the beginning.

lstrip is given characters, and no prefix. A token of ours does not always begin as JWTs do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Headers = dict[str, str]


class Refused(Exception):
    """The server refuses; the code says why."""


def page_sends(cookie: str, token: str) -> Headers:
    """What a link or a form in a page sends.

    Given: the cookie in the jar, as "sid=…", or ""; a token of the same user.
    Gives the headers that say who calls.
    """
    return {"Cookie": cookie} if cookie else {}


def script_sends(cookie: str, token: str, same_origin: bool, credentials: str) -> Headers:
    """What a script sends with fetch.

    Given: cookie and token as above; whether page and server have one origin; "omit",
    "same-origin" or "include".
    Gives the headers that say who calls.
    """
    asks_for_it = credentials == "include" or (credentials == "same-origin" and same_origin)
    if cookie and asks_for_it:
        return {"Cookie": cookie}
    return {"Authorization": f"Bearer {token}"}


def program_sends(cookie: str, token: str) -> Headers:
    """What a program without a jar sends: a mobile app, another server, curl.

    Given: the cookie in a browser nearby, or ""; the token that the program was given.
    Gives the headers that say who calls.
    """
    return {"Authorization": f"Bearer {token}"}


def who_calls(
    headers: Headers,
    sessions: dict[str, str],
    read_token: Callable[[str], dict[str, Any] | None],
    now: float,
) -> str:
    """The name of the user who sends this request.

    Given: the headers that came; the users' names by session id; a function that gives what a
    token says, or None when its stamp is not ours; the time in Unix seconds.
    Gives the name, or raises Refused with the code.
    """
    if "Authorization" in headers:
        return named_by(headers["Authorization"], read_token, now)
    if "Cookie" not in headers:
        raise Refused("NO_COOKIE")
    session_id = headers["Cookie"].removeprefix("sid=")
    if session_id not in sessions:
        raise Refused("UNKNOWN_SESSION")
    return sessions[session_id]


def named_by(
    authorization: str, read_token: Callable[[str], dict[str, Any] | None], now: float
) -> str:
    """The user whom the token in this header names; or raises Refused."""
    token = authorization.lstrip("Bearer ")
    if not authorization.startswith("Bearer ") or not token:
        raise Refused("NO_TOKEN")
    claims = read_token(token)
    if claims is None:
        raise Refused("BAD_SIGNATURE")
    if now >= claims["exp"]:
        raise Refused("EXPIRED")
    return claims["sub"]


def needs_cross_site_check(headers: Headers) -> bool:
    """Can a page of another site have caused this request in the user's name?

    Given: the headers that came.
    Gives True or False.
    """
    return "Cookie" in headers and "Authorization" not in headers
