"""`serve --record FILE` as a process: however it ends, what was seen can be played again."""

from __future__ import annotations

import hmac
import json
import os
import re
import secrets
import signal
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from sandbox.serving.key_file import KeyFile
from sandbox.trace.recorded import read
from tests.wire.canaries import found_in
from tests.wire.children import Child, Nursery
from tests.wire.raw_http import FORM, until
from tests.wire.stamps import signature_of

pytestmark = pytest.mark.slow

ENDINGS = (".html", ".jsonl")
NOT_NICE = re.compile(r"Traceback|Exception|Error:|^  File ", re.MULTILINE)
SALT = b"login-sandbox.session"


def log_in(child: Child, name: str = "alice", password: str = "wonderland") -> str:
    """The value of the cookie."""
    fields = urlencode({"username": name, "password": password}).encode()
    answer = child.ask("POST", "/login", [FORM], fields)
    return answer.one("Set-Cookie").partition(";")[0].partition("=")[2]


def visit(child: Child) -> str:
    """Three requests, the last of them with the cookie of the login."""
    child.ask("GET", "/profile")
    cookie = log_in(child)
    assert child.ask("GET", "/api/me", with_cookie(cookie)).status == 200
    return cookie


def with_cookie(value: str) -> list[tuple[str, str | bytes]]:
    return [("Cookie", f"sandbox_session={value}")]


def paths(file: Path) -> list[str]:
    return [event["path"] for event in read(file).events if event["type"] == "request"]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_ctrl_c_and_sigterm_end_the_file(
    nursery: Nursery, how: signal.Signals, ending: str
) -> None:
    file = nursery.folder / f"seen{ending}"
    child = nursery.serve("--record", file.name)
    visit(child)
    assert child.end(how) == 0
    assert f"3 requests were recorded: {file.name}.\n" in child.err
    assert not NOT_NICE.search(child.out + child.err)
    assert paths(file) == ["/profile", "/login", "/api/me"]
    assert not read(file).is_broken_off
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    code, out, err = nursery.run("replay", file.name)
    assert (code, out.count("→")) == (0, 3)
    assert "3 requests, recorded on " in err


@pytest.mark.parametrize("ending", ENDINGS)
def test_killed_it_leaves_what_was_answered_before(nursery: Nursery, ending: str) -> None:
    file = nursery.folder / f"seen{ending}"
    child = nursery.serve("--record", file.name, "--trace", "off", "--no-inspector")
    visit(child)
    until(lambda: len(paths(file)) == 3)
    child.end(signal.SIGKILL)
    assert read(file).is_broken_off
    code, out, err = nursery.run("replay", file.name)
    assert (code, out.count("→")) == (0, 3)
    assert "It was broken off" in err


CRASHES = """
import sys, threading
from sandbox import __main__ as command_line
from sandbox.commands import serve
from sandbox.serving.live import LiveServer

class Crashing(threading.Event):
    def wait(self, timeout=None):
        if not super().wait(timeout):
            if not __import__("os").path.exists("now"):
                return False
            raise RuntimeError("planted: the server crashes")

class Stuck(LiveServer):
    def stop(self):
        super().stop()
        raise RuntimeError("planted: it cannot even stop")

serve.threading = type("threading", (), {"Event": Crashing})
serve.LiveServer = Stuck
sys.exit(command_line.main(sys.argv[1:]))
"""


@pytest.mark.parametrize("ending", ENDINGS)
def test_when_the_server_crashes_the_file_has_its_end(nursery: Nursery, ending: str) -> None:
    file = nursery.folder / f"seen{ending}"
    options = ["--port", "0", "--store", "memory", "--record", file.name]
    child = nursery.start("serve", *options, code=CRASHES)
    visit(child)
    (nursery.folder / "now").touch()
    assert child.wait() == 1
    assert "planted: the server crashes" in child.err
    assert "planted: it cannot even stop" in child.err
    assert paths(file) == ["/profile", "/login", "/api/me"]
    assert not read(file).is_broken_off


