# Caught by: two_users_take_turns
"""`keep_pages` stands below the guard, so that no stranger gets a page that was kept.

bob is no stranger. The guard lets him pass, and he gets alice's profile.
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
    "guard",
    "keep_pages",
    "routes",
]
