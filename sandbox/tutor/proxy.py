"""A server behind ours: whatever is asked here is asked of it, and its answer handed on."""

from __future__ import annotations

from collections.abc import Iterable
from http.client import HTTPConnection, HTTPException
from urllib.parse import quote

from sandbox.login.middleware import Environ, StartResponse
from sandbox.login.pages import error_page

PATIENCE = 10.0  # seconds
# RFC 9110 section 7.6.1: what belongs to one connection is not handed on to the next.
HOP_BY_HOP = {
    *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"),
    *("te", "trailer", "transfer-encoding", "upgrade"),
}
IN_A_PATH = "/!$&'()*+,;=:@~"  # RFC 3986 section 3.3: besides letters, digits and `-._`
IN_A_QUERY = IN_A_PATH + "?%[]"  # it comes as it was sent, its escapes included
LOST = "502 Bad Gateway"
LOST_SAYS = "The server behind this address does not answer."
LOST_ADVICE = "It may have ended. Start the lesson again."
Headers = list[tuple[str, str]]


class Proxy:
    """A WSGI app in front of the server that listens on this port of 127.0.0.1."""

    def __init__(self, port: int) -> None:
        self._port = port

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            status, headers, body = self._ask(environ)
        except (OSError, HTTPException):
            status, headers, body = _lost(environ["PATH_INFO"])
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _ask(self, environ: Environ) -> tuple[str, Headers, bytes]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        try:
            connection.putrequest(
                environ["REQUEST_METHOD"],
                _target(environ),
                skip_host=True,
                skip_accept_encoding=True,
            )
            for name, value in end_to_end(_headers(environ)):
                connection.putheader(name, value)
            connection.endheaders(_body(environ))
            answer = connection.getresponse()
            status = f"{answer.status} {answer.reason}"
            return status, end_to_end(answer.getheaders()), answer.read()
        finally:
            connection.close()


def end_to_end(headers: Headers) -> Headers:
    """The headers that a proxy hands on, in their order; of the same name, each for itself."""
    named = [value.split(",") for name, value in headers if name.lower() == "connection"]
    dropped = HOP_BY_HOP | {each.strip().lower() for value in named for each in value}
    return [(name, value) for name, value in headers if name.lower() not in dropped]


def _target(environ: Environ) -> str:
    path = quote(environ["PATH_INFO"], IN_A_PATH, encoding="latin-1")  # PEP 3333: bytes as Latin-1
    query = quote(environ.get("QUERY_STRING", ""), IN_A_QUERY, encoding="latin-1")
    return f"{path}?{query}" if query else path


def _headers(environ: Environ) -> Headers:
    """As they came: WSGI keeps them as HTTP_COOKIE and the like."""
    kept = {name[5:]: value for name, value in environ.items() if name.startswith("HTTP_")}
    kept |= {
        name: environ[name] for name in ("CONTENT_TYPE", "CONTENT_LENGTH") if environ.get(name)
    }
    return [(name.replace("_", "-").title(), value) for name, value in kept.items()]


def _body(environ: Environ) -> bytes:
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return body


def _lost(path: str) -> tuple[str, Headers, bytes]:
    content_type, text = error_page(path, None, LOST, "", LOST_SAYS, LOST_ADVICE)
    headers = [("Content-Type", content_type), ("Cache-Control", "no-store")]
    body = text.encode()
    return LOST, [*headers, ("Content-Length", str(len(body)))], body
