"""A lesson's server by itself, traced on the terminal until Ctrl-C."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from sandbox.login.keys import MemoryKeys
from sandbox.login.problems import Problem, say_at_the_terminal
from sandbox.login.stores.memory import MemoryStore
from sandbox.login.users import demo_users
from sandbox.serving.bricks import lay_bricks
from sandbox.serving.clock import Clock
from sandbox.serving.live import LiveServer
from sandbox.serving.shown import shown
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
    lesson = load_app(path)
    bricks = lay_bricks(
        MemoryStore(), MemoryKeys(), demo_users(), Clock(), lesson.limits, lesson.cookie
    )
    over = threading.Event()
    watched, say, end_trace = shown(lesson.make(bricks), bricks, "console", gone=over.set)
    server = LiveServer(watched)
    say(f"{path.parent.name}: {server.url}  (Ctrl-C stops it)")
    if lesson.careless:
        say(f"A careless server. {lesson.careless}")
    try:
        server.start()
        while not over.wait(0.5):
            pass
    finally:
        server.stop()
        end_trace()
