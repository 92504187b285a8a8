"""A child process of the measure `stages`: for each line it reads, the time of one WSGI call.

    python -m sandbox.bench.one_call decorated|plain memory|FILE

With `plain`, @stage and @story are replaced before anything is decorated with them.
"""

from __future__ import annotations

import io
import sys
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

from sandbox.login.problems import Problem
from sandbox.trace import stage

CALLS, BLOCKS = 20, 10


def main(kind: str, store: str) -> None:
    if kind == "plain":
        undo_decorators()
    call = authenticated_call(store)
    timeit.timeit(call, number=5 * CALLS)
    for _ in sys.stdin:
        print(min(timeit.repeat(call, number=CALLS, repeat=BLOCKS)) / CALLS * 1e6, flush=True)


def undo_decorators() -> None:
    """From here on, @stage and @story leave a function as it is."""
    vars(stage).update(stage=_leave_alone, story=_leave_alone)


def authenticated_call(store: str) -> Callable[[], bytes]:
    """GET /api/me by somebody who has logged in, as a WSGI server would call it."""
    from sandbox.bench.scene import begin_session, in_memory, in_sqlite
    from sandbox.login.server import make_app

    bricks = in_memory() if store == "memory" else in_sqlite(Path(store))
    app, environ = make_app(bricks), _environ(begin_session(bricks))

    def call() -> bytes:
        return b"".join(app(dict(environ), _expect_200))

    return call


def _environ(cookie: str) -> dict[str, Any]:
    environ: dict[str, Any] = {"PATH_INFO": "/api/me", "HTTP_HOST": "localhost"}
    setup_testing_defaults(environ)
    return environ | {"HTTP_COOKIE": cookie, "wsgi.errors": io.StringIO()}


def _expect_200(status: str, _headers: list[tuple[str, str]], _exc_info: Any = None) -> None:
    if not status.startswith("200"):
        raise Problem(f"GET /api/me was answered {status}, so nothing was measured.")


def _leave_alone(*_: Any, **__: Any) -> Callable[[Any], Any]:
    return lambda function: function


if __name__ == "__main__":
    main(*sys.argv[1:])
