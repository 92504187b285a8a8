"""`replay`: play a recording again, on the terminal or on the inspector's page."""

from __future__ import annotations

import argparse
import io
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from sandbox.commands.serve import stop_on_signals
from sandbox.login.guard import LOOPBACK_NAMES
from sandbox.login.problems import Problem, say_at_the_terminal
from sandbox.trace.output import text_output
from sandbox.trace.recorded import NotPlayable, Recorded, read
from sandbox.trace.stage import printable

BROKEN_OFF = "It was broken off: what came last may be missing."
MISSHAPEN = (KeyError, TypeError, ValueError, AttributeError, IndexError)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `replay`."""
    parser.add_argument("file", type=Path, help="what serve --record or --trace json has written")
    parser.add_argument("--inspector", action="store_true", help="as a web page, until Ctrl-C")


def run(options: argparse.Namespace) -> int:
    """Play it. Problem: it cannot be played."""
    recorded = _read(options.file)
    for sentence in _told_about(recorded):
        say_at_the_terminal(sentence)
    if options.inspector:
        _draw(recorded, io.StringIO())  # what is damaged is said before a page is opened
        _inspect(recorded)
    else:
        _draw(recorded, text_output(sys.stdout))
    return 0


def _read(path: Path) -> Recorded:
    try:
        return read(path)
    except NotPlayable as reason:
        raise Problem(f"{path}: {reason}") from None
    except OSError as error:
        raise Problem(f"{path} cannot be read ({error.strerror}). Give another file.") from None


def _told_about(recorded: Recorded) -> Iterator[str]:
    count = sum(event["type"] == "response" for event in recorded.events)
    requests = f"{count:,} request{'' if count == 1 else 's'}"
    if recorded.begun is None:
        yield f"{requests}, from a trace in JSON lines."
    else:
        cookies = printable(recorded.begun["cookies"])[:20]
        yield f"{requests}, recorded on {_date(recorded.begun['at'])}; cookies {cookies}."
    if recorded.left_out:
        yield f"Later requests that are not in it: {recorded.left_out:,}."
    if recorded.is_broken_off:
        yield BROKEN_OFF


def _date(at: float) -> str:
    try:
        return time.strftime("%d %B %Y, %H:%M", time.localtime(at))
    except (OverflowError, ValueError, OSError):
        raise Problem(
            "This recording is damaged: it began at no time that there is. "
            "Take another copy of the file."
        ) from None


def _draw(recorded: Recorded, out: TextIO) -> None:
    from sandbox.trace.painter import Painter

    painter = Painter(out)
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
    ended = {"left_out": recorded.left_out, "is_broken_off": recorded.is_broken_off}
    told = {"recording": (recorded.begun or {}) | ended}
    inspector = InspectorServer(LOOPBACK_NAMES, now=lambda: told)
    for event in recorded.events:
        inspector.buffer(event)
    inspector.server.start()
    print(f"Inspector, for this recording: {inspector.url}  (Ctrl-C stops it)", flush=True)
    try:
        while not stop.wait(0.5):
            pass
    finally:
        inspector.server.stop()
