# Caught by: a_path_that_looks_public_is_guarded
"""The path is tidied before it is looked up: small letters, no slash at the end.

The guard then decides about one path, and the server shows the page of another. Here `/LOGIN` can
be a page of its own. Guard and server must read the same path in the same way.
"""

from __future__ import annotations

from urllib.parse import quote

# The pages that are for everybody.
PUBLIC = ("/", "/login", "/about", "/static/site.css")


def guard(path: str, user: str | None) -> bool:
    """May this visitor pass?

    Given: the path of the page; the user's name, or None for a stranger.
    Gives True or False.
    """
    tidy = path.lower().rstrip("/") or "/"
    return user is not None or tidy in PUBLIC


def send_away(address: str) -> tuple[int, str]:
    """What the server answers to a stranger whom the guard did not let pass.

    Given: the address that was asked for: a path, perhaps with ? and more.
    Gives the status and the Location: (303, "/login?next=…"), or (401, "") under /api/.
    """
    if address.startswith("/api/"):
        return 401, ""
    return 303, "/login?next=" + quote(address)


def safe_next(next_page: str) -> str:
    """The page to go to after the login.

    Given: the next that came with the form.
    Gives it back when it is an address of this site, otherwise "/".
    """
    is_here = next_page.startswith("/") and not next_page.startswith("//")
    is_plain = not any(sign in next_page for sign in "\\\t\r\n")
    return next_page if is_here and is_plain else "/"
