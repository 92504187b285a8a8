# Caught by: another_site_is_never_next
"""`next` is an address of this site when it begins with a slash.

`//evil.example` begins with a slash, too. Browsers read it as another site, reached in the same way
as this page. The login then sends alice to bob's copy of it.
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
    return next_page if next_page.startswith("/") else "/"
