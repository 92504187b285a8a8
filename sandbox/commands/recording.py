"""`--record FILE`: what is seen, kept in a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.login.problems import Problem, say_at_the_terminal

if TYPE_CHECKING:
    from sandbox.trace.recording import Recording

PAGE_OR_LINES = (".html", ".jsonl")
RECORD_HELP = "keep what is seen in a new FILE.html, which opens alone, or FILE.jsonl"
COOKIES_HELP = "cookies in full in that file; keys and computed signatures never"


def add_record_options(parser: argparse.ArgumentParser) -> None:
    """The options of `serve` for a recording."""
    parser.add_argument("--record", type=Path, metavar="FILE", help=RECORD_HELP)
    parser.add_argument("--record-cookies", action="store_true", help=COOKIES_HELP)


def refuse_to_record(options: argparse.Namespace) -> None:
    """Problem: what is asked for cannot be recorded."""
    path: Path | None = options.record
    if path is None:
        if options.record_cookies:
            raise Problem("--record-cookies says how to record. Give --record FILE.html, too.")
        return
    if options.workers != 1:
        raise Problem(
            "With several workers there is no trace, so --record is refused: "
            "each is a process of its own. Leave out --record, or give --workers 1."
        )
    _refuse_place(path)


def _refuse_place(path: Path) -> None:
    if path.suffix not in PAGE_OR_LINES:
        raise Problem(
            f"--record {path} is refused: a recording is a page or JSON lines. "
            f"Give a name that ends in {' or '.join(PAGE_OR_LINES)}."
        )
    if not path.parent.is_dir():
        raise Problem(f"There is no folder {path.parent} to record in. Make it, or give another.")
    if path.exists():
        raise _is_there(path)


def begin_recording(options: argparse.Namespace) -> Recording:
    """A new file. Problem: it cannot be made."""
    from sandbox.trace.recording import Recording

    try:
        return Recording(options.record, options.record_cookies)
    except FileExistsError:
        raise _is_there(options.record) from None
    except OSError as error:
        raise Problem(
            f"{options.record} cannot be written ({error.strerror}). "
            "Give one in a folder you may write to."
        ) from None


def end_recording(recording: Recording) -> None:
    """Close its file, and say what is in it."""
    path = recording.path
    try:
        recording.close()
    except OSError as error:
        say_at_the_terminal(f"The end of {path} cannot be written ({error.strerror}).")
        return
    if not recording.requests:
        say_at_the_terminal(f"Nothing was seen, so there is no {path}.")
        return
    some = "request was" if recording.requests == 1 else "requests were"
    later = (
        f" Later requests that are not in it: {recording.left_out:,}." if recording.left_out else ""
    )
    say_at_the_terminal(f"{recording.requests:,} {some} recorded: {path}.{later}")


def _is_there(path: Path) -> Problem:
    return Problem(
        f"{path} is there already and is not written over. Give another name, or remove it."
    )
