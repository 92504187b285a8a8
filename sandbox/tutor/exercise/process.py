"""One process in which a student's file is examined, as seen from outside."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from typing import IO, Any, cast

from sandbox.tutor.exercise.inside import ROOT

STARTING = 60.0  # seconds for the process to start and to import everything
GRACE = 1.0  # seconds beyond a limit that the process keeps itself
LAST_WORDS = 0.5  # seconds
ENDED = "ended"  # what is told when the process has ended
POSIX = os.name == "posix"
Told = dict[str, Any]


class StudentProcess:
    """It starts at once, waits for a job, and is used for one."""

    def __init__(self) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="sandbox-exercise-")
        self._told: queue.Queue[bytes | None] = queue.Queue()
        self._token = ""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sandbox.tutor.exercise.inside"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._scratch.name,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
            start_new_session=True,
        )
        self._in = cast("IO[bytes]", self._process.stdin)
        self._out = cast("IO[bytes]", self._process.stdout)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        threading.Thread(target=self._wait, daemon=True).start()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def begin(self, job: Told) -> None:
        """Hand over the job; a process that has ended meanwhile is noticed at the first `next`."""
        self._token = job["token"]
        with suppress(OSError):
            self._in.write(json.dumps(job).encode() + b"\n")
            self._in.flush()

    def next(self, patience: float) -> Told:
        """What is told next; TimeoutError after so many seconds. Other lines are no report."""
        while True:
            try:
                line = self._told.get(timeout=patience)
            except queue.Empty:
                raise TimeoutError from None
            if line is None:
                return {"is": ENDED, "code": self._process.wait()}
            with suppress(ValueError):
                told = json.loads(line)
                if isinstance(told, dict) and told.get("token") == self._token:
                    return told

    def end(self) -> bool:
        """End the process and all that it started; was anything left running?"""
        self._process.kill()
        self._process.wait()
        left = _end_group(self._process.pid)
        with suppress(OSError):
            self._in.close()
        with suppress(OSError):
            self._scratch.cleanup()
        return left

    def _read(self) -> None:
        """To its end. A fork that has left our group may hold it open: nobody waits for that."""
        with suppress(OSError), self._out:
            for line in self._out:
                self._told.put(line)

    def _wait(self) -> None:
        """What was told last is read first; a fork that was left running may hold the pipe open."""
        self._process.wait()
        self._reader.join(LAST_WORDS)
        self._told.put(None)


def _end_group(leader: int) -> bool:
    if not POSIX:
        return False
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return False
    return True
