"""Another server's answers, as they were recorded: for machines on which it cannot run."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

from sandbox.login.cookies import parse_cookie_header
from sandbox.login.middleware import Environ, StartResponse, is_static
from sandbox.login.pages import error_page
from sandbox.login.server import new_routes
from sandbox.tutor.lesson_app import Noted

NONE, GIVEN, ANOTHER = "none", "given", "another"
NOTE = (
    '<p class="note" role="note"><strong>A recording.</strong> '
    "A real server gave this answer earlier. It does not run here.</p>"
)
NEVER = "404 Not Found"
NEVER_SAYS = "This is a recording, and this request was never recorded."
NEVER_ADVICE = "Send a request of the lesson. Or install Node, run: make express"
Headers = list[tuple[str, str]]
Key = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Asked:
    """A request, as far as its answer may depend on it."""

    method: str
    target: str
    form: str = ""
    cookie: str = ""
    authorization: str = ""

    @property
    def token(self) -> str:
        return self.authorization.partition(" ")[2].strip()


@dataclass(frozen=True)
class Answered:
    """The response to it."""

    status: str
    headers: Headers
    body: str

    @property
    def given(self) -> str | None:
        """The new value of the cookie; empty when the browser was told to drop it."""
        headers = [value for name, value in self.headers if name.lower() == "set-cookie"]
        return headers[-1].partition(";")[0].partition("=")[2] if headers else None

    @property
    def token(self) -> str:
        try:
            return str(json.loads(self.body)["access_token"])
        except (ValueError, TypeError, KeyError):
            return ""


class Recorded:
    """A WSGI app that gives the answers of a recording to whoever asks the same.

    It checks no signature: it knows the tickets and tokens that the server gave out then. A ticket
    is alive from the response that gives it until one that gives another, or has it dropped.
    """

    def __init__(self, path: Path) -> None:
        recorded = json.loads(path.read_text(encoding="utf-8"))
        self.cookie_name: str = recorded["cookie"]
        self._answers: dict[Key, Answered] = {}
        self._alive: set[str] = set()
        self._tokens: set[str] = set()
        self._one_by_one = threading.Lock()
        self._static = new_routes()
        self._noted = Noted(self._answer, NOTE.encode())
        for each in recorded["exchanges"]:
            self._learn(Asked(**each["request"]), Answered(**each["response"]))
        self._alive.clear()  # nobody has asked yet

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        app = self._static if is_static(environ["PATH_INFO"]) else self._noted
        body: Iterable[bytes] = app(environ, start_response)
        return body

    def _answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        asked = _asked(environ)
        with self._one_by_one:
            answered = self._answers.get(self._key(asked)) or _never(asked.target)
            self._note(asked, answered)
        start_response(answered.status, [(name, value) for name, value in answered.headers])
        return [] if asked.method == "HEAD" else [answered.body.encode()]

    def _learn(self, asked: Asked, answered: Answered) -> None:
        """Of two answers to the same request the first one counts."""
        self._answers.setdefault(self._key(asked), answered)
        self._note(asked, answered)

    def _note(self, asked: Asked, answered: Answered) -> None:
        """What a response gives out, and what it ends."""
        if answered.token:
            self._tokens.add(answered.token)
        if answered.given is not None:
            self._alive.discard(self._ticket(asked))
        if answered.given:
            self._alive.add(answered.given)

    def _key(self, asked: Asked) -> Key:
        form = json.dumps(sorted(parse_qsl(asked.form)))
        cookie = _kind(self._ticket(asked), self._alive)
        authorization = _kind(asked.token, self._tokens)
        return asked.method, asked.target, form, cookie, authorization

    def _ticket(self, asked: Asked) -> str:
        values = parse_cookie_header(asked.cookie).values(self.cookie_name)
        return values[0] if values else ""


def _kind(value: str, given: set[str]) -> str:
    """No ticket, one that was given, or any other: changed, ended, or from outside."""
    if not value:
        return NONE
    return GIVEN if value in given else ANOTHER


def _asked(environ: Environ) -> Asked:
    query = environ.get("QUERY_STRING", "")
    form: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return Asked(
        environ["REQUEST_METHOD"],
        environ["PATH_INFO"] + (f"?{query}" if query else ""),
        form.decode(errors="replace"),
        environ.get("HTTP_COOKIE", ""),
        environ.get("HTTP_AUTHORIZATION", ""),
    )


def _never(target: str) -> Answered:
    content_type, text = error_page(target, None, NEVER, "", NEVER_SAYS, NEVER_ADVICE)
    return Answered(NEVER, [("Content-Type", content_type), ("Cache-Control", "no-store")], text)
