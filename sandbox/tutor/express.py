"""The Express server of a lesson: Node runs it beside ours, for as long as the lesson lasts."""

from __future__ import annotations

import os
import queue
import re
import shutil
import subprocess
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

from sandbox.login.problems import Problem
from sandbox.tutor.child import end_by_its_input

INSTALLED = Path(__file__).parents[2] / "build" / "express"  # where `make express` installs into
PATIENCE = 20.0  # seconds until it must listen
LAST_CHANCE = 3.0  # seconds to end by itself
LISTENING = re.compile(r"listening on (\d+)\n")


def missing(installed: Path = INSTALLED) -> str:
    """What to do before Express can run here; empty when it can."""
    if not shutil.which("node"):
        return "Node is missing. Install Node and npm, then run: make express"
    if not (installed / ".ready").exists():
        return "Express is not installed here. Run: make express"
    return ""


class ExpressServer:
    """`server.js` of this folder, started at once; it listens on `port` of 127.0.0.1.

    Its standard input is a pipe from us: when we are gone, the pipe is closed, and it ends.
    """

    def __init__(self, folder: Path, installed: Path = INSTALLED) -> None:
        if advice := missing(installed):
            raise Problem(advice)
        self._errors = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115  # see stop()
        self._process = subprocess.Popen(
            [shutil.which("node") or "node", "server.js"],
            cwd=folder,
            env=_environment(installed),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            start_new_session=True,  # Ctrl-C is for us to understand, not for Node
        )
        self.port = self._wait_for_port()

    def stop(self) -> None:
        """Close the pipe, and end the process if it does not end by that."""
        end_by_its_input(self._process, LAST_CHANCE)
        cast("IO[str]", self._process.stdout).close()
        self._errors.close()

    def _wait_for_port(self) -> int:
        """The port that its first line names; Problem when no such line comes."""
        listening = LISTENING.fullmatch(self._first_line())
        if listening:
            return int(listening[1])
        self._process.kill()
        self._errors.seek(0)
        said = [line for line in self._errors if "Error" in line] or ["It gave no reason."]
        self.stop()
        raise Problem(f"Express did not start. {said[0].strip()} To install it anew: make express")

    def _first_line(self) -> str:
        """Read in a thread, because a pipe cannot be read with a time limit everywhere."""
        lines: queue.Queue[str] = queue.Queue()
        out = cast("IO[str]", self._process.stdout)
        threading.Thread(target=lambda: lines.put(out.readline()), daemon=True).start()
        with suppress(queue.Empty):
            return lines.get(timeout=PATIENCE)
        return ""


def _environment(installed: Path) -> dict[str, str]:
    """In production Express shows nobody a stack trace. PORT 0: any that is free."""
    ours = {"NODE_PATH": str(installed / "node_modules"), "NODE_ENV": "production", "PORT": "0"}
    return {**os.environ, **ours}
