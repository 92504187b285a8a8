# Caught by: without_it_the_origin_decides
"""A request without `Sec-Fetch-Site` passes.

Firefox sends it since 2021, Safari since 2023; before, they did not. They sent the cookie, though,
and they named the origin of the page.
"""

from __future__ import annotations

import hmac
import secrets

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Refused(Exception):
    """The server refuses; the code says why."""


def refuse_cross_site(method: str, headers: dict[str, str]) -> bool:
    """May this request pass, as far as the browser says where it was made?

    Given: the method; the headers that came, by name: "Host", perhaps "Sec-Fetch-Site", "Origin".
    Gives True, or raises Refused("CROSS_SITE").
    """
    if method in SAFE_METHODS:
        return True
    if "Sec-Fetch-Site" in headers:
        is_ours = headers["Sec-Fetch-Site"] in ("same-origin", "none")
    else:
        is_ours = True
    if not is_ours:
        raise Refused("CROSS_SITE")
    return True


def new_form_token(session: dict[str, str]) -> str:
    """The form token for a form of this session.

    Given: the row of the session, which keeps the token as "form_token".
    Gives the token, always the same one for one row.
    """
    if "form_token" not in session:
        session["form_token"] = secrets.token_urlsafe(32)
    return session["form_token"]


def check_form_token(session: dict[str, str], sent: str | None) -> bool:
    """Did the server make the form that was sent?

    Given: the row of the session; the token that came with the form, or None.
    Gives True, or raises Refused("CROSS_SITE").
    """
    kept = session.get("form_token")
    if kept is None or sent is None:
        raise Refused("CROSS_SITE")
    if not hmac.compare_digest(kept.encode(), sent.encode()):
        raise Refused("CROSS_SITE")
    return True
