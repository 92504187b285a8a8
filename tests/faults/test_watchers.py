"""Those who watch the server fail, stop or never come back: the requests are answered all the same.

What holds: a listener that raises is said once and let go. A terminal that is stopped holds up
nobody, what it missed is counted. JSON lines may hold requests up, for nothing of them is dropped.
"""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sandbox.trace.audience import Audience
from sandbox.trace.console import LONGEST_QUEUE
from sandbox.trace.stage import Event
from tests.faults.quick import get
from tests.wire.children import (
    STARTING,
    Child,
    Nursery,
    command,
    default_signals,
    environment,
    seconds,
)
from tests.wire.raw_http import Site, message, serving, take_apart, until

pty = pytest.importorskip("pty", reason="needs a terminal of Unix")
fcntl = pytest.importorskip("fcntl", reason="needs a terminal of Unix")
termios = pytest.importorskip("termios", reason="needs a terminal of Unix")

PROMPTLY = 5.0  # seconds; the aim is one, a busy machine gets some more
CTRL_C, CTRL_S, CTRL_Q = b"\x03", b"\x13", b"\x11"
SUMMARY = re.compile(r"… ([\d,]+) more requests, not drawn: ([^…#]*)")
STYLE = re.compile(r"\x1b\[[0-9;]*m")


# A listener that raises


class Faulty:
    """Raises at one of its calls, from some event on."""

    def __init__(self, call: str, error: BaseException, after: int = 0) -> None:
        self.call, self.error, self.patience = call, error, after

    def wants(self, request_id: int) -> bool:
        self._perhaps_fail("wants")
        return True

    def __call__(self, event: Event) -> None:
        self._perhaps_fail("hears")

    def close(self) -> None:
        self._perhaps_fail("close")

    def _perhaps_fail(self, call: str) -> None:
        if call != self.call:
            return
        self.patience -= 1
        if self.patience < 0:
            raise self.error


class Counting:
    """Another listener, who is to hear everything."""

    def __init__(self) -> None:
        self.responses, self.closed = 0, False

    def wants(self, request_id: int) -> bool:
        return True

    def __call__(self, event: Event) -> None:
        self.responses += event["type"] == "response"

    def close(self) -> None:
        self.closed = True


def a_visit(site: Site) -> None:
    cookie = site.log_in()
    assert site.get("/profile", cookie).status == 200
    assert site.post("/word", {"word": "tulip"}, cookie=cookie).status == 303
    assert site.get("/api/me", cookie).text == '{"user": "alice", "word": "tulip"}'
    assert site.post("/logout", cookie=cookie).status == 303
    assert site.get("/api/me", cookie).status == 401


