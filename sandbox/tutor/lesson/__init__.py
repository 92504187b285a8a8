"""Lessons: read from Markdown, run in a world of their own, judged by what crossed the wire."""

import sandbox.login.server  # noqa: F401  # its modules declare every stage
