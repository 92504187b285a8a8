"""Make each fault happen once; print what was said at the terminal and what the visitors got."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sandbox.login import refusals
from tests.faults import happenings
from tests.faults.happenings import Fault
from tests.wire.children import Child, Nursery, nursery_in
from tests.wire.raw_http import Answer

Watch = Callable[[Nursery], Fault]
USUAL = ("Login Sandbox: ", "Log in as ", "Inspector, for this run: ", "Made a signing key")
CODES = re.compile("|".join(each.code for each in vars(refusals).values() if hasattr(each, "code")))
FAULTS: dict[str, Watch] = {
    "kill -9, and started again": happenings.killed,
    "one of two servers on a file is killed": happenings.one_of_two_killed,
    "another program holds the database locked": happenings.locked_by_another,
    "the table is gone for a moment": happenings.table_gone,
    "the disk is full": happenings.disk_full,
    "standard output is a full disk (json)": happenings.no_room_for_the_trace,
    "started on a read-only store": happenings.read_only,
    "the clock steps back by 30 s": partial(happenings.clock_jumps, seconds=-30),
    "the clock steps back by an hour": partial(happenings.clock_jumps, seconds=-3600),
    "the clock jumps 3 hours ahead": partial(happenings.clock_jumps, seconds=3 * 3600),
    "the clock jumps a year ahead": partial(happenings.clock_jumps, seconds=365 * 86400),
    "200 connections that say nothing": happenings.two_hundred_silent,
    "a listener raises": happenings.listener_raises,
    "the terminal is stopped, then Ctrl-C": happenings.terminal_stopped,
    "nobody takes the JSON lines, then Ctrl-C": happenings.reader_stalls,
    "the reader of the JSON lines leaves": happenings.reader_leaves,
}


def got(answer: Answer) -> str:
    code = CODES.search(answer.text)
    return f"{answer.status} {code[0] if code else 'OK'}"


def show(fault: str, watch: Watch) -> None:
    with tempfile.TemporaryDirectory() as folder, nursery_in(Path(folder)) as nursery:
        happened = list(watch(nursery))
        child = [each for each in happened if isinstance(each, Child)][-1]
        code = child.process.poll()
        ended = "" if code is None else f"; it ended with exit code {code}"
        if code is None:
            child.end()
        lines = [line for line in child.err.splitlines() if line and not line.startswith(USUAL)]
    answers = ", ".join(got(each) for each in happened if isinstance(each, Answer))
    print(f"{fault}\n  visitors got: {answers or 'nothing'}{ended}")
    print("".join(f"  said: {line}\n" for line in lines) or "  said: nothing\n")


def main() -> int:
    for fault, watch in FAULTS.items():
        show(fault, watch)
    return 0


if __name__ == "__main__":
    sys.exit(main())
