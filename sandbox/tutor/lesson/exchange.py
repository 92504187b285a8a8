"""One request and its response in a lesson, whoever made it, and all that was told of it."""

from __future__ import annotations

import html
import itertools
import json
import re
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sandbox.login.cookies import parse_cookie_header
from sandbox.login.middleware import Environ, StartResponse, WSGIApp, explain, is_static
from sandbox.login.stores import Session
from sandbox.trace.stage import Event
from sandbox.tutor.lesson_app import whole
from sandbox.tutor.reasons import Reasons

TAG = re.compile(r"<(?:style|script|head)\b.*?</\w+>|<[^>]*>", re.DOTALL)
MAIN = re.compile(r"<main\b.*</main>", re.DOTALL)
FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
END_OF_LINE = re.compile(r"</(?:h\d|p)>")
VISITORS = "sandbox-visitor ("
OF_OTHER_SITE = "sandbox.of_other_site"  # in the environ of a request to another site


@dataclass(frozen=True)
class Seen:
    """What a store holds: how many rows, and the one that a ticket finds."""

    rows: int
    row: Session | None


@dataclass
class Exchange:
    """What crossed the wire and what the stages told; `number` counts as they began.

    `store` is what the store held when it ended, and the row that the visitor's ticket finds; None:
    nobody could look. `neighbour` is what another server told that was called meanwhile.
    `is_cross_site`: another site's page made the browser ask; a cookie that did not come may have
    stayed at home. `is_script`: a page that was opened loads it by itself. `reasons` are
    known of the sandbox's own Chromium only.
    """

    number: int
    cookie_name: str
    method: str
    target: str
    host: str
    cookie_header: str
    is_ours: bool
    is_cross_site: bool = False
    is_of_other_site: bool = False
    is_script: bool = False
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""
    events: list[Event] = field(default_factory=list)
    neighbour: list[Event] = field(default_factory=list)
    store: Seen | None = None
    reasons: Reasons | None = None

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def sent(self) -> str | None:
        """The value of the lesson's cookie that came with the request."""
        return next(iter(parse_cookie_header(self.cookie_header).values(self.cookie_name)), None)

    @property
    def set_cookie(self) -> str | None:
        """The Set-Cookie header for the lesson's cookie, the last one if there are several."""
        ours = [each for each in self.set_cookies if each.startswith(f"{self.cookie_name}=")]
        return ours[-1] if ours else None

    @property
    def set_cookies(self) -> list[str]:
        return [value for name, value in self.headers if name.lower() == "set-cookie"]

    @property
    def given(self) -> str | None:
        """The new value that the browser was given; empty when it was told to drop the cookie."""
        return self.set_cookie.partition(";")[0].partition("=")[2] if self.set_cookie else None

    @property
    def token(self) -> str:
        """The token in the body, as RFC 6749 section 5.1 names it; empty when there is none."""
        try:
            return str(json.loads(self.body)["access_token"])
        except (ValueError, TypeError, KeyError):
            return ""

    @property
    def kept(self) -> str | None:
        """What the browser holds afterwards, as far as the server can know."""
        return (self.sent if self.given is None else self.given) or None

    @property
    def port(self) -> str:
        """Where it came in, as the caller has named it."""
        return self.host.rpartition(":")[2]

    @property
    def rows(self) -> int | None:
        return self.store.rows if self.store else None

    @property
    def row(self) -> Session | None:
        return self.store.row if self.store else None

    @property
    def response(self) -> Event:
        """What was told of the response at the end."""
        return response_of(self.events)

    @property
    def id(self) -> int:
        """Its number in the trace."""
        return int(self.response.get("id", 0))

    @property
    def drawn(self) -> list[Event]:
        """What its card is drawn from; the card of another site names the host."""
        if not self.is_of_other_site:
            return [*self.events, *self.neighbour]
        return [event | self._with_host(event) for event in self.events]

    def _with_host(self, event: Event) -> Event:
        return {"path": f"{self.host}{event['path']}"} if event["type"] == "request" else {}

    @property
    def verdict(self) -> str:
        return str(self.response.get("verdict", "SKIPPED"))

    @property
    def stages(self) -> dict[str, str]:
        """How each stage ended; SKIPPED for those that a story did not reach."""
        return stages_of(self.events)

    @property
    def text(self) -> str:
        """The page as a person reads it, without what stands around it on every page."""
        return _words(self._main)

    @property
    def says(self) -> str:
        """The same, line by line, without its forms."""
        lines = END_OF_LINE.split(FORM.sub(" ", self._main))
        return " · ".join(words for line in lines if (words := _words(line)))

    @property
    def _main(self) -> str:
        main = MAIN.search(self.body)
        return main[0] if main else self.body


