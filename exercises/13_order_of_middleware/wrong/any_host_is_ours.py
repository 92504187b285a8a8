# Caught by: another_host_gets_no_page
"""`check_host` stands below the pages, so it is never asked.

bob can have a name of his own lead to this server. For a browser its pages are then pages of his
site, and his scripts may read them (DNS rebinding).
"""

from __future__ import annotations

MIDDLEWARE = [
    "error_page",
    "static_files",
    "read_form",
    "refuse_cross_site",
    "session",
    "find_user",
    "guard",
    "routes",
    "check_host",
]
