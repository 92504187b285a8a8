"""What crossed the wire: the request as it came, the status and headers as they were sent."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote

from sandbox.trace.stage import Report, Tell, Wants

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
# The order matters: Edge calls itself Chrome, too, and Chrome calls itself Safari.
FAMILIES = {
    "Edg/": "Edge",
    "Firefox/": "Firefox",
    "Chrome/": "Chromium",
    "Safari/": "Safari",
    "curl/": "curl",
}
WHO_ASKS = "recognise"  # how the names of such stories begin
NOT_ASKED = {"issued": "not_asked", "alive": "not_asked"}
REQUEST_ID = "sandbox.request_id"  # in the environ: the request's number in the trace
OUR_VISITOR = re.compile(r"sandbox-visitor \((\w{1,12})\)")


def everything(_request_id: int) -> bool:
    return True


@dataclass(eq=False)
class Wire:
    """A WSGI wrapper around the whole server; tells about each request that is not ignored.

    `describe` says what may be told of a Cookie header, `show` what of a Set-Cookie header. Of a
    request that nobody `wants` only the status and the verdict of its response are told.
    """

    app: Callable[..., Iterable[bytes]]
    tell: Tell
    describe: Callable[[str], dict[str, Any]]
    show: Callable[[str], str]
    ignore: Callable[[str], bool]
    clock: Callable[[], float]
    wants: Wants = everything
    timer: Callable[[], float] = time.perf_counter
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self.ignore(environ["PATH_INFO"]):
            return self.app(environ, start_response)
        number = environ[REQUEST_ID] = next(self.ids)
        report = Report(number, self.tell, self.timer, in_full=self.wants(number))
        exchange = _Exchange(report, self.show)
        if report.in_full:
            report.say("request", **self._request(environ))
        try:
            with report:
                exchange.body = self.app(environ, exchange.recording(start_response))
        except BaseException:  # told, and then raised on: the server answers in its own way
            exchange.crash()
            raise
        return exchange

    def _request(self, environ: Environ) -> dict[str, Any]:
        told = self.describe(environ.get("HTTP_COOKIE", ""))
        tag = told.pop("tag")
        family = _family(environ.get("HTTP_USER_AGENT", ""))
        return {
            "at": self.clock(),
            "method": environ["REQUEST_METHOD"],
            "path": _path(environ),
            "visitor": f"{family}·{tag}" if tag else family,
            **told,
        }


class _Exchange:
    """One request and its response; told when the body has been handed over."""

    def __init__(self, report: Report, show: Callable[[str], str]) -> None:
        self.report = report
        self.body: Iterable[bytes] = ()
        self._status, self._headers = "200", Headers()
        self._show = show
        self._began = report.timer()

    def recording(self, start_response: Callable[..., Any]) -> Callable[..., Any]:
        def start(status: str, headers: Headers, exc_info: Any = None) -> Any:
            write = start_response(status, headers, exc_info)
            self._status, self._headers = status, list(headers)
            return write

        return start

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.body)

    def close(self) -> None:
        try:
            if hasattr(self.body, "close"):
                self.body.close()
        finally:
            self._tell()

    def crash(self) -> None:
        """The app gave no answer: the server sends a 500 of its own."""
        self._status, self._headers = "500", Headers()
        self.report.verdict = "CRASHED"
        self._tell()

    def _tell(self) -> None:
        report = self.report
        more = self._in_full() if report.in_full else {}
        report.say("response", status=int(self._status[:3]), verdict=report.verdict, **more)

    def _in_full(self) -> dict[str, Any]:
        cookies = [value for name, value in self._headers if name.lower() == "set-cookie"]
        report = self.report
        return {
            "set_cookie": [self._show(cookie) for cookie in cookies],
            "location": self._location(),
            "skipped": report.skipped,
            "lamps": self._lamps(),
            "ms": round((report.timer() - self._began) * 1000, 1),
        }

    def _lamps(self) -> dict[str, str]:
        """What the last story says that asked who is there, by a cookie or by a token."""
        told = [each for story, each in self.report.lamps.items() if story.startswith(WHO_ASKS)]
        return told[-1] if told else NOT_ASKED

    def _location(self) -> str | None:
        found = (value for name, value in self._headers if name.lower() == "location")
        path, _, query = next(found, "").partition("?")
        return _masked(path, query) or None


def _family(user_agent: str) -> str:
    visitor = OUR_VISITOR.fullmatch(user_agent)
    if visitor:
        return visitor[1]
    found = (family for mark, family in FAMILIES.items() if mark in user_agent)
    return next(found, "client")


def _path(environ: Environ) -> str:
    path: str = quote(environ["PATH_INFO"].encode("latin-1"), safe="/:@!$&'()*+,;=~")
    return _masked(path, environ.get("QUERY_STRING", ""))


def _masked(path: str, query: str) -> str:
    """The path and the names in the query; a value might be a secret, only a page is told."""
    if not query:
        return path
    pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    told = [f"{quote(name, encoding='latin-1')}={_told(name, value)}" for name, value in pairs]
    return path + "?" + "&".join(told) if told else path


def _told(name: str, value: str) -> str:
    told = name in ("next", "said")
    return quote(value.partition("?")[0], encoding="latin-1") if told else "…"
