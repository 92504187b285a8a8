"""Who watches the server of `serve`: the console or JSON lines, and the inspector."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.login.flow import Bricks
from sandbox.login.middleware import WSGIApp
from sandbox.login.problems import Problem
from sandbox.serving.live import LiveServer

if TYPE_CHECKING:
    from sandbox.serving.control import Control
    from sandbox.serving.inspected import InspectorServer
    from sandbox.trace.audience import Listener
    from sandbox.trace.recording import Recording

RECORD_HELP = "write what is seen into a new FILE.html, which opens alone, or FILE.jsonl"


def add_watching_options(parser: argparse.ArgumentParser) -> None:
    """The options of `serve` that say how its trace is shown."""
    add = parser.add_argument
    add("--trace", choices=("console", "json", "off"), help="how to show it (console)")
    add("--no-inspector", action="store_true", help="no web page of the trace")
    add("--record", type=Path, metavar="FILE", help=RECORD_HELP)
    add("--record-cookies", action="store_true", help="record cookies in full, keys never")


@dataclass
class Watching:
    """The app with its trace, where prose goes, and how the trace is ended."""

    app: WSGIApp
    say: Callable[[str], None] = field(default=partial(print, flush=True))
    end_trace: Callable[[], None] = lambda: None
    inspector: InspectorServer | None = None
    control: Control | None = None

    def start(self, server: LiveServer) -> None:
        """Now the login server can be reached."""
        if self.control:
            self.control.listens_at(server.port)
        if self.inspector:
            self.inspector.server.start()
            self.say(f"Inspector, for this run: {self.inspector.url}\n")

    def end(self) -> None:
        """When no request is answered any more."""
        if self.inspector:
            self.inspector.server.stop()
        self.end_trace()


def watch(
    app: WSGIApp,
    bricks: Bricks,
    options: argparse.Namespace,
    hosts: Collection[str],
    gone: Callable[[], None],
) -> Watching:
    """The app as it is watched by whom the options ask for; without them nothing is imported."""
    control = None if options.no_inspector else _control(bricks)
    inspector = _inspector(hosts, control) if control else None
    if options.trace == "off" and inspector is None and options.record is None:
        return Watching(app)
    from sandbox.serving.shown import shown

    others: list[Listener] = [inspector.buffer] if inspector else []
    others += [_recording(options)] if options.record else []
    watched, say, end_trace = shown(app, bricks, options.trace or "console", gone, others)
    return Watching(watched, say, end_trace, inspector, control)


def _control(bricks: Bricks) -> Control:
    from sandbox.serving.control import Control

    return Control(bricks)


def _inspector(hosts: Collection[str], control: Control) -> InspectorServer:
    from sandbox.serving.inspected import InspectorServer

    return InspectorServer(hosts, control.orders)


def _recording(options: argparse.Namespace) -> Recording:
    """Problem: the file cannot be begun."""
    from sandbox.trace.recording import LINES, PAGE, open_recording

    path: Path = options.record
    if path.suffix not in (PAGE, LINES):
        raise Problem(
            f"--record {path} is refused: a recording is a page or JSON lines. "
            f"Give a name that ends in {PAGE} or {LINES}."
        )
    try:
        return open_recording(path, options.record_cookies)
    except FileExistsError:
        raise Problem(
            f"{path} is there already and is not written over. Give another name, or remove it."
        ) from None
    except OSError as error:
        raise Problem(
            f"{path} cannot be written ({error.strerror}). Give one in a folder you may write to."
        ) from None
