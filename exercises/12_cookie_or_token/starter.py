"""Exercise 12: six callers, and a server that finds out who calls."""

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
    return {}


def script_sends(cookie: str, token: str, same_origin: bool, credentials: str) -> Headers:
    """What a script sends with fetch.

    Given: cookie and token as above; whether page and server have one origin; "omit",
    "same-origin" or "include".
    Gives the headers that say who calls.
    """
    return {}


def program_sends(cookie: str, token: str) -> Headers:
    """What a program without a jar sends: a mobile app, another server, curl.

    Given: the cookie in a browser nearby, or ""; the token that the program was given.
    Gives the headers that say who calls.
    """
    return {}


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
    return ""


def needs_cross_site_check(headers: Headers) -> bool:
    """Can a page of another site have caused this request in the user's name?

    Given: the headers that came.
    Gives True or False.
    """
    return False
