"""The server of a lesson: its app.py or careless.py, laid on bricks, with its flaw said aloud."""

from __future__ import annotations

import importlib.util
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

MAIN = b'<main id="main"'


@dataclass(frozen=True)
class LessonApp:
    """What a lesson's server file says of itself; `careless` is its flaw, empty if it has none."""

    path: Path
    cookie: CookieSettings
    limits: Limits
    careless: str
    _make_app: Callable[[Bricks], WSGIApp]

    def make(self, bricks: Bricks) -> WSGIApp:
        app = self._make_app(bricks)
        return Careless(app, self.careless) if self.careless else app


@dataclass(frozen=True)
class Careless:
    """A WSGI wrapper that says on every page what is wrong with the server behind it."""

    app: WSGIApp
    says: str

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        sent: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            sent[:] = [status, headers, exc_info]

        body = b"".join(self.app(environ, start))
        status, headers, exc_info = sent
        given = {name.lower(): value for name, value in headers}
        if given.get("content-type", "").startswith("text/html"):
            body = body.replace(MAIN, banner(self.says).encode() + MAIN, 1)
        kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
        start_response(status, [*kept, ("Content-Length", str(len(body)))], exc_info)
        return [body]


def load_app(path: Path) -> LessonApp:
    """Run a lesson's server file afresh; Problem when it does not say what it must."""
    module = _run(path)
    for name in ("COOKIE", "make_app", *(["CARELESS"] if path.stem == "careless" else [])):
        if not hasattr(module, name):
            raise Problem(f"{path} has no {name}; lessons/README.md says what it is.")
    limits, careless = getattr(module, "LIMITS", Limits()), getattr(module, "CARELESS", "")
    return LessonApp(path, module.COOKIE, limits, careless, module.make_app)


def _run(path: Path) -> ModuleType:
    name = f"{path.parent.name}.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.exists():
        raise Problem(f"There is no {path}. Each lesson has its server in app.py.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
