"""Another site than the lesson's: other_site.py, at 127.0.0.1; the lesson is at localhost."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.login.middleware import Environ, StartResponse, WSGIApp
from sandbox.serving.live import LiveServer
from sandbox.serving.traced import traced
from sandbox.tutor.lesson.exchange import OF_OTHER_SITE
from sandbox.tutor.lesson_app import Noted, cannot_run, check_app, check_sentence, load_module
from sandbox.tutor.lesson_pages import banner

if TYPE_CHECKING:
    from sandbox.tutor.lesson.site import Site

TITLE = "Another site"


class OtherSite:
    """It listens once a lesson has opened it, on a port of its own; `says` is what it is."""

    says: str

    def __init__(self, site: Site) -> None:
        self.says = ""
        self._site = site
        self._app: WSGIApp
        self._server: LiveServer | None = None

    @property
    def ports(self) -> dict[str, int]:
        """As a lesson's README calls it; nothing before it was opened."""
        return {"other site": self._server.port} if self._server else {}

    @property
    def url(self) -> str:
        """For a browser this is another site than the lesson's."""
        return f"http://127.0.0.1:{self.ports['other site']}"

    def open(self, folder: Path) -> None:
        """Answer as this folder's other_site.py says; Problem when it cannot be run."""
        path = folder / "other_site.py"
        module = load_module(path, "SITE", "make_site")
        check_sentence(path, "SITE", module.SITE)
        try:
            app = module.make_site(self._site.url)
        except (Exception, SystemExit) as error:  # whoever writes a lesson may make any mistake
            raise cannot_run(path, error) from None
        check_app(path, "make_site", app)
        self.says = module.SITE
        self._app = Noted(app, banner(TITLE, self.says).encode())
        if self._server is None:
            self._server = LiveServer(self, 0).start()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        site, server = self._site, self._site.world.server
        told = site.recorder
        app = traced(self._app, server.bricks, told, told.wants, ids=site.ids)
        return told.answer(app, server.cookie, environ | {OF_OTHER_SITE: True}, start_response)

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
