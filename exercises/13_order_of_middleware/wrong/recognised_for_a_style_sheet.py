# Caught by: no_store_is_asked_for_a_style_sheet
"""`static_files` stands below `session`.

Everything works. But the store is asked once more for each style sheet and each icon, and nobody
needs the answer.
"""

from __future__ import annotations

MIDDLEWARE = [
    "error_page",
    "check_host",
    "read_form",
    "refuse_cross_site",
    "session",
    "static_files",
    "find_user",
    "guard",
    "routes",
]
