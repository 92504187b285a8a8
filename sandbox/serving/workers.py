"""Several processes that serve one app at one port: the engine granian."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from io import BytesIO
from multiprocessing.util import Finalize
from typing import Any

from sandbox.login.middleware import LONGEST_BODY, Environ, StartResponse, WSGIApp
from sandbox.login.problems import Problem, not_installed, say_at_the_terminal
from sandbox.serving.live import BACKLOG

try:
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
except ImportError:
    raise not_installed("More than one worker", "granian") from None

ADDRESS = "127.0.0.1"
LAST_ANSWERS = 2  # seconds for what is being answered when the server stops
SETTINGS: dict[str, Any] = {
    "interface": Interfaces.WSGI,
    "http": HTTPModes.http1,
    "websockets": False,
    "blocking_threads": 1,  # of several, idle ones end, and leave their SQLite connections behind
    "backlog": BACKLOG,
    "respawn_failed_workers": True,
    "workers_kill_timeout": LAST_ANSWERS,
    "log_enabled": False,
}
MakeApp = Callable[[], tuple[WSGIApp, Callable[[], None]]]  # and how it is closed


def serve_by_workers(make_app: MakeApp, port: int, workers: int, greet: Callable[[], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; `greet` is called when the first worker answers.

    Each worker makes an app of its own (`make_app` is pickled on some systems) and answers one
    request at a time. One that is sent slowly holds up its worker, and a Cookie header with bytes
    beyond ASCII does not reach the app: granian gives it no such header. Problem: the port cannot
    be had, or workers end again and again.
    """
    server = Granian("the login server", ADDRESS, port, workers=workers, **SETTINGS)
    server.on_startup(_leave_hangup_alone())
    greeting = threading.Thread(target=_greet_soon, args=(port, greet), daemon=True)
    server.on_startup(greeting.start)  # the port is ours by then
    try:
        server.serve(target_loader=partial(_begin_work, make_app), wrap_loader=False)
    except RuntimeError as error:
        raise _port_problem(port, error) from None
    except SystemExit:
        if not server.interrupt_signal:
            raise Problem("A worker ended as soon as it began, so the server ends.") from None


def _leave_hangup_alone() -> Callable[[], object]:
    """When its terminal is closed, granian would begin anew, and nobody could end it."""
    if sys.platform == "win32":
        return lambda: None
    return partial(signal.signal, signal.SIGHUP, signal.getsignal(signal.SIGHUP))


def _greet_soon(port: int, greet: Callable[[], None]) -> None:
    """Where the greeting cannot be written, nobody could find the server: it ends."""
    while not _answers(port):
        time.sleep(0.05)
    try:
        greet()
    except OSError:
        os.kill(os.getpid(), signal.SIGTERM)


def _answers(port: int) -> bool:
    try:
        socket.create_connection((ADDRESS, port)).close()
    except OSError:
        return False
    return True


def _port_problem(port: int, error: RuntimeError) -> Problem:
    why = str(error).partition("\n")[0]  # a backtrace follows
    return Problem(f"Port {port} cannot be had: {why}. Give another with --port.")


def _begin_work(make_app: MakeApp) -> WSGIApp:
    """In a worker's process, first of all."""
    if sys.platform != "win32":
        os.setpgrp()  # Ctrl-C in a terminal goes to the parent alone, which ends the workers
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    try:
        app, close = make_app()
    except Problem as problem:
        say_at_the_terminal(str(problem))
        sys.exit(2)
    Finalize(None, close, exitpriority=1)  # a worker's process runs no atexit
    return _with_its_length(app)


def _with_its_length(app: WSGIApp) -> WSGIApp:
    """granian takes the chunks of a body apart, but neither says so nor tells its length."""

    def measured(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.pop("HTTP_TRANSFER_ENCODING", ""):
            body = environ["wsgi.input"].read(LONGEST_BODY + 1)  # enough to see that it is too long
            environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}
        return app(environ, start_response)

    return measured


def _end_with_the_parent() -> None:
    """A parent that was killed has ended no worker."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