def test_a_terminal_that_takes_nothing_loses_no_recording(nursery: Nursery) -> None:
    """Standard output is a pipe that nobody reads, and it is full."""
    file, (reading, writing) = nursery.folder / "seen.jsonl", os.pipe()
    child = nursery.start(
        *("serve", "--port", "0", "--store", "memory", "--record", file.name),
        out_to=Path(f"/proc/self/fd/{writing}"),
    )
    try:
        greeting = until(lambda: os.read(reading, 4096).decode(), 30)
        child._port.append(int(re.search(r":(\d+) ", greeting)[1]))  # type: ignore[index]
        until(lambda: _answers(child))
        for _ in range(100):
            child.ask("GET", f"/{'x' * 2000}")
        child.end()
    finally:
        os.close(reading)
        os.close(writing)
    assert len(paths(file)) >= 100
    assert not read(file).is_broken_off


def _answers(child: Child) -> bool:
    try:
        return child.ask("GET", "/").status == 200
    except OSError:
        return False


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_run_without_a_request_leaves_no_file(nursery: Nursery, ending: str) -> None:
    child = nursery.serve("--record", f"seen{ending}")
    assert child.port
    child.end()
    assert f"Nothing was seen, so there is no seen{ending}." in child.err
    assert not (nursery.folder / f"seen{ending}").exists()


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_a_server_that_cannot_start_leaves_no_file(nursery: Nursery, taken_port: int) -> None:
    code, _, err = nursery.run(
        *("serve", "--store", "memory", "--record", "seen.html", "--port", f"{taken_port}")
    )
    assert code == 2
    assert "is in use by another program" in err
    assert not NOT_NICE.search(err)
    assert not (nursery.folder / "seen.html").exists()


REFUSED = {
    "another ending": (["--record", "seen.txt"], "ends in .html or .jsonl"),
    "no ending": (["--record", "seen"], "ends in .html or .jsonl"),
    "no name": (["--record", ""], "ends in .html or .jsonl"),
    "a folder that is not there": (["--record", "no/seen.html"], "There is no folder no "),
    "a file in the place of the folder": (["--record", "mine.html/a.html"], "There is no folder"),
    "a file that is there": (["--record", "mine.html"], "is there already"),
    "a link to nowhere": (["--record", "link.html"], "is there already"),
    "a place where no file can be": (["--record", "/proc/seen.html"], "cannot be written"),
    "several workers": (["--record", "seen.html", "--workers", "2"], "Leave out --record"),
    "cookies of nothing": (["--record-cookies"], "Give --record FILE.html, too."),
}


# Whether a file can be made only the making tells, and demo makes it after its tour.
BY_DEMO = ("another ending", "a folder that is not there", "a file that is there")


@pytest.mark.parametrize(
    ("command", "name"), [*(("serve", each) for each in REFUSED), *(("demo", e) for e in BY_DEMO)]
)
def test_what_cannot_be_recorded_is_refused_before_anything_begins(
    nursery: Nursery, name: str, command: str
) -> None:
    options, words = REFUSED[name]
    (nursery.folder / "mine.html").write_text("mine")
    (nursery.folder / "link.html").symlink_to("nowhere.html")
    before = sorted(nursery.folder.glob("*.html"))
    store = "sqlite:s.sqlite" if "--workers" in options else "memory"
    code, out, err = nursery.run(command, "--port", "0", "--store", store, *options)
    assert (code, out) == (2, "")
    assert words in err
    assert err.rstrip().endswith(".")
    assert not NOT_NICE.search(err)
    assert sorted(nursery.folder.glob("*.html")) == before
    assert (nursery.folder / "mine.html").read_text() == "mine"


def test_demo_records_what_comes_after_its_tour(nursery: Nursery) -> None:
    child = nursery.start("demo", "--port", "0", "--store", "memory", "--record", "seen.jsonl")
    visit(child)
    child.end()
    assert paths(nursery.folder / "seen.jsonl") == ["/profile", "/login", "/api/me"]


# Secrets


