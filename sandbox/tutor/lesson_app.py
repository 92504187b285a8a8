"""The server of a lesson: its app.py or a careless one, on bricks, with its flaw said aloud."""

from __future__ import annotations

import importlib.util
import re
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks
from sandbox.login.middleware import Environ, StartResponse, WSGIApp
from sandbox.login.problems import Problem
from sandbox.login.sessions import Limits
from sandbox.tutor.lesson_pages import banner

MAIN = re.compile(rb'<main id="main"[^>]*>')


@dataclass(frozen=True)
class LessonApp:
    """What a lesson's server file says of itself; `careless` is its flaw, empty if it has none."""

    path: Path
    cookie: CookieSettings
    limits: Limits
    careless: str
    _make_app: Callable[[Bricks], WSGIApp]

    def make(self, bricks: Bricks) -> WSGIApp:
        """The server on these bricks; Problem when it cannot be made."""
        try:
            app = self._make_app(bricks)
        except (Exception, SystemExit) as error:  # whoever writes a lesson may make any mistake
            raise cannot_run(self.path, error) from None
        check_app(self.path, "make_app", app)
        note = banner("Careless server", self.careless)
        return Noted(app, note.encode()) if self.careless else app


@dataclass(frozen=True)
class Noted:
    """A WSGI wrapper that says on every page what is wrong with the server behind it."""

    app: WSGIApp
    note: bytes

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        sent: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            sent[:] = [status, headers, exc_info]

        body = whole(self.app(environ, start))
        status, headers, exc_info = sent
        given = {name.lower(): value for name, value in headers}
        if given.get("content-type", "").startswith("text/html"):
            body = MAIN.sub(lambda tag: tag[0] + self.note, body, count=1)
            without = int(given.get("content-length", 0))  # HEAD tells it without a body
            length = len(body) or (without and without + len(self.note))
            headers = [each for each in headers if each[0].lower() != "content-length"]
            headers.append(("Content-Length", str(length)))
        start_response(status, headers, exc_info)
        return [body]


def whole(body: Iterable[bytes]) -> bytes:
    """All of a response's body at once."""
    try:
        return b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()


def load_app(path: Path) -> LessonApp:
    """Run a lesson's server file afresh; Problem when it does not say what it must.

    Every file but app.py and neighbour.py is a careless server, and has to say so.
    """
    careless = () if path.stem in ("app", "neighbour") else ("CARELESS",)
    module = load_module(path, "COOKIE", "make_app", *careless)
    limits, flaw = getattr(module, "LIMITS", Limits()), getattr(module, "CARELESS", "")
    _check_type(path, "COOKIE", module.COOKIE, CookieSettings)
    _check_type(path, "LIMITS", limits, Limits)
    if careless:
        check_sentence(path, "CARELESS", flaw)
    return LessonApp(path, module.COOKIE, limits, flaw, module.make_app)


def _check_type(path: Path, name: str, value: object, kind: type) -> None:
    if not isinstance(value, kind):
        has, wants = type(value).__name__, kind.__name__
        raise Problem(f"{path}: expected {name} = {wants}(...), it is of type {has}.")


def check_sentence(path: Path, name: str, value: object) -> None:
    """Problem: nobody would read on a page what is wrong with its server."""
    if not (isinstance(value, str) and value.strip()):
        raise Problem(f"{path} has a {name} that says nothing; lessons/README.md says what it is.")


def check_app(path: Path, made_by: str, app: object) -> None:
    """Problem: what was made is no server; most often its `return` was forgotten."""
    if not callable(app):
        says = f"{made_by} has to return a WSGI app, it returns {app!r}."
        raise Problem(f"{path}: {says} Correct it, then go on.")


def load_module(path: Path, *names: str) -> ModuleType:
    """Run a file of a lesson afresh; Problem when one of these names is not in it."""
    module = _run(path)
    for name in names:
        if not hasattr(module, name):
            raise Problem(f"{path} has no {name}; lessons/README.md says what it is.")
    return module


def _run(path: Path) -> ModuleType:
    name = f"{path.parent.name}.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.exists():
        raise Problem(f"There is no {path}; lessons/README.md says what it is.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # whoever writes a lesson may make any mistake
        raise cannot_run(path, error) from None
    return module


def cannot_run(path: Path, error: BaseException) -> Problem:
    """Where in the lesson's own file it went wrong, and how."""
    line = error.lineno if isinstance(error, SyntaxError) else _last_line(path, error)
    says = error.msg if isinstance(error, SyntaxError) else str(error)
    where = f"{path}:{line}" if line else str(path)
    return Problem(
        f"{where} cannot be run: {type(error).__name__}: {says}. Correct it, then go on."
    )


def _last_line(path: Path, error: BaseException) -> int | None:
    frames = traceback.walk_tb(error.__traceback__)
    return next(
        (n for frame, n in reversed([*frames]) if frame.f_code.co_filename == str(path)), None
    )
