"""Exercise 08: a guard that misses no page."""

from __future__ import annotations

# The pages that are for everybody.
PUBLIC = ("/", "/login", "/about", "/static/site.css")


def guard(path: str, user: str | None) -> bool:
    """May this visitor pass?

    Given: the path of the page; the user's name, or None for a stranger.
    Gives True or False.
    """
    return False


def send_away(address: str) -> tuple[int, str]:
    """What the server answers to a stranger whom the guard did not let pass.

    Given: the address that was asked for: a path, perhaps with ? and more.
    Gives the status and the Location: (303, "/login?next=…"), or (401, "") under /api/.
    """
    return 0, ""


def safe_next(next_page: str) -> str:
    """The page to go to after the login.

    Given: the next that came with the form.
    Gives it back when it is an address of this site, otherwise "/".
    """
    return ""
