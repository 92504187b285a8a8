"""A living server: the login app on waitress, on both loopback addresses, in its own thread."""

from __future__ import annotations

import errno
import logging
import os
import select
import socket
import sys
import threading
from functools import partial
from typing import Any

from waitress import wasyncore
from waitress.server import create_server
from waitress.trigger import trigger

from sandbox.login.middleware import WSGIApp
from sandbox.login.problems import Problem, say_at_the_terminal

FIRST_PORT, PORTS_TRIED = 8000, 50
BACKLOG = 1024  # connections not yet taken
MOST_CONNECTIONS = 2000  # a class, with all the connections that browsers keep open
MOST_SELECTED = 400  # on Windows, where there is no poll: select takes 512 sockets
OTHER_FILES = 100  # the store's, the trace's, and forms put aside while they arrive
IN_USE = (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE))
LAST_ANSWERS: Any = 0.5  # seconds for the requests that are being answered when the server stops
SETTINGS: dict[str, Any] = {
    "threads": 4,  # more of them only take the interpreter's lock from each other
    # Head and body are sent together. waitress means to drop this setting in a later version.
    "send_bytes": 18000,
    "max_request_body_size": 1024 * 1024,
    "asyncore_use_poll": hasattr(select, "poll"),
    "ident": "login-sandbox",
}


class LiveServer:
    """Listen on 127.0.0.1 and, on the same port, on ::1, or `localhost` may reach another program.

    With no port given the next free one from 8000 on is taken; 0 takes any.
    """

    def __init__(self, app: WSGIApp, port: int | None = None) -> None:
        self._sockets = _sockets(port)
        self.port: int = self._sockets[0].getsockname()[1]
        logging.getLogger("waitress").setLevel(logging.ERROR)
        self._map: dict[Any, Any] = {}
        limit = connection_limit()
        self._server = create_server(
            app, map=self._map, sockets=self._sockets, connection_limit=limit, **SETTINGS
        )
        self._waker = trigger(self._map)
        self._thread = threading.Thread(target=self._server.run, name="server", daemon=True)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> LiveServer:
        self._thread.start()
        return self

    def stop(self) -> None:
        """Finish what is being answered, then let go of the port."""
        self._server.task_dispatcher.shutdown(timeout=LAST_ANSWERS)
        # In its own thread, which sleeps until then; its own close() would wait 5 s more.
        self._waker.pull_trigger(partial(_send_and_close, self._map))
        if self._thread.is_alive():  # or it was never started
            self._thread.join(1)


def _send_and_close(connections: dict[Any, Any]) -> None:
    """What was answered is sent, as far as it goes without waiting."""
    for connection in list(connections.values()):
        if connection.writable():
            connection.handle_write()
    wasyncore.close_all(connections, ignore_all=True)


def connection_limit() -> int:
    """How many connections are taken at a time; others wait their turn.

    At the limit of open files the server could neither take nor refuse one, and would try for ever.
    """
    if sys.platform == "win32":
        return MOST_SELECTED
    import resource

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return min(MOST_CONNECTIONS, max(files - OTHER_FILES, files // 2))


def free_port(port: int | None) -> int:
    """A port that another server can have: this one, the next free one, or any one (0)."""
    ours = _sockets(port)
    free: int = ours[0].getsockname()[1]
    for each in ours:
        each.close()
    return free


def _sockets(port: int | None) -> list[socket.socket]:
    if port is not None:
        return _bind_both(port)
    for candidate in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        try:
            return _bind_both(candidate)
        except Problem:
            if candidate == FIRST_PORT:
                say_at_the_terminal(f"Port {FIRST_PORT} is in use; taking the next free one.")
    raise Problem(f"No free port from {FIRST_PORT} on. Stop another server or give --port N.")


def _bind_both(port: int) -> list[socket.socket]:
    first = _bind(socket.AF_INET, "127.0.0.1", port)
    port = first.getsockname()[1]
    try:
        return [first, _bind(socket.AF_INET6, "::1", port)]
    except Problem:
        first.close()
        raise
    except OSError:
        say_at_the_terminal("There is no IPv6 here: listening on 127.0.0.1 only.")
        return [first]


def _bind(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    """Problem when the port cannot be had; OSError when there is no such address."""
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere this option would let two programs share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind((address, port))
        listening.listen(BACKLOG)  # now, or two servers started at once could both have the port
        return listening
    except (OSError, OverflowError) as error:
        listening.close()
        raise _port_problem(error, port) or error from None


def _port_problem(error: Exception, port: int) -> Problem | None:
    if isinstance(error, OverflowError):
        return Problem(f"{port} is no port. Give one from 1 to 65535, as in --port 8001.")
    if isinstance(error, PermissionError):
        return Problem(f"Port {port} is not allowed here. Give another, as in --port 8001.")
    if isinstance(error, OSError) and error.errno in IN_USE:
        another = f"Stop that program, or give another port, as in --port {port + 1}."
        return Problem(f"Port {port} is in use by another program. {another}")
    return None
