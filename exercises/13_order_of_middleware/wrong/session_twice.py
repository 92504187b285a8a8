# Caught by: nine_names_are_left
"""`session` stands there twice, to be safe.

Nothing breaks. But each request asks the store twice, and whoever reads the list looks for a
reason.
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
    "session",
    "guard",
    "routes",
]
