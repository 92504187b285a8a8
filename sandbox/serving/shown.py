"""The trace that somebody asked for: on the terminal, or as JSON lines."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from sandbox.login.flow import Bricks
from sandbox.login.middleware import WSGIApp
from sandbox.login.problems import say_at_the_terminal
from sandbox.serving.traced import traced
from sandbox.trace.audience import Audience, Listener
from sandbox.trace.leftovers import LeftOvers
from sandbox.trace.output import Output, text_output

Say = Callable[[str], None]


@dataclass(frozen=True)
class Look:
    """How the console draws: `every_stage`, for a `projector`."""

    every_stage: bool = False
    projector: bool = False


def shown(
    app: WSGIApp,
    bricks: Bricks,
    trace: str,
    gone: Callable[[], None],
    others: Collection[Listener] = (),
    timer: Callable[[], float] = time.perf_counter,
    look: Look = Look(),
) -> tuple[WSGIApp, Say, Callable[[], None]]:
    """The app with its trace, where prose goes, and how the trace is ended; `others` listen, too,
    after it.

    `gone` is called when nobody reads the trace any more.
    """

    def leave() -> None:
        say_at_the_terminal("Nobody reads the trace any more, so the server ends.")
        gone()

    shows, say = SHOWN[trace](leave, look)
    audience = Audience(*shows, LeftOvers(bricks.cookie.name, bricks.clock, say), *others)
    return traced(app, bricks, audience.tell, audience.wants, timer), say, audience.close


def _nothing(_gone: Callable[[], None], _look: Look) -> tuple[tuple[Listener, ...], Say]:
    return (), partial(print, flush=True)


def _json_lines(gone: Callable[[], None], _look: Look) -> tuple[tuple[Listener, ...], Say]:
    """Standard output is for events alone, so prose goes to standard error."""
    from sandbox.trace.recorder import JSONLines

    return (JSONLines(Output(sys.stdout), gone),), say_at_the_terminal


def _console(gone: Callable[[], None], look: Look) -> tuple[tuple[Listener, ...], Say]:
    from sandbox.trace.console import ConsoleTrace
    from sandbox.trace.painter import Painter, ProjectorPainter
    from sandbox.trace.stage_words import QUIET_WHEN_OK

    paint = ProjectorPainter if look.projector else Painter
    painter = paint(text_output(sys.stdout), quiet=() if look.every_stage else QUIET_WHEN_OK)
    console = ConsoleTrace(painter, gone)
    return (console,), console.say


SHOWN = {"console": _console, "json": _json_lines, "off": _nothing}
