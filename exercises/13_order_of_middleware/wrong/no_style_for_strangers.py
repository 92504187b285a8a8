# Caught by: the_style_sheet_is_for_everybody
"""`static_files` stands below the guard.

A stranger gets the form of the login. But for its style sheet, too, her browser is sent to the
login.
"""

from __future__ import annotations

MIDDLEWARE = [
    "error_page",
    "check_host",
    "read_form",
    "refuse_cross_site",
    "session",
    "find_user",
    "guard",
    "static_files",
    "routes",
]
