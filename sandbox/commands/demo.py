"""`demo`: watch a login in five stops, then log in yourself."""

from __future__ import annotations

import argparse
import sys
import time

from sandbox.commands import serve
from sandbox.commands.watching import refuse_unwatchable
from sandbox.login.problems import Problem
from sandbox.trace.output import text_output
from sandbox.trace.painter import Painter, ProjectorPainter
from sandbox.tutor.own_server import OwnServer
from sandbox.tutor.tour import DEMO_STOPS
from sandbox.tutor.walk import Scene, walk

add_arguments = serve.add_arguments


def run(options: argparse.Namespace) -> int:
    """Five stops on a server of their own, then `serve`."""
    if options.trace not in (None, "console"):
        raise Problem(f"demo shows its trace here. For another: serve --trace {options.trace}")
    if options.workers != 1:
        raise Problem("demo shows its trace, and workers have none. For them: serve --workers N.")
    refuse_unwatchable(options)
    painter = (ProjectorPainter if options.projector else Painter)(text_output(sys.stdout))
    beat = 1.0 if sys.stdout.isatty() else 0.0
    with OwnServer(painter) as server:
        broken = walk(DEMO_STOPS, Scene(server), painter.title, lambda _: time.sleep(beat))
    if broken:
        return 1
    painter.title("Now log in with your own browser")
    return serve.run(options, greeting="now you")
