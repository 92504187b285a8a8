# Caught by: a_backslash_or_a_tab_is_never_next
"""`urlsplit` is asked whether there is a site in the address.

Python reads an address in one way, a browser in another. For `urlsplit`, `/\\evil.example` is a
path. A browser turns the backslash into a slash, and is on bob's site.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

# The pages that are for everybody.
PUBLIC = ("/", "/login", "/about", "/static/site.css")


def guard(path: str, user: str | None) -> bool:
    """May this visitor pass?

    Given: the path of the page; the user's name, or None for a stranger.
    Gives True or False.
    """
    return user is not None or path in PUBLIC


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
    parts = urlsplit(next_page)
    is_elsewhere = parts.scheme or parts.netloc or next_page.startswith("//")
    is_path = next_page.startswith("/") and not is_elsewhere
    return next_page if is_path else "/"
