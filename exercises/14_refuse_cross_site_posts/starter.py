"""Exercise 14: refuse cross-site posts."""

from __future__ import annotations


class Refused(Exception):
    """The server refuses; the code says why."""


def refuse_cross_site(method: str, headers: dict[str, str]) -> bool:
    """May this request pass, as far as the browser says where it was made?

    Given: the method; the headers that came, by name: "Host", perhaps "Sec-Fetch-Site", "Origin".
    Gives True, or raises Refused("CROSS_SITE").
    """
    return False


def new_form_token(session: dict[str, str]) -> str:
    """The form token for a form of this session.

    Given: the row of the session, which keeps the token as "form_token".
    Gives the token, always the same one for one row.
    """
    return ""


def check_form_token(session: dict[str, str], sent: str | None) -> bool:
    """Did the server make the form that was sent?

    Given: the row of the session; the token that came with the form, or None.
    Gives True, or raises Refused("CROSS_SITE").
    """
    return False
