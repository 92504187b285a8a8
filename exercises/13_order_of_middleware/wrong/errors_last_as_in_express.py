# Caught by: no_visitor_sees_the_inside
"""`error_page` stands last, as the handler of errors does in Express.

There errors are handed on downwards. Here, as in WSGI, they go up to whoever has called. Nothing
stands below the last name, so it catches nothing, and visitors see the inside of the server. Django
needs no such name: it turns an error into an answer below each middleware.
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
    "routes",
    "error_page",
]
