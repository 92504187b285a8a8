"""`serve`: the login server, traced, until Ctrl-C."""

from __future__ import annotations

import argparse
import re
import signal
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sandbox.commands.options import (
    SHARED_STORES,
    WORK,
    add_keys_option,
    add_store_option,
    database_of,
    is_redis,
    key_file_of,
)
from sandbox.commands.watching import (
    Watching,
    add_watching_options,
    refuse_unwatchable,
    watch,
)
from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks
from sandbox.login.guard import LOOPBACK_NAMES
from sandbox.login.keys import KeyRing, MemoryKeys
from sandbox.login.middleware import WSGIApp
from sandbox.login.problems import Problem, say_at_the_terminal
from sandbox.login.server import make_app
from sandbox.login.sessions import Limits
from sandbox.login.stores import SessionStore
from sandbox.login.users import DEMO_ACCOUNTS, demo_users
from sandbox.serving.bricks import lay_bricks
from sandbox.serving.clock import Clock
from sandbox.serving.key_file import KeyFile, make_key_file
from sandbox.serving.live import LiveServer, free_port

HOST_NAME = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")
IDLE_HELP = f"seconds of silence allowed ({Limits.idle})"
LIFETIME_HELP = f"seconds that a session may last ({Limits.lifetime})"
WORKERS_HELP = "processes that serve, untraced; each counts failed logins for itself (1)"
MOST_WORKERS = 64  # each is a process of some 40 MB


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `serve`."""
    add = parser.add_argument
    add("--port", type=int, metavar="N", help="8000, or the next free one, unless given")
    add_store_option(parser)
    add_watching_options(parser)
    add("--workers", type=int, default=1, metavar="N", help=WORKERS_HELP)
    add_keys_option(parser)
    add("--secure", action="store_true", help="Secure cookie, named with the __Host- prefix")
    add("--idle", type=float, default=Limits.idle, metavar="S", help=IDLE_HELP)
    add("--lifetime", type=float, default=Limits.lifetime, metavar="S", help=LIFETIME_HELP)
    add("--allow-host", action="append", default=[], metavar="NAME", help="answer for NAME, too")


def run(options: argparse.Namespace, greeting: str = "Login Sandbox") -> int:
    """Serve until Ctrl-C or SIGTERM, or until nobody reads the trace any more."""
    refuse_unwatchable(options)
    if options.workers != 1:
        _serve_by_workers(options, greeting)
        return 0
    stop = threading.Event()
    stop_on_signals(stop)
    bricks = _bricks(options)
    try:
        _serve(bricks, options, greeting, stop)
    finally:
        bricks.store.close()
    return 0


def _serve(
    bricks: Bricks, options: argparse.Namespace, greeting: str, stop: threading.Event
) -> None:
    hosts = _hosts(options)
    app = make_app(bricks, hosts, DEMO_ACCOUNTS)
    watching = watch(app, bricks, options, hosts, stop.set)
    try:
        _serve_watched(watching, options, greeting, stop)
    finally:
        watching.end()


def _serve_watched(
    watching: Watching, options: argparse.Namespace, greeting: str, stop: threading.Event
) -> None:
    server = LiveServer(watching.app, options.port)
    watching.say(_greeting(greeting, server.url))
    try:
        server.start()
        watching.start(server)
        while not stop.wait(0.5):
            pass
    finally:
        watching.release()
        server.stop()


def _greeting(greeting: str, url: str) -> str:
    accounts = " or ".join(f"{name}/{word}" for name, word in DEMO_ACCOUNTS.items())
    return f"{greeting}: {url}  (Ctrl-C stops it)\nLog in as {accounts}.\n"


def _serve_by_workers(options: argparse.Namespace, greeting: str) -> None:
    """Several processes, each with bricks of its own; they share the store and the key file."""
    _refuse_for_workers(options)
    from sandbox.serving.workers import ADDRESS, serve_by_workers

    _bricks(options).store.close()  # what cannot be used is said once, before there are workers
    _hosts(options)
    port = free_port(options.port)

    def greet() -> None:
        print(_greeting(greeting, f"http://{ADDRESS}:{port}"), flush=True)
        print(f"{options.workers} workers serve it, so no trace is drawn.", flush=True)
        print(f"Open it by {ADDRESS}: at localhost a browser has another jar.", flush=True)

    serve_by_workers(partial(_app_and_close, options), port, options.workers, greet)


def _refuse_for_workers(options: argparse.Namespace) -> None:
    """Problem: what several workers cannot do."""
    if options.workers < 1:
        raise Problem(f"{options.workers} workers serve nobody. Give --workers 1, or more.")
    if options.workers > MOST_WORKERS:
        raise Problem(f"{options.workers} workers are too many. Give at most {MOST_WORKERS}.")
    if options.store == "memory":
        raise Problem(
            "A memory store is refused with several workers: each would have a store and a "
            f"signing key of its own, and know no cookie of another. Give --store {SHARED_STORES}."
        )
    if options.trace not in (None, "off"):
        raise Problem(
            f"With several workers there is no trace, so --trace {options.trace} is refused: "
            "each is a process of its own. Leave out --trace, or give --workers 1."
        )


def _app_and_close(options: argparse.Namespace) -> tuple[WSGIApp, Callable[[], None]]:
    bricks = _bricks(options)
    return make_app(bricks, _hosts(options), DEMO_ACCOUNTS), bricks.store.close


def _bricks(options: argparse.Namespace) -> Bricks:
    """What the options ask for, ready to serve. Problem: what cannot be used."""
    limits = Limits(idle=options.idle, lifetime=options.lifetime)
    store, keys = _store_and_keys(options.store, options.keys)
    cookie = CookieSettings(limits.cookie_age, options.secure)
    return lay_bricks(store, keys, demo_users(), Clock(), limits, cookie)


def _store_and_keys(wanted: str, brought: Path | None) -> tuple[SessionStore, KeyRing]:
    own = key_file_of(wanted)
    keys = KeyFile(brought, brought=True) if brought else None
    store = _store(wanted)
    return store, keys or _own_keys(own)


def _store(wanted: str) -> SessionStore:
    """Only the module of this store is imported."""
    if is_redis(wanted):
        from sandbox.login.stores.redis import RedisStore

        return RedisStore(wanted)
    database = database_of(wanted)
    if database is None:
        from sandbox.login.stores.memory import MemoryStore

        return MemoryStore()
    from sandbox.login.stores.sqlite import SQLiteStore

    _make_work_folder(database)
    return SQLiteStore(database)


def _own_keys(path: Path | None) -> KeyRing:
    """Keys that the sandbox makes for itself; without a path they end with the server."""
    if path is None:
        return MemoryKeys()
    _make_work_folder(path)
    if make_key_file(path):
        say_at_the_terminal(f"Made a signing key, as there was none: {path}")
    return KeyFile(path, brought=False)


def _hosts(options: argparse.Namespace) -> set[str]:
    return {*LOOPBACK_NAMES, *map(_host_name, options.allow_host)}


def _host_name(name: str) -> str:
    if not HOST_NAME.fullmatch(name):
        raise Problem(f"{name!r} is no host name. Give a name alone, as in --allow-host myhost.")
    return name


def _make_work_folder(file: Path) -> None:
    """Where this file stands, if that is the sandbox's own folder. Problem: it cannot be made."""
    if file.parent != WORK:
        return
    try:
        WORK.mkdir(exist_ok=True)
    except OSError as error:
        raise Problem(
            f"The folder {WORK} cannot be made here ({error.strerror}). "
            "Start in a folder you may write to, or give --store memory."
        ) from None


def stop_on_signals(stop: threading.Event) -> None:
    """Ctrl-C and SIGTERM set `stop`."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
