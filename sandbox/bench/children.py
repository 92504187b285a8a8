"""Child processes: each is ended by its id, however the block that started it is left."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any

from sandbox.login.problems import Problem

LAST_CHANCE = 3.0  # seconds to end by itself when it is asked to
LINES, COLUMNS = 24, 80
TERMINAL = {"TERM": "xterm-256color"}
NOT_INHERITED = (
    *("NO_COLOR", "COLUMNS", "LINES"),
    *("PYTHONUNBUFFERED", "PYTHONPROFILEIMPORTTIME", "PYTHONDONTWRITEBYTECODE"),
)


@dataclass(frozen=True)
class Child:
    """A running child process, and what it wrote to standard error."""

    process: subprocess.Popen[str]
    errors: IO[str]

    def ask(self, question: str) -> str:
        """Write one line to it and read one line back."""
        stdin, stdout = self.process.stdin, self.process.stdout
        if stdin is None or stdout is None:
            raise ValueError("ask needs a child with pipes.")
        with suppress(BrokenPipeError):
            print(question, file=stdin, flush=True)
        return stdout.readline() or self.fail()

    def fail(self) -> Any:
        """Problem: it ended before its time, with its own last words."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(LAST_CHANCE)
        self.errors.seek(0)
        said = self.errors.read().splitlines() or ["nothing"]
        code = self.process.returncode
        raise Problem(f"A measured process ended too early (exit code {code}). It said: {said[-1]}")


@contextmanager
def program(
    command: Sequence[str], variables: Mapping[str, str] | None = None, **streams: Any
) -> Iterator[Child]:
    """Run a command for as long as the block lasts, with these environment variables, too."""
    environment = _environment() | dict(variables or {})
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        process = subprocess.Popen(command, stderr=errors, env=environment, text=True, **streams)
        try:
            yield Child(process, errors)
        finally:
            _end(process)


def python(*arguments: str, **streams: Any) -> AbstractContextManager[Child]:
    """Run this Python with these arguments for as long as the block lasts."""
    return program([sys.executable, *arguments], **streams)


@contextmanager
def listening_python(*arguments: str) -> Iterator[Child]:
    """The same with pipes, for a child that answers line by line."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with python(*arguments, **pipes) as child:
        yield child


@contextmanager
def somebody_reading(terminal: bool) -> Iterator[int]:
    """Where a child can write to: a terminal of 80 columns or a pipe, read away by a thread."""
    near, far = open_terminal() if terminal and os.name == "posix" else os.pipe()
    reader = threading.Thread(target=_read_away, args=(near,), daemon=True)
    reader.start()
    try:
        yield far
    finally:
        os.close(far)
        reader.join(LAST_CHANCE)
        os.close(near)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    return kept | TERMINAL


def _end(process: subprocess.Popen[str]) -> None:
    try:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(LAST_CHANCE)
    finally:
        process.kill()  # does nothing to a process that has ended
        process.wait()
        _close(process.stdin)
        _close(process.stdout)


def _close(stream: IO[str] | None) -> None:
    if stream is not None:
        with suppress(OSError):
            stream.close()


def open_terminal() -> tuple[int, int]:
    """Both ends of a terminal: ours, and the one for a child."""
    import fcntl
    import termios

    near, far = os.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    return near, far


def _read_away(near: int) -> None:
    with suppress(OSError):  # Linux says so when the other end of a terminal is closed
        while os.read(near, 65536):
            pass