@pytest.mark.parametrize("call", ["wants", "hears", "close"])
@pytest.mark.parametrize("error", [RuntimeError("a secret"), SystemExit(1)], ids=repr)
def test_wherever_a_listener_raises_all_are_answered_and_it_is_said_once(
    call: str, error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Counting()
    audience = Audience(Faulty(call, error), other)
    with serving(audience=audience) as site:
        a_visit(site)
        a_visit(site)
    audience.close()
    said = capsys.readouterr().err
    assert said == (
        f"The trace's Faulty failed ({type(error).__name__}) and is switched off. "
        "The server goes on; restart it to see the trace again.\n"
    )
    assert (other.responses, other.closed) == (12, True)


@pytest.mark.parametrize("after", range(1, 24, 3))
def test_at_whichever_event_a_listener_raises_all_are_answered(
    after: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also between a stage's beginning and its end, and at the response, when all is sent."""
    with serving(audience=Audience(Faulty("hears", RuntimeError(), after))) as site:
        a_visit(site)
    assert capsys.readouterr().err.count("is switched off") == 1


class FaultyTogether(Counting):
    """Raises in every thread of the server at the same moment."""

    def __init__(self) -> None:
        super().__init__()
        self.together = threading.Barrier(4, timeout=10)

    def __call__(self, event: Event) -> None:
        self.together.wait()
        raise RuntimeError


def test_of_many_requests_at_once_one_sentence_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(audience=Audience(FaultyTogether())) as site, ThreadPoolExecutor(16) as browsers:
        assert set(browsers.map(lambda _: site.get("/").status, range(64))) == {200}
    assert capsys.readouterr().err.count("is switched off") == 1


class Endless:
    """Never comes back from the first event that it hears."""

    def __init__(self) -> None:
        self.heard, self.let_go = threading.Event(), threading.Event()

    def wants(self, request_id: int) -> bool:
        return not self.heard.is_set()

    def __call__(self, event: Event) -> None:
        if not self.heard.is_set():
            self.heard.set()
            self.let_go.wait(60)

    def close(self) -> None:
        """Nothing to let go of."""


def test_a_listener_that_never_returns_holds_up_its_request_and_no_other() -> None:
    """It runs in the request's own thread: one of four is lost with it."""
    endless = Endless()
    with serving(audience=Audience(endless)) as site, ThreadPoolExecutor(1) as threads:
        held_up = threads.submit(site.get, "/")
        assert endless.heard.wait(10)
        for _ in range(20):
            assert site.get("/").status == 200
        assert not held_up.done()
        endless.let_go.set()
        assert held_up.result().status == 200


# A terminal that is stopped


@dataclass
class Terminal:
    """A pseudo-terminal with `serve` in its foreground; it is read only when a test says so."""

    master: int
    child: Child
    received: bytearray = field(default_factory=bytearray)

    @property
    def shown(self) -> str:
        """All that was written, without the styles."""
        text = self.received.decode(errors="ignore").replace("\r", "")
        return STYLE.sub("", text)

    def press(self, key: bytes) -> None:
        os.write(self.master, key)

    def read(self, timeout: float = 0.2) -> bool:
        """Take what stands there; False when nothing comes."""
        if not select.select([self.master], [], [], timeout)[0]:
            return False
        try:
            self.received += os.read(self.master, 65536)
        except OSError:  # Linux: nobody has the other end open any more
            return False
        return True

    def read_until(self, seen: Callable[[], Any]) -> None:
        until(lambda: self.read(0.05) is None or seen(), STARTING)

    def read_to_the_end(self) -> None:
        while self.read():
            pass

    @property
    def numbers(self) -> set[int]:
        """The requests whose card was drawn to its end."""
        return {int(number) for number in re.findall(r"^#(\d+) →", self.shown, re.MULTILINE)}

    @property
    def counted(self) -> Counter[str]:
        """The requests that were not drawn, by code."""
        codes: Counter[str] = Counter()
        for total, listed in SUMMARY.findall(self.shown.replace("\n", " ")):
            pairs = re.findall(r"([\d,]+) ([A-Z_]+)", listed)
            each = Counter({code: int(count.replace(",", "")) for count, code in pairs})
            assert each.total() == int(total.replace(",", "")), listed
            codes += each
        return codes


@contextmanager
def on_a_terminal(folder: Path, *arguments: str) -> Iterator[Terminal]:
    master, slave = pty.openpty()

    def in_the_foreground() -> None:
        default_signals()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

    with open(folder / "0.err", "wb") as err:
        process = subprocess.Popen(
            command(*arguments),
            cwd=folder,
            env=environment(TERM="xterm", COLUMNS="80"),
            stdin=slave,
            stdout=slave,
            stderr=err,
            start_new_session=True,
            preexec_fn=in_the_foreground,
        )
    os.close(slave)
    (folder / "0.out").touch()
    shown = Terminal(master, Child(process, folder, 0))
    try:
        yield shown
    finally:
        process.kill()
        process.wait()
        os.close(master)


@contextmanager
def terminal(folder: Path) -> Iterator[Terminal]:
    """`serve`, when it has greeted."""
    with on_a_terminal(folder, "serve", "--store", "memory", "--port", "0") as shown:
        shown.read_until(lambda: re.search(r"bob/builder\.\n", shown.shown))
        shown.child._port.append(int(re.findall(r"http://localhost:(\d+)", shown.shown)[0]))
        until(shown.child._looks_after_signals, STARTING)
        yield shown


def no_longer_read(shown: Terminal) -> None:
    """A terminal program that hangs: it fills up."""


def stopped(shown: Terminal) -> None:
    shown.press(CTRL_S)
    time.sleep(0.2)


STOPS = pytest.mark.parametrize("stop", [stopped, no_longer_read])
AT_ONCE = 40  # cards that the console begins without a pause


def ask_often(shown: Terminal, times: int) -> float:
    """Many requests; how long the slowest took."""
    return max(seconds(lambda: assert_answered(shown)) for _ in range(times))


def assert_answered(shown: Terminal) -> None:
    assert get(shown.child, "/api/me").status == 401


@pytest.mark.slow
@STOPS
def test_a_terminal_that_is_stopped_holds_up_nobody_and_nothing_is_lost(
    tmp_path: Path, stop: Callable[[Terminal], None]
) -> None:
    with terminal(tmp_path) as shown:
        stop(shown)
        for _ in range(5):
            assert ask_often(shown, 100) < PROMPTLY
            time.sleep(0.5)  # more cards are begun
        shown.press(CTRL_Q)
        shown.read_until(lambda: len(shown.numbers) + shown.counted.total() >= 500)
        assert shown.counted["NO_COOKIE"] >= 200
        assert len(shown.numbers) >= AT_ONCE
        before = len(shown.numbers)
        ask_often(shown, 10)
        shown.read_until(lambda: len(shown.numbers) >= before + 10)  # it goes on
        assert len(shown.numbers) + shown.counted.total() == 510
        assert shown.child.err == ""
        shown.press(CTRL_C)
        assert shown.child.wait() == 0


@pytest.mark.slow
@STOPS
@pytest.mark.parametrize("how", ["Ctrl-C", "SIGTERM"])
def test_in_front_of_a_terminal_that_is_stopped_it_ends_promptly(
    tmp_path: Path, stop: Callable[[Terminal], None], how: str
) -> None:
    with terminal(tmp_path) as shown:
        stop(shown)
        ask_often(shown, 300)
        began = time.monotonic()
        if how == "Ctrl-C":
            shown.press(CTRL_C)
        else:
            shown.child.process.send_signal(signal.SIGTERM)
        assert shown.child.wait() == 0
        assert time.monotonic() - began < PROMPTLY
        assert shown.child.err == ""


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_a_tour_in_front_of_a_terminal_that_hangs_ends_promptly(
    tmp_path: Path, how: signal.Signals
) -> None:
    """Two threads draw there; neither may hold what the other needs to end."""
    with on_a_terminal(tmp_path, "tour", "--auto") as shown:
        shown.read_until(lambda: "A stranger at the profile" in shown.shown)
        time.sleep(1.5)  # the terminal fills up
        took = seconds(lambda: shown.child.end(how))
        assert shown.child.process.returncode == 128 + how
        assert took < PROMPTLY
        assert shown.child.err == ""


def kilobytes(child: Child) -> int:
    status = Path(f"/proc/{child.process.pid}/status")
    if not status.exists():
        pytest.skip("needs /proc: Linux")
    return int(re.findall(r"VmRSS:\s*(\d+) kB", status.read_text())[0])


@pytest.mark.slow
def test_however_long_a_terminal_is_stopped_memory_does_not_grow(tmp_path: Path) -> None:
    """Cards wait, at most two hundred of them, each of some kilobytes."""
    with terminal(tmp_path) as shown:
        stopped(shown)
        while_it_fills = time.monotonic() + LONGEST_QUEUE / 20 + 1  # 20 cards a second are begun
        while time.monotonic() < while_it_fills:
            ask_often(shown, 50)
        full = kilobytes(shown.child)
        for _ in range(3):
            ask_often(shown, 1000)
            assert kilobytes(shown.child) < full + 1500
        shown.press(CTRL_Q)
        shown.read_until(lambda: len(shown.numbers) >= LONGEST_QUEUE)


# A reader of JSON lines that takes nothing


@contextmanager
def into_a_pipe(nursery: Nursery) -> Iterator[tuple[Child, int]]:
    """`serve --trace json` into a pipe, and the end of it that nobody reads yet."""
    reading, writing = os.pipe()
    child = nursery.start(
        *("serve", "--store", "memory", "--port", "0", "--trace", "json"),
        out_to=Path(f"/dev/fd/{writing}"),
    )
    os.close(writing)
    yield child, reading
    os.close(reading)


@pytest.fixture
def unread(nursery: Nursery) -> Iterator[tuple[Child, int]]:
    with into_a_pipe(nursery) as unread:
        yield unread


def ask_until_held_up(child: Child) -> int:
    """How many requests were answered before one had to wait for the reader."""
    for number in range(1000):
        try:
            assert get_within(child, 1.0) == 401
        except TimeoutError:
            return number
    raise AssertionError("the pipe never filled up")


def get_within(child: Child, timeout: float) -> int:
    with socket.create_connection(("127.0.0.1", child.port), timeout) as connection:
        connection.sendall(message(child.port, "GET", "/api/me"))
        return take_apart(b"".join(iter(lambda: connection.recv(65536), b""))).status


@pytest.mark.slow
def test_json_lines_hold_requests_up_rather_than_lose_one(unread: tuple[Child, int]) -> None:
    child, pipe = unread
    answered = ask_until_held_up(child)
    assert answered > 10
    lines = bytearray()
    reader = threading.Thread(target=lambda: read_all(pipe, lines), daemon=True)
    reader.start()
    for _ in range(20):
        assert get(child, "/api/me").status == 401
    assert child.end() == 0
    reader.join(30)
    assert lines.count(b'"type": "response"') == answered + 1 + 20  # 1: was held up, gave up
    assert lines.endswith(b"}\n")


def read_all(pipe: int, lines: bytearray) -> None:
    while piece := os.read(pipe, 65536):
        lines.extend(piece)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_in_front_of_a_reader_that_takes_nothing_it_ends_promptly_and_says_so(
    unread: tuple[Child, int], how: signal.Signals
) -> None:
    child, _pipe = unread
    ask_until_held_up(child)
    took = seconds(lambda: child.end(how))
    assert child.process.returncode == 0
    assert took < PROMPTLY
    assert child.err.count("The end of the trace is lost") == 1
    assert "Traceback" not in child.err
