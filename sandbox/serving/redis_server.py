"""A redis-server of our own, on loopback; it ends when we end, and its folder with it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from sandbox.login.problems import Problem
from sandbox.serving.live import free_port

STARTING = 10.0  # seconds until it must answer
ENDING = 5.0  # seconds for it to end by itself
IN_MEMORY = ("--appendonly", "no")
ON_THE_DISK = ("--appendonly", "yes", "--appendfsync", "always")
# Waits for the end of its input, which comes when we end, however we end.
WATCH = ("sh", "-c", 'read -r _; kill -9 "$1"; rm -rf "$2"', "sh")


class RedisServer:
    """Start it, kill it, start it again on the same port with the data it has kept.

    With `on_the_disk` each write is on the disk before it is acknowledged; without, nothing is
    kept. Problem: redis-server is not installed, or does not start.
    """

    def __init__(self, on_the_disk: bool = False) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise Problem(
                "There is no redis-server here. To install it: sudo apt install redis-server"
            )
        self._folder = tempfile.TemporaryDirectory(prefix="sandbox-redis-")
        self.port = free_port(0)
        kept = ON_THE_DISK if on_the_disk else IN_MEMORY
        where = ("--bind", "127.0.0.1", "--dir", self._folder.name)
        self._command = (program, *where, "--save", "", *kept)
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> RedisServer:
        """Return when it answers."""
        command = (*self._command, "--port", str(self.port))
        with (Path(self._folder.name) / "log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        self._watch = self._watching(self._process.pid)
        give_up = time.monotonic() + STARTING
        while not _answers(self.port, self._process.pid):
            if self._process.poll() is not None or time.monotonic() > give_up:
                self._fail()
            time.sleep(0.01)
        return self

    def kill(self) -> None:
        """SIGKILL: it has no time to write anything."""
        self._end_watch()
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """End it, with its folder and all it has kept."""
        self._end_watch()
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(ENDING)
        self.kill()
        self._folder.cleanup()

    def _watching(self, pid: int) -> subprocess.Popen[bytes]:
        """Out of the reach of Ctrl-C and of a terminal that is closed."""
        command, silent = (*WATCH, str(pid), self._folder.name), subprocess.DEVNULL
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=silent, stderr=silent, start_new_session=True
        )

    def _end_watch(self) -> None:
        """Before Redis ends: its number may then be that of another process."""
        if self._watch is not None:
            self._watch.kill()
            self._watch.communicate()
            self._watch = None

    def _fail(self) -> None:
        log = Path(self._folder.name) / "log"
        said = log.read_text(errors="replace").splitlines() or ["nothing"]
        self.stop()
        raise Problem(f"redis-server did not start on port {self.port}. It said: {said[-1]}")


def _answers(port: int, pid: int) -> bool:
    """Not another server that has this port; and it says LOADING, not PONG, while it starts."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"INFO server\r\nPING\r\nQUIT\r\n")
            said = connection.makefile("rb").read()
    except OSError:
        return False
    return b"process_id:%d\r\n" % pid in said and b"+PONG" in said
