# Caught by: two_users_take_turns
"""`keep_pages` saves work at the top of the list.

It knows a page by its address alone. bob asks for `/profile`, and gets the one that was made for
alice. What depends on the cookie may not be kept for others: that is what `Vary: Cookie` and
`no-store` say.
"""

from __future__ import annotations

MIDDLEWARE = [
    "error_page",
    "keep_pages",
    "check_host",
    "static_files",
    "read_form",
    "refuse_cross_site",
    "session",
    "find_user",
    "guard",
    "routes",
]
