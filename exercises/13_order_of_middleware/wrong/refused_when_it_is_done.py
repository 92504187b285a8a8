# Caught by: another_sites_post_changes_nothing
"""`refuse_cross_site` stands below the pages.

The post came with alice's cookie, the guard let it pass, and the page has changed her word. Then
nobody was asked any more.
"""

from __future__ import annotations

MIDDLEWARE = [
    "error_page",
    "check_host",
    "static_files",
    "read_form",
    "session",
    "find_user",
    "guard",
    "routes",
    "refuse_cross_site",
]
