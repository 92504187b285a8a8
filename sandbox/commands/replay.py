"""`replay`: play a recording again, on the terminal or on the inspector's page."""

from __future__ import annotations

import argparse
import sys
import threading
import time
from pathlib import Path
from typing import Any

from sandbox.commands.serve import stop_on_signals
from sandbox.login.guard import LOOPBACK_NAMES
from sandbox.login.problems import Problem, say_at_the_terminal
from sandbox.trace.output import text_output
from sandbox.trace.recorded import NotPlayable, Recorded, read

CUT = "The last line is cut off: the recording was broken off there."
MISSHAPEN = (KeyError, TypeError, ValueError, AttributeError, IndexError)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `replay`."""
    parser.add_argument("file", type=Path, help="what serve --record or --trace json has written")
    parser.add_argument("--inspector", action="store_true", help="as a web page, until Ctrl-C")


def run(options: argparse.Namespace) -> int:
    """Play it. Problem: it cannot be played."""
    recorded = _read(options.file)
    say_at_the_terminal(_told_about(recorded))
    if recorded.is_cut:
        say_at_the_terminal(CUT)
    if options.inspector:
        _inspect(recorded)
    else:
        _draw(recorded)
    return 0


def _read(path: Path) -> Recorded:
    try:
        return read(path)
    except NotPlayable as reason:
        raise Problem(f"{path}: {reason}") from None
    except OSError as error:
        raise Problem(f"{path} cannot be read ({error.strerror}). Give another file.") from None


def _told_about(recorded: Recorded) -> str:
    count = sum(event["type"] == "response" for event in recorded.events)
    requests = f"{count:,} request{'' if count == 1 else 's'}"
    if recorded.begun is None:
        return f"{requests}, from a trace in JSON lines."
    when = time.strftime("%d %B %Y, %H:%M", time.localtime(recorded.begun["at"]))
    return f"{requests}, recorded on {when}; cookies {recorded.begun['cookies']}."


def _draw(recorded: Recorded) -> None:
    from sandbox.trace.painter import Painter

    painter = Painter(text_output(sys.stdout))
    for event in recorded.events:
        try:
            painter.draw(event)
        except MISSHAPEN:
            raise Problem(
                f"Request {event['id']} of this recording is damaged: {event['type']} does not "
                "tell what it should. Take another copy of the file."
            ) from None


def _inspect(recorded: Recorded) -> None:
    from sandbox.serving.inspected import InspectorServer

    stop = threading.Event()
    stop_on_signals(stop)
    begun: dict[str, Any] = recorded.begun or {"at": recorded.events[0]["at"], "cookies": "in full"}
    inspector = InspectorServer(LOOPBACK_NAMES, now=lambda: {"recording": begun})
    for event in recorded.events:
        inspector.buffer(event)
    inspector.server.start()
    print(f"Inspector, for this recording: {inspector.url}  (Ctrl-C stops it)", flush=True)
    try:
        while not stop.wait(0.5):
            pass
    finally:
        inspector.server.stop()
