# Caught by: a_login_is_remembered
"""The guard stands above those who recognise.

When it asks who is there, nobody has read the ticket yet. So everybody is a stranger to it, alice
included, and she comes back to the login for ever.
"""

from __future__ import annotations

MIDDLEWARE = [
    "error_page",
    "check_host",
    "static_files",
    "read_form",
    "refuse_cross_site",
    "guard",
    "session",
    "find_user",
    "routes",
]
