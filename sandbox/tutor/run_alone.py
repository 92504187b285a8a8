"""A lesson's server by itself, traced on the terminal until Ctrl-C."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.login.keys import MemoryKeys
from sandbox.login.problems import Problem, say_at_the_terminal
from sandbox.login.stores.memory import MemoryStore
from sandbox.login.users import demo_users
from sandbox.serving.bricks import lay_bricks
from sandbox.serving.clock import Clock
from sandbox.serving.live import LiveServer
from sandbox.serving.shown import shown
from sandbox.tutor.lesson.beside import knowing_port, start_neighbour
from sandbox.tutor.lesson_app import load_app


def run_alone(file: str) -> None:
    """Serve this file on the next free port from 8000 on; the sessions end with it."""
    try:
        _serve(Path(file))
    except KeyboardInterrupt:
        print()
    except Problem as problem:
        say_at_the_terminal(str(problem))
        sys.exit(2)


def _serve(path: Path) -> None:
    lesson, keys = load_app(path), MemoryKeys()
    bricks = lay_bricks(MemoryStore(), keys, demo_users(), Clock(), lesson.limits, lesson.cookie)
    over = threading.Event()
    with _beside(path, keys) as neighbour_port:
        app = knowing_port(lesson.make(bricks), lambda: neighbour_port)
        watched, say, end_trace = shown(app, bricks, "console", gone=over.set)
        server = LiveServer(watched)
        say(f"{path.parent.name}: {server.url}  (Ctrl-C stops it)")
        if lesson.careless:
            say(f"A careless server. {lesson.careless}")
        if neighbour_port:
            say(f"neighbour.py answers at port {neighbour_port}; the lesson shows its cards.")
        try:
            server.start()
            while not over.wait(0.5):
                pass
        finally:
            server.stop()
            end_trace()


@contextmanager
def _beside(path: Path, keys: MemoryKeys) -> Iterator[int]:
    """Where the neighbour of this app.py listens for as long as the block lasts; 0: it has none."""
    file = path.with_name("neighbour.py")
    if path.name != "app.py" or not file.exists():
        yield 0
        return
    neighbour = start_neighbour(file, keys, began=None)
    try:
        yield neighbour.port
    finally:
        neighbour.stop()
