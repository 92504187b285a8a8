"""Who watches the server of `serve`: the console or JSON lines, and the inspector."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from sandbox.commands.recording import add_record_options, begin_recording, end_recording
from sandbox.login.flow import Bricks
from sandbox.login.middleware import WSGIApp
from sandbox.serving.live import LiveServer

if TYPE_CHECKING:
    from sandbox.serving.control import Control
    from sandbox.serving.inspected import InspectorServer
    from sandbox.trace.audience import Listener
    from sandbox.trace.recording import Recording


def add_watching_options(parser: argparse.ArgumentParser) -> None:
    """The options of `serve` that say how its trace is shown."""
    add = parser.add_argument
    add("--trace", choices=("console", "json", "off"), help="how to show it (console)")
    add("--no-inspector", action="store_true", help="no web page of the trace")
    add_record_options(parser)


@dataclass
class Watching:
    """The app with its trace, where prose goes, and how the trace is ended."""

    app: WSGIApp
    say: Callable[[str], None] = field(default=partial(print, flush=True))
    end_trace: Callable[[], None] = lambda: None
    inspector: InspectorServer | None = None
    control: Control | None = None
    recording: Recording | None = None

    def start(self, server: LiveServer) -> None:
        """Now the login server can be reached."""
        if self.control:
            self.control.listens_at(server.port)
        if self.inspector:
            self.inspector.server.start()
            self.say(f"Inspector, for this run: {self.inspector.url}\n")

    def end(self) -> None:
        """When no request is answered any more; a terminal that is stopped loses no recording."""
        if self.recording:
            end_recording(self.recording)
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
    recording = begin_recording(options) if options.record else None
    others += [recording] if recording else []
    watched, say, end_trace = shown(app, bricks, options.trace or "console", gone, others)
    return Watching(watched, say, end_trace, inspector, control, recording)


def _control(bricks: Bricks) -> Control:
    from sandbox.serving.control import Control

    return Control(bricks)


def _inspector(hosts: Collection[str], control: Control) -> InspectorServer:
    from sandbox.serving.inspected import InspectorServer

    return InspectorServer(hosts, control.orders)
