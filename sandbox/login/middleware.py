"""What happens to every request before a route sees it, and to every response on its way out.

A WSGI wrapper (PEP 3333), because a framework's own hooks see headers that never leave the server.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from sandbox.login.flow import Visitor
from sandbox.login.guard import LOOPBACK_NAMES, check_host, refuse_cross_site
from sandbox.login.pages import error_page
from sandbox.login.problems import say_at_the_terminal
from sandbox.login.refusals import Crashed, Refusal, StoreDown
from sandbox.trace.stage import note_refusal, where_raised

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WSGIApp = Callable[[Environ, StartResponse], Iterable[bytes]]
Recognise = Callable[[str], Visitor]  # takes the Cookie header; a Refusal says why not

VISITOR = "sandbox.visitor"  # in the environ: the Visitor, or the Refusal that says why not
SET_COOKIES = "sandbox.set_cookies"  # in the environ: Set-Cookie headers waiting to be sent
LONGEST_BODY = 64 * 1024  # bytes
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")  # RFC 9110 section 9.2.1: they change nothing
NOT_PAGES = ("/static/", "/.well-known/")
ON_EVERY_PAGE = [
    ("Cache-Control", "no-store"),
    ("Vary", "Cookie"),
    ("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; form-action 'self'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
]


class BodyTooLarge(Exception):
    """Told from the length alone, before anybody is recognised: no reason code."""

    code = ""
    status = "413 Content Too Large"
    sentence = f"A form here has at most {LONGEST_BODY // 1024} KB. Nothing was changed."
    advice = "Go back and send less."


class Middleware:
    """Recognise the visitor once per request, and send the session's cookie with any response."""

    def __init__(
        self, routes: WSGIApp, recognise: Recognise, hosts: Collection[str] = LOOPBACK_NAMES
    ) -> None:
        self._routes = routes
        self._recognise = recognise
        self._allowed_hosts = frozenset(hosts)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        environ[SET_COOKIES] = []
        start = _with_our_headers(environ, start_response)
        try:
            check_host(environ.get("HTTP_HOST", ""), self._allowed_hosts)
            if not is_static(environ["PATH_INFO"]):
                self._admit(environ)
            return self._routes(environ, start)
        except Exception as error:  # whatever went wrong, the visitor gets a page that says so
            if not isinstance(error, BodyTooLarge):
                note_refusal(error)
            return explain(environ, start, error)

    def _admit(self, environ: Environ) -> None:
        if int(environ.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
            raise BodyTooLarge()
        environ[VISITOR] = self._who_is_asking(environ)
        if environ["REQUEST_METHOD"] not in SAFE_METHODS:
            self._refuse_other_sites(environ)

    def _refuse_other_sites(self, environ: Environ) -> None:
        site, origin = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
        refuse_cross_site(environ.get("HTTP_HOST", ""), site, origin)

    def _who_is_asking(self, environ: Environ) -> Visitor | Refusal:
        try:
            return self._recognise(environ.get("HTTP_COOKIE", ""))
        except StoreDown:
            raise
        except Refusal as refusal:
            return refusal


def is_static(path: str) -> bool:
    """Style sheets and icons: nobody is recognised for them, and the trace leaves them out."""
    return path.startswith(NOT_PAGES) or path == "/favicon.ico"


def _with_our_headers(environ: Environ, start_response: StartResponse) -> StartResponse:
    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        if is_static(environ["PATH_INFO"]) and status[:3] in ("200", "304"):
            return start_response(status, headers, exc_info)
        cookies = [("Set-Cookie", header) for header in environ[SET_COOKIES]]
        return start_response(status, headers + ON_EVERY_PAGE + cookies, exc_info)

    return start


def explain(environ: Environ, start: StartResponse, error: Exception) -> Iterable[bytes]:
    """Answer with what happened and what to do: as JSON to a script, as a page to a person."""
    if isinstance(error, (Refusal, BodyTooLarge)):
        problem = error
    else:
        problem = Crashed()
        say_at_the_terminal(f"CRASHED: {type(error).__name__} at {where_raised(error)}.")
    path, visitor = environ["PATH_INFO"], environ.get(VISITOR)
    content_type, text = error_page(
        path, visitor, problem.status, problem.code, problem.sentence, problem.advice
    )
    body = text.encode()
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    start(problem.status, headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
