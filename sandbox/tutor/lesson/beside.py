"""neighbour.py, which answers beside the server that calls it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from sandbox.login.keys import MemoryKeys
from sandbox.login.middleware import Environ, StartResponse, WSGIApp
from sandbox.tutor.lesson.process import ServerProcess
from sandbox.tutor.lesson.store import MEMORY
from sandbox.tutor.neighbour import NEIGHBOUR


def start_neighbour(path: Path, keys: MemoryKeys, began: float | None) -> ServerProcess:
    """With these keys; its clock stands still at `began`, or it is that of the wall."""
    job = {"path": str(path), "store": MEMORY, "keys": as_text(keys), "began": began}
    return ServerProcess("neighbour", job)


def as_text(keys: MemoryKeys) -> list[str]:
    """The keys as they are told to another process: through a pipe, never in its arguments."""
    return [key.decode() for key in keys.current()]


def knowing_port(app: WSGIApp, port: Callable[[], int]) -> WSGIApp:
    """The same app, which finds its neighbour's address in the environ; port 0: it has none."""

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if port():
            environ[NEIGHBOUR] = f"http://127.0.0.1:{port()}"
        return app(environ, start_response)

    return answer