def response_of(events: list[Event]) -> Event:
    """What was told of the last response."""
    return next((event for event in reversed(events) if event["type"] == "response"), {})


def stages_of(events: list[Event]) -> dict[str, str]:
    """How each stage ended; SKIPPED for those that a story did not reach."""
    skipped = dict.fromkeys(response_of(events).get("skipped", []), "SKIPPED")
    ended = [event for event in events if event["type"] == "stage_ended"]
    return skipped | {event["stage"]: event["outcome"] for event in ended}


class Recorder:
    """A WSGI wrapper and a listener: puts together what belongs to one exchange.

    All of a request happens in one thread: what is told there belongs to it. `look` adds what the
    store holds, `publish` gets the whole exchange when it has ended.
    """

    def __init__(
        self, look: Callable[[Exchange], None], publish: Callable[[Exchange], None]
    ) -> None:
        self._look = look
        self._publish = publish
        self._here = threading.local()
        self._numbers = itertools.count(1)

    def wants(self, request_id: int) -> bool:
        return True  # each may be the one that a step waits for

    def __call__(self, event: Event) -> None:
        self._here.exchange.events.append(event)

    def close(self) -> None:
        """Nothing to let go of."""

    def now(self) -> int:
        """Exchanges with a higher number begin after this moment."""
        return next(self._numbers)

    def answer(
        self, app: WSGIApp, cookie_name: str, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Let the app answer, and publish what happened unless it is of no interest."""
        exchange = self._here.exchange = _begun(next(self._numbers), cookie_name, environ)

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            exchange.status, exchange.headers = int(status[:3]), headers
            return start_response(status, headers, exc_info)

        try:
            body = whole(app(environ, start))
        except Exception as error:  # whoever writes a lesson may make any mistake
            body = whole(explain(environ, partial(start, exc_info=sys.exc_info()), error))
        exchange.body = body.decode(errors="replace")
        if not is_static(environ["PATH_INFO"]) and not _is_prefetch(environ):
            self._look(exchange)
            self._publish(exchange)
        return [body]


def _begun(number: int, cookie_name: str, environ: Environ) -> Exchange:
    query = environ.get("QUERY_STRING", "")
    return Exchange(
        number,
        cookie_name,
        method=environ["REQUEST_METHOD"],
        target=environ["PATH_INFO"] + (f"?{query}" if query else ""),
        host=environ.get("HTTP_HOST", ""),
        cookie_header=environ.get("HTTP_COOKIE", ""),
        is_ours=environ.get("HTTP_USER_AGENT", "").startswith(VISITORS),
        is_of_other_site=environ.get(OF_OTHER_SITE, False),
        is_cross_site=environ.get("HTTP_SEC_FETCH_SITE", "") == "cross-site",
        is_script=environ.get("HTTP_SEC_FETCH_DEST", "") == "script",
    )


def _words(markup: str) -> str:
    return " ".join(html.unescape(TAG.sub(" ", markup)).split())


def _is_prefetch(environ: Environ) -> bool:
    """A browser that looks ahead: nobody has asked for the page yet."""
    said = (environ.get(name, "") for name in ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ"))
    return any("prefetch" in each or "prerender" in each for each in said)
