"""Who watches the server of `serve`: console or JSON lines, the inspector, a file, the gate."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from sandbox.commands.presenting import add_presenting_options, refuse_to_present
from sandbox.commands.recording import (
    add_record_options,
    begin_recording,
    end_recording,
    refuse_to_record,
)
from sandbox.login.flow import Bricks
from sandbox.login.middleware import WSGIApp
from sandbox.serving.live import LiveServer

if TYPE_CHECKING:
    from sandbox.serving.control import Control
    from sandbox.serving.inspected import InspectorServer
    from sandbox.serving.stepping import Stepping
    from sandbox.trace.audience import Listener
    from sandbox.trace.recording import Recording


def add_watching_options(parser: argparse.ArgumentParser) -> None:
    """The options of `serve` that say how its trace is shown."""
    add = parser.add_argument
    add("--trace", choices=("console", "json", "off"), help="how to show it (console)")
    add("--no-inspector", action="store_true", help="no web page of the trace")
    add_presenting_options(parser)
    add_record_options(parser)


def refuse_unwatchable(options: argparse.Namespace) -> None:
    """Problem: what is asked for cannot be shown, or not be kept."""
    refuse_to_record(options)
    refuse_to_present(options)


@dataclass
class Watching:
    """The app with its trace, where prose goes, and how the trace is ended."""

    app: WSGIApp
    say: Callable[[str], None] = field(default=partial(print, flush=True))
    end_trace: Callable[[], None] = lambda: None
    control: Control | None = None
    inspector: InspectorServer | None = None
    recording: Recording | None = None
    stepping: Stepping | None = None

    def start(self, server: LiveServer) -> None:
        """Now the login server can be reached."""
        if self.control:
            self.control.listens_at(server.port)
        if self.inspector:
            self.inspector.server.start()
            self.say(f"Inspector, for this run: {self.inspector.url}\n")
        if self.stepping:
            self.stepping.start(self.say)

    def release(self) -> None:
        """Nobody is held up any more: the server ends."""
        if self.stepping:
            self.stepping.end()

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
    watching = _watchers(Watching(app), bricks, options, hosts)
    others = _listeners(watching)
    if options.trace == "off" and not others:
        return watching
    from sandbox.serving.shown import Look, shown

    look = Look(options.step, options.projector)
    timer = watching.stepping.gate.timer if watching.stepping else perf_counter
    shows = shown(app, bricks, options.trace or "console", gone, others, timer, look)
    watching.app, watching.say, watching.end_trace = shows
    return watching


def _watchers(
    watching: Watching, bricks: Bricks, options: argparse.Namespace, hosts: Collection[str]
) -> Watching:
    watching.stepping = _stepping(options) if options.step else None
    if not options.no_inspector:
        watching.control = _control(bricks)
        watching.inspector = _inspector(hosts, watching.control, watching.stepping)
    watching.recording = begin_recording(options) if options.record else None
    return watching


def _listeners(watching: Watching) -> list[Listener]:
    """The gate is the last to hear of anything."""
    found: list[Listener] = [watching.inspector.buffer] if watching.inspector else []
    found += [watching.recording] if watching.recording else []
    return found + ([watching.stepping.gate] if watching.stepping else [])


def _stepping(options: argparse.Namespace) -> Stepping:
    from sandbox.serving.stepping import Stepping, keyboard

    return Stepping(keyboard(), has_page=not options.no_inspector)


def _control(bricks: Bricks) -> Control:
    from sandbox.serving.control import Control

    return Control(bricks)


def _inspector(
    hosts: Collection[str], control: Control, stepping: Stepping | None
) -> InspectorServer:
    from sandbox.serving.inspected import InspectorServer

    if stepping is None:
        return InspectorServer(hosts, control.orders)
    return InspectorServer(hosts, control.orders | stepping.orders, stepping.now)
