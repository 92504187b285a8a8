"""The trace that somebody asked for: on the terminal, or as JSON lines."""

from __future__ import annotations

import sys
from collections.abc import Callable

from sandbox.login.flow import Bricks
from sandbox.login.middleware import WSGIApp
from sandbox.login.problems import say_at_the_terminal
from sandbox.serving.traced import traced
from sandbox.trace.audience import Audience, Listener
from sandbox.trace.leftovers import LeftOvers
from sandbox.trace.output import Output, text_output

Say = Callable[[str], None]


def shown(
    app: WSGIApp, bricks: Bricks, trace: str, gone: Callable[[], None]
) -> tuple[WSGIApp, Say, Callable[[], None]]:
    """The app with its trace, where prose goes, and how the trace is ended.

    `gone` is called when nobody reads the trace any more.
    """

    def leave() -> None:
        say_at_the_terminal("Nobody reads the trace any more, so the server ends.")
        gone()

    listener, say = _json_lines(leave) if trace == "json" else _console(leave)
    audience = Audience(listener, LeftOvers(bricks.cookie.name, bricks.clock, say))
    return traced(app, bricks, audience.tell, audience.wants), say, audience.close


def _json_lines(gone: Callable[[], None]) -> tuple[Listener, Say]:
    """Standard output is for events alone, so prose goes to standard error."""
    from sandbox.trace.recorder import JSONLines

    return JSONLines(Output(sys.stdout), gone), say_at_the_terminal


def _console(gone: Callable[[], None]) -> tuple[Listener, Say]:
    from sandbox.trace.console import ConsoleTrace
    from sandbox.trace.painter import Painter

    console = ConsoleTrace(Painter(text_output(sys.stdout)), gone)
    return console, console.say
