"""The inspector beside a lesson: a web page of its trace, and of the step that is on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.login.guard import LOOPBACK_NAMES
from sandbox.tutor.lesson.site import Site


@contextmanager
def inspector_of(site: Site) -> Iterator[str]:
    """The address of a page that is told what happens on the site."""
    from sandbox.serving.inspected import InspectorServer  # only a lesson at the keyboard needs it

    inspector = InspectorServer(LOOPBACK_NAMES, now=site.told_beside)
    site.board.tell = inspector.buffer
    inspector.server.start()
    try:
        yield inspector.url
    finally:
        inspector.server.stop()
