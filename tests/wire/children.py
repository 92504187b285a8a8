"""The sandbox as a child process: started, watched and always ended, each by its own id."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.wire.raw_http import Answer, exchange, message, until

ROOT = Path(__file__).parents[2]
STARTING = 30.0  # seconds that a start may take on a busy machine
# What would change how a child writes is taken away, so that a test alone decides it.
TAKEN_AWAY = (
    "PYTHONUNBUFFERED",
    "NO_COLOR",
    "FORCE_COLOR",
    "COLUMNS",
    "LINES",
    "TERM",
    "PYTHONUTF8",
    "LC_ALL",
    "LANG",
)
Environment = dict[str, str]


def environment(**given: str) -> Environment:
    """What a child inherits; `sandbox` is importable from anywhere."""
    ours = {name: value for name, value in os.environ.items() if name not in TAKEN_AWAY}
    return ours | {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"} | given


def default_signals() -> None:
    """A test run started in the background ignores Ctrl-C, and its children would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "sandbox", *arguments]


@dataclass
class Child:
    """One process with its output in files, so that a full pipe never holds it up."""

    process: subprocess.Popen[bytes]
    folder: Path
    number: int
    _port: list[int] = field(default_factory=list)

    @property
    def out(self) -> str:
        return (self.folder / f"{self.number}.out").read_text(errors="surrogateescape")

    @property
    def err(self) -> str:
        return (self.folder / f"{self.number}.err").read_text(errors="surrogateescape")

    @property
    def out_bytes(self) -> bytes:
        return (self.folder / f"{self.number}.out").read_bytes()

    @property
    def port(self) -> int:
        """The port of the greeting, once it answers and signals are looked after."""
        if not self._port:
            found = until(self._greeting, STARTING)
            self._port.append(int(found[1]))
            until(self._looks_after_signals, STARTING)
        return self._port[0]

    @property
    def inspector(self) -> str:
        """The address that it printed for this run."""
        found = until(lambda: re.search(r"Inspector, for this run: (\S+)", self.out + self.err))
        address: str = found[1]
        return address

    def _greeting(self) -> Any:
        assert self.process.poll() is None, f"it ended: {self.out}{self.err}"
        return re.search(
            r"(?:Login Sandbox|now you): http://(?:localhost|127\.0\.0\.1):(\d+)",
            self.out + self.err,
        )

    def _looks_after_signals(self) -> bool:
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.exists():  # not Linux
            time.sleep(0.5)
            return True
        caught = re.search(r"SigCgt:\s*([0-9a-f]+)", status.read_text())
        return bool(caught and int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)

    def ask(
        self,
        method: str,
        target: str,
        headers: list[tuple[str, str | bytes]] | None = None,
        body: bytes = b"",
    ) -> Answer:
        return exchange(self.port, message(self.port, method, target, headers, body))

    def end(self, how: int = signal.SIGTERM) -> int:
        """Send one signal, wait; the exit code."""
        self.process.send_signal(how)
        return self.wait()

    def wait(self, timeout: float = 15.0) -> int:
        return self.process.wait(timeout)


@dataclass
class Nursery:
    """Starts children in one folder and ends every one of them."""

    folder: Path
    children: list[Child] = field(default_factory=list)

    def start(
        self,
        *arguments: str,
        env: Environment | None = None,
        code: str = "",
        first: Callable[[], object] = default_signals,
        out_to: Path | None = None,
    ) -> Child:
        """`python -m sandbox …`, or, with `code`, a few lines of Python in its place.

        `first` is done in the child before it begins; `out_to` is its standard output, never read.
        """
        number = len(self.children)
        argv = [sys.executable, "-c", code, *arguments] if code else command(*arguments)
        (self.folder / f"{number}.out").touch()
        with (
            open(out_to or self.folder / f"{number}.out", "wb") as out,
            open(self.folder / f"{number}.err", "wb") as err,
        ):
            process = subprocess.Popen(
                argv,
                cwd=self.folder,
                env=env or environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
                preexec_fn=first,
            )
        child = Child(process, self.folder, number)
        self.children.append(child)
        return child

    def serve(self, *arguments: str, env: Environment | None = None) -> Child:
        """`serve` on a port of its own, in memory unless told otherwise."""
        given = list(arguments)
        if "--store" not in given:
            given += ["--store", "memory"]
        if "--port" not in given:
            given += ["--port", "0"]
        return self.start("serve", *given, env=env)

    def run(self, *arguments: str, env: Environment | None = None) -> tuple[int, str, str]:
        """A child that is expected to end by itself: exit code, standard output, standard error."""
        child = self.start(*arguments, env=env)
        code = child.wait(60)
        return code, child.out, child.err

    def close(self) -> None:
        for child in self.children:
            if child.process.poll() is None:
                child.process.kill()
            child.process.wait()


@contextmanager
def nursery_in(folder: Path) -> Iterator[Nursery]:
    nursery = Nursery(folder)
    try:
        yield nursery
    finally:
        nursery.close()


def seconds(act: Callable[[], object]) -> float:
    """How long something took."""
    began = time.monotonic()
    act()
    return time.monotonic() - began
