# Caught by: no_visitor_sees_the_inside
"""`error_page` stands around the pages only.

Those above it refuse by raising, too. Their errors do not pass it on their way out.
"""

from __future__ import annotations

MIDDLEWARE = [
    "check_host",
    "static_files",
    "read_form",
    "refuse_cross_site",
    "session",
    "find_user",
    "guard",
    "error_page",
    "routes",
]
