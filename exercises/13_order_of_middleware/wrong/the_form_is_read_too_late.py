# Caught by: a_login_is_remembered
"""`read_form` is the last name.

The login has answered already, without a name in its form. Below the pages nothing runs any more.
"""

from __future__ import annotations

MIDDLEWARE = [
    "error_page",
    "check_host",
    "static_files",
    "refuse_cross_site",
    "session",
    "find_user",
    "guard",
    "routes",
    "read_form",
]
