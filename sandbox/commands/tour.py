"""`tour`: a scripted visit to a server of its own, and one cookie under every circumstance."""

from __future__ import annotations

import argparse
import sys

from sandbox.login.sessions import Limits
from sandbox.serving.whatif import what_ifs
from sandbox.trace.output import text_output
from sandbox.trace.painter import Painter
from sandbox.trace.stage import lamps
from sandbox.tutor.own_server import OwnServer
from sandbox.tutor.tour import LIFETIME_MINUTES, TOUR_STOPS
from sandbox.tutor.walk import Scene, Stop, walk

TABLE_WIDTH = 78  # columns
PROMISED = {
    "as it is": "OK",
    "one character changed": "BAD_SIGNATURE",
    "a newer key signs, this one is still listed": "OK",
    "its key was retired": "BAD_SIGNATURE",
    "checked with another salt": "BAD_SIGNATURE",
    "the signature removed": "MALFORMED",
    "after silence longer than the idle limit": "IDLE_TIMEOUT",
    "never silent, but past the lifetime": "ABSOLUTE_TIMEOUT",
    "past the cookie's age": "EXPIRED",
    "after logout": "UNKNOWN_SESSION",
    "restart, memory store: the key is gone, too": "BAD_SIGNATURE",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `tour`."""
    parser.add_argument("--auto", action="store_true", help="do not wait for Enter between stops")


def run(options: argparse.Namespace) -> int:
    """Make every stop; 0 only if each reason code was the promised one."""
    painter = Painter(text_output(sys.stdout))
    with OwnServer(painter, Limits(lifetime=LIFETIME_MINUTES * 60)) as server:
        scene = Scene(server)
        pause = _go_on if options.auto or not _at_a_terminal() else _wait_for_enter
        broken = [stop.title for stop in walk(TOUR_STOPS, scene, painter.title, pause)]
        broken += _show_what_ifs(painter, scene)
    if broken:
        painter.say(f"Not as promised: {'; '.join(broken)}.")
    else:
        painter.say("Every reason code was the promised one.")
    return 1 if broken else 0


def _show_what_ifs(painter: Painter, scene: Scene) -> list[str]:
    """The table; the circumstances that did not give the promised code."""
    painter.title(
        "What if? alice logs in once more\nHer cookie is tried under each circumstance.\n"
    )
    scene.log_in(scene.alice)
    scene.server.console.catch_up()
    bricks, cookie = scene.server.bricks, scene.alice.jar.value("sandbox_session") or ""
    row = bricks.store.all_of("alice")[0]
    outcomes = what_ifs(bricks, cookie, row)
    codes = {each: refusal.code if refusal else "OK" for each, refusal in outcomes.items()}
    _show_what_if(painter, "the cookie", "code", "issued", "alive")
    for circumstance, refusal in outcomes.items():
        issued, alive = (lamp.replace("_", " ") for lamp in lamps(refusal).values())
        _show_what_if(painter, circumstance, codes[circumstance], issued, alive)
    painter.say("")
    return [each for each in PROMISED if codes.get(each) != PROMISED[each]]


def _show_what_if(painter: Painter, circumstance: str, *outcome: str) -> None:
    """A row of the table; two lines of it where the terminal is narrow."""
    code, issued, alive = outcome
    row = f"{code:17}{issued:8}{alive}"
    wide = painter.width >= TABLE_WIDTH
    painter.say(f"{circumstance:44}{row}" if wide else f"{circumstance}\n    {row}")


def _go_on(_stop: Stop) -> None:
    """Nobody is waited for."""


def _at_a_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def _wait_for_enter(stop: Stop) -> None:
    print(f"{stop.look}\nEnter goes on. ", end="", flush=True)
    sys.stdin.readline()
