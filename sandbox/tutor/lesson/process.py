"""A lesson's server in a process of its own, seen from ours."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NoReturn, cast

from sandbox.login.problems import Problem
from sandbox.trace.stage import Event
from sandbox.tutor.child import end_by_its_input

ROOT = Path(__file__).parents[3]
STARTING = 30.0  # seconds
PATIENCE = 10.0  # seconds for an answer to an order
LAST_EVENT = 2.0  # seconds until the response of a request must have been told
LAST_CHANCE = 2.0  # seconds to end by itself
Told = dict[str, Any]


class ServerProcess:
    """It starts at once, and ends when our end of its standard input is closed, however we end.

    `name` stands on its cards. Problem: its file cannot be run, or it has ended.
    """

    def __init__(self, name: str, job: Told) -> None:
        self.name = name
        self._path = job["path"]
        self._events: dict[int, list[Event]] = {}
        self._told = threading.Condition()
        self._answers: queue.Queue[Told | None] = queue.Queue()
        self._one_by_one = threading.Lock()
        self._order = 0  # the number of the newest one
        self._process = _start()
        self._in = cast("IO[bytes]", self._process.stdin)
        self._out = cast("IO[bytes]", self._process.stdout)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._write(job)
        self.port: int = self._first_answer()

    def ask(self, do: str, *arguments: Any) -> Any:
        """Have it do something, and wait until it has answered."""
        with self._one_by_one:
            self._order += 1
            self._write({"do": do, "with": arguments, "order": self._order})
            told = self._answer(PATIENCE)
            while told["order"] != self._order:  # it came too late for whoever has asked
                told = self._answer(PATIENCE)
        if "problem" in told:
            raise Problem(told["problem"])
        return told["answer"]

    def events_of(self, number: int) -> list[Event]:
        """What it has told of the request with this number, marked with its name.

        Nothing when that request did not reach it, or when it has ended.
        """
        with suppress(Problem):
            self.ask("catch_up")
        with self._told:
            self._told.wait_for(lambda: _is_whole(self._events.get(number, [])), LAST_EVENT)
            return [event | {"server": self.name} for event in self._events.pop(number, [])]

    def check(self) -> None:
        """Problem: it has ended."""
        if self._process.poll() is not None:
            self._fail()

    def stop(self) -> None:
        """Close its input, and kill it if it does not end by that."""
        end_by_its_input(self._process, LAST_CHANCE)
        self._reader.join()
        self._out.close()

    def _first_answer(self) -> int:
        try:
            told = self._answer(STARTING)
        except Problem:
            self.stop()
            raise
        if "problem" in told:
            self.stop()
            raise Problem(told["problem"])
        return int(told["port"])

    def _write(self, told: Told) -> None:
        # That it has ended, or that we have stopped it, is noticed when it does not answer.
        with suppress(OSError, ValueError):
            self._in.write(json.dumps(told).encode() + b"\n")
            self._in.flush()

    def _answer(self, patience: float) -> Told:
        try:
            told = self._answers.get(timeout=patience)
        except queue.Empty:
            raise Problem(f"{self._path} did not answer within {patience:g} s.") from None
        if told is None:
            self._answers.put(None)  # for whoever asks next
            self._fail()
        return told

    def _fail(self) -> NoReturn:
        code = self._process.wait()
        raise Problem(
            f"The process of {self._path} ({self.name}) has ended, with exit code {code}. "
            "Look for what ends it in that file, then start the lesson again."
        )

    def _read(self) -> None:
        for line in self._out:
            told = json.loads(line)
            if "event" in told:
                self._note(told["event"])
            else:
                self._answers.put(told)
        self._answers.put(None)

    def _note(self, event: Event) -> None:
        if not event["id"]:  # of a request that came from elsewhere: nobody will ask for it
            return
        with self._told:
            self._events.setdefault(event["id"], []).append(event)
            self._told.notify_all()


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox.tutor.lesson.inside"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        start_new_session=True,  # Ctrl-C is for us to understand
    )


def _is_whole(events: list[Event]) -> bool:
    """Is there a response to each request?"""
    kinds = [event["type"] for event in events]
    return kinds.count("request") == kinds.count("response")
