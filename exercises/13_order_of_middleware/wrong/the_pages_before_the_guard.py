# Caught by: a_stranger_is_sent_to_the_login
"""The pages stand above the guard.

Everything works for alice, so nobody notices. A stranger who types `/report` reads the report: the
page has answered, and the guard is never asked.
"""

from __future__ import annotations

MIDDLEWARE = [
    "error_page",
    "check_host",
    "static_files",
    "read_form",
    "refuse_cross_site",
    "session",
    "find_user",
    "routes",
    "guard",
]