def forge_in_every_way(child: Child, cookie: str) -> None:
    """The cookie refused: stamps changed, parts in each other's place, twice, an old one, cut."""
    session_id, issued, stamp = cookie.split(".")
    other = "A" if stamp[20] != "A" else "B"
    for value in (
        f"{session_id}.{issued}.{stamp[:20]}{other}{stamp[21:]}",
        f"{session_id}.{session_id}.{stamp}",
        f"{stamp}.{session_id}.{issued}",
        f"{session_id}.{stamp}.{session_id}",
        f"{session_id}.{issued}",
        session_id,
        f"{cookie}; sandbox_session={cookie}x",
        f"{cookie}, sandbox_session={cookie}",
    ):
        child.ask("GET", "/profile", with_cookie(value))


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("more", [[], ["--record-cookies"]], ids=["shortened", "in full"])
def test_no_secret_is_in_the_file(nursery: Nursery, ending: str, more: list[str]) -> None:
    """The keys stand in a file, so that they are known here; derived keys are computed here."""
    file, keys = nursery.folder / f"seen{ending}", nursery.folder / "s.sqlite.keys"
    child = nursery.serve("--store", "sqlite:s.sqlite", "--record", file.name, *more)
    password = f"ca{secrets.token_hex(16)}"
    child.ask(
        "POST", "/login", [FORM], urlencode({"username": "alice", "password": password}).encode()
    )
    cookie = visit(child)
    session_id, issued, stamp = cookie.split(".")
    forge_in_every_way(child, cookie)
    stranger = f"{'Q' * 43}.{issued}.{'Z' * 43}"
    child.ask("GET", "/profile", with_cookie(stranger))
    child.ask("POST", "/logout", with_cookie(cookie))
    child.end()
    (key,) = KeyFile(keys, brought=False).current()
    computed = signature_of(key, f"{'Q' * 43}.{issued}")
    derived = hmac.digest(key, SALT, "sha256")
    needles = {"key": key, "derived": derived, "computed": computed, "password": password}
    needles |= {"typed": "wonderland"}
    if not more:
        needles |= {"id": session_id, "stamp": stamp, "cookie": cookie}
    data = events_of(file)
    assert found_in({file.name: data}, **needles) == []
    assert (session_id.encode() in data) == bool(more)


def events_of(file: Path) -> bytes:
    """Without the page around them, which explains what derived keys are."""
    return file.read_bytes().rpartition(b'id="events">')[2]


def test_of_keys_brought_along_the_cookies_are_shortened_whatever_is_asked(
    nursery: Nursery,
) -> None:
    (nursery.folder / "our.keys").write_text("a-key-that-was-brought-along-by-hand\n")
    child = nursery.serve("--keys", "our.keys", "--record", "seen.jsonl", "--record-cookies")
    cookie = visit(child)
    child.end()
    data = (nursery.folder / "seen.jsonl").read_bytes()
    assert found_in({"file": data}, cookie=cookie, id=cookie.split(".")[0]) == []


# The inspector's page of a recording


def test_the_inspector_of_a_recording_plays_it_until_ctrl_c(nursery: Nursery) -> None:
    recording = nursery.serve("--record", "seen.html")
    visit(recording)
    recording.end()
    child = nursery.start("replay", "seen.html", "--inspector")
    url = until(lambda: re.search(r"for this recording: http://localhost:(\d+)(/\S+/)", child.out))
    child._port.append(int(url[1]))
    told = json.loads(child.ask("GET", f"{url[2]}trace?after=0").body)
    assert told["now"]["recording"]["cookies"] == "shortened"
    assert [e["path"] for e in told["events"] if e["type"] == "request"] == [
        *("/profile", "/login", "/api/me")
    ]
    assert child.ask("GET", "/a-wrong-token/trace?after=0").status == 403
    headers = [("Origin", f"http://localhost:{url[1]}"), ("Content-Type", "application/json")]
    order = child.ask("POST", f"{url[2]}orders/replay", [*headers], b"{}")
    assert order.status == 404  # it takes no orders
    began = time.monotonic()
    assert child.end(signal.SIGINT) == 0
    assert time.monotonic() - began < 3
    assert not NOT_NICE.search(child.out + child.err)
