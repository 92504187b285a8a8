# Caught by: a_login_is_remembered
"""`find_user` stands above `session`.

It looks for the row of the session, and there is none yet. In Express this is `passport.session()`
above `session()`.
"""

from __future__ import annotations

MIDDLEWARE = [
    "error_page",
    "check_host",
    "static_files",
    "read_form",
    "refuse_cross_site",
    "find_user",
    "session",
    "guard",
    "routes",
]
