"""Exercise 13: put the middleware in order. The first name sees each request first."""

from __future__ import annotations

MIDDLEWARE = [
    "keep_pages",
    "find_user",
    "guard",
    "check_host",
    "session",
    "routes",
    "static_files",
    "allow_other_origins",
    "read_form",
    "error_page",
    "refuse_cross_site",
]
