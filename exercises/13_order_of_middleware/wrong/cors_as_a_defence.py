# Caught by: no_other_origin_may_read
"""`allow_other_origins` stays in: CORS is said to protect against other sites.

CORS opens a door that is shut without it. Here it lets the script of any site read alice's pages,
with her cookie.
"""

from __future__ import annotations

MIDDLEWARE = [
    "error_page",
    "allow_other_origins",
    "check_host",
    "static_files",
    "read_form",
    "refuse_cross_site",
    "session",
    "find_user",
    "guard",
    "routes",
]
