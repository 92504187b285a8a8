"""The trace that somebody asked for: on the terminal, or as JSON lines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from functools import partial

from sandbox.login.flow import Bricks
from sandbox.login.middleware import WSGIApp
from sandbox.login.problems import say_at_the_terminal
from sandbox.serving.traced import traced
from sandbox.trace.audience import Audience, Listener
from sandbox.trace.leftovers import LeftOvers
from sandbox.trace.output import Output, text_output

Say = Callable[[str], None]


def shown(
    app: WSGIApp,
    bricks: Bricks,
    trace: str,
    gone: Callable[[], None],
    others: Collection[Listener] = (),
) -> tuple[WSGIApp, Say, Callable[[], None]]:
    """The app with its trace, where prose goes, and how the trace is ended; `others` listen, too.

    `gone` is called when nobody reads the trace any more.
    """

    def leave() -> None:
        say_at_the_terminal("Nobody reads the trace any more, so the server ends.")
        gone()

    shows, say = SHOWN[trace](leave)
    audience = Audience(*shows, LeftOvers(bricks.cookie.name, bricks.clock, say), *others)
    return traced(app, bricks, audience.tell, audience.wants), say, audience.close


def _nothing(_gone: Callable[[], None]) -> tuple[tuple[Listener, ...], Say]:
    return (), partial(print, flush=True)


def _json_lines(gone: Callable[[], None]) -> tuple[tuple[Listener, ...], Say]:
    """Standard output is for events alone, so prose goes to standard error."""
    from sandbox.trace.recorder import JSONLines

    return (JSONLines(Output(sys.stdout), gone),), say_at_the_terminal


def _console(gone: Callable[[], None]) -> tuple[tuple[Listener, ...], Say]:
    from sandbox.trace.console import ConsoleTrace
    from sandbox.trace.painter import Painter

    console = ConsoleTrace(Painter(text_output(sys.stdout)), gone)
    return (console,), console.say


SHOWN = {"console": _console, "json": _json_lines, "off": _nothing}
