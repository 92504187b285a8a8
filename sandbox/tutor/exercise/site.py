"""The student's own server on a real port, and visitors with a jar each."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import httpx

from sandbox.serving.live import LiveServer
from sandbox.tutor.exercise.showing import cut, shown
from sandbox.tutor.exercise.transcript import Seen
from sandbox.tutor.visitor import Visitor as Browser

if TYPE_CHECKING:
    from sandbox.tutor.exercise.exam import Exam

TAG = re.compile(r"<[^>]*>")
LONGEST_PAGE = 120  # characters of a page in the transcript
FAILED = "500 Internal Server Error"


class Site:
    """An app, live on loopback; what it raised is kept, for it happens in another thread."""

    def __init__(self, exam: Exam, app: Any) -> None:
        self._exam, self._app = exam, app
        self._raised: BaseException | None = None
        if hasattr(app, "catchall"):
            app.catchall = False  # Bottle: its error page would hide the student's line
        self._server = LiveServer(self._answer, port=0).start()
        logging.getLogger("waitress").setLevel(logging.CRITICAL)  # what is raised is told already
        self._browsers: list[Browser] = []

    def visitor(self, name: str) -> Visitor:
        """Somebody with a browser of his own; its jar is empty at first."""
        browser = Browser(name, f"http://localhost:{self._server.port}", self._exam.clock)
        self._browsers.append(browser)
        return Visitor(self._exam, self, browser)

    def ask(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """The response; or what the app raised, with the student's own line."""
        self._raised = None
        response = send()
        if self._raised is not None:
            raise self._raised
        return response

    def close(self) -> None:
        for browser in self._browsers:
            browser.close()
        self._server.stop()

    def _answer(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        try:
            return _whole(self._app(environ, start_response))
        except BaseException as error:  # sys.exit included, or the visitor would wait in vain
            self._raised = error
            start_response(FAILED, [], sys.exc_info())
            return []


def _whole(body: Any) -> list[bytes]:
    """All of it now: a generator may raise only while it is read."""
    try:
        return list(body)
    finally:
        if hasattr(body, "close"):
            body.close()


class Visitor:
    """Somebody who opens pages and sends forms; each is an act of the transcript."""

    def __init__(self, exam: Exam, site: Site, browser: Browser) -> None:
        self._exam, self._site, self._browser = exam, site, browser
        self.jar = browser.jar

    def get(self, path: str, **sent: Any) -> Answer:
        return self._send("GET", path, "", **sent)

    def post(self, path: str, **fields: Any) -> Answer:
        """Send a form; `cookie` and `headers` are not fields of it."""
        sent = {key: fields.pop(key) for key in ("cookie", "headers") if key in fields}
        form = str(httpx.QueryParams(fields)) or " "
        return self._send("POST", path, form, **sent)

    def _send(self, method: str, path: str, form: str, **sent: Any) -> Answer:
        act = f"{self._browser.name}: {method} {path}{_in_words(form, **sent)}"
        send = partial(self._browser.send, method, path, form, **sent)
        return self._exam.act(act, lambda: self._site.ask(send), kind=Answer)


def _in_words(form: str, cookie: str | None = None, headers: Any = None) -> str:
    """What goes along with a request, as far as the reader needs it."""
    words = [f" {cut(form)}"] if form.strip() else []
    words += [f" with the cookie {shown(cookie)}" if cookie else " without a cookie"] * (
        cookie is not None
    )
    words += [f" {name}: {value}" for name, value in (headers or {}).items()]
    return "".join(words)


class Answer(Seen):
    """A response; each question about it is a line of the transcript."""

    def has_status(self, status: int) -> Answer:
        self._ask(f"status {status}", lambda response: response.status_code == status)
        return self

    def leads_to(self, path: str) -> Answer:
        """A redirect to exactly this page here, with or without the address of the server."""

        def is_there(response: httpx.Response) -> bool:
            here = str(response.request.url)
            location = response.headers.get("location")
            return location is not None and urljoin(here, location) == urljoin(here, path)

        self._ask(f"Location: {path}", is_there)
        return self

    def says(self, text: str) -> Answer:
        self._ask(f"a page with {text!r}", lambda response: text in response.text)
        return self

    def does_not_say(self, text: str) -> Answer:
        self._ask(f"a page without {text!r}", lambda response: text not in response.text)
        return self

    def sets_cookie(self) -> Answer:
        self._ask("a Set-Cookie", lambda response: "set-cookie" in response.headers)
        return self

    def sets_no_cookie(self) -> Answer:
        self._ask("no Set-Cookie", lambda response: "set-cookie" not in response.headers)
        return self

    def _ask(self, expected: str, test: Callable[[httpx.Response], bool]) -> None:
        self.is_such(expected, test)

    def _in_words(self, returned: Any) -> str:
        if not isinstance(returned, httpx.Response):
            return "no answer"
        cookies = [f"Set-Cookie: {each}" for each in returned.headers.get_list("set-cookie")]
        to = [f"Location: {each}" for each in returned.headers.get_list("location")]
        page = " ".join(TAG.sub(" ", returned.text).split())
        cut = f"{page[:LONGEST_PAGE]}…" if len(page) > LONGEST_PAGE else page
        says = [f"{cut!r}"] * bool(cut)
        return ", ".join([f"{returned.status_code} {returned.reason_phrase}", *to, *cookies, *says])
