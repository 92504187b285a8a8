"""`serve --step`: one request waits at each stage, for Enter or for the inspector's page."""

from __future__ import annotations

import json
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pexpect
import pytest

from tests.process.terminals import Shown, plain_lines, press_ctrl_c, read_until, terminal
from tests.wire.children import Child, Nursery, environment, seconds
from tests.wire.raw_http import Answer, exchange, message, until

pytestmark = pytest.mark.slow

PAUSE = 0.5  # seconds for which a class looks at a stage
CLEAN_STOP = 3.0  # seconds; the aim is one, a busy machine gets some more
NOT_NICE = re.compile(r"Traceback|Exception|Error:|BrokenPipe|^  File ", re.MULTILINE)
STAGES_OF_A_STRANGER = ["", "check_host", "read_cookie"]  # "": before the first
SERVE = ("serve", "--step", "--store", "memory", "--port", "0")


class Asking:
    """Somebody who asks for a page in a thread of his own."""

    def __init__(self, port: int, target: str = "/") -> None:
        self.answers: list[Answer] = []
        self._thread = threading.Thread(target=self._ask, args=(port, target), daemon=True)
        self._thread.start()

    def _ask(self, port: int, target: str) -> None:
        with suppress(AssertionError, OSError):  # the test is over, and the server with it
            self.answers.append(exchange(port, message(port, "GET", target)))

    @property
    def answered(self) -> bool:
        return bool(self.answers)

    def status(self) -> int:
        until(lambda: self.answered)
        return self.answers[0].status


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def shown(folder: Path) -> Iterator[Shown]:
    """At a terminal, and without an inspector."""
    env = environment(TERM="xterm", NO_COLOR="1")
    with terminal(*SERVE, "--no-inspector", folder=folder, env=env) as shown:
        yield shown


def port_of(shown: Shown) -> int:
    shown.expect(r"Login Sandbox: http://localhost:(\d+)")
    port = int(shown.match[1])
    read_until(shown, "Enter")
    return port


def others_are_answered(port: int, how_many: int = 8) -> bool:
    """More than there are threads, and each with a story of its own."""
    others = [Asking(port, "/login") for _ in range(how_many)]
    return all(other.status() == 200 for other in others)


def test_enter_goes_to_the_next_stage_and_others_go_on_at_once(shown: Shown) -> None:
    port = port_of(shown)
    request = Asking(port)
    read_until(shown, "GET /")
    assert others_are_answered(port)
    for stage in STAGES_OF_A_STRANGER[1:]:
        shown.send("\n")
        read_until(shown, stage)
        time.sleep(0.1)
        assert not request.answered
    shown.send("\n")
    read_until(shown, "→ 200 OK")
    assert request.status() == 200


def test_how_to_step_is_said_in_one_line(shown: Shown) -> None:
    port_of(shown)
    read_until(shown, "Other requests go on at once")
    (line,) = [each for each in plain_lines(shown.everything) if "Enter" in each]
    assert line.startswith("Step by step: Enter: the next stage.")


def test_static_files_never_stop(shown: Shown) -> None:
    port = port_of(shown)
    assert Asking(port, "/static/style.css").status() == 200
    assert "#1" not in shown.everything


def test_keys_typed_while_nobody_waits_are_not_saved_up(shown: Shown) -> None:
    port = port_of(shown)
    shown.send("\n" * 20)
    time.sleep(0.2)
    request = Asking(port)
    read_until(shown, "GET /")
    time.sleep(0.3)
    assert not request.answered


def test_the_end_of_input_releases_everybody_for_good(shown: Shown) -> None:
    port = port_of(shown)
    request = Asking(port)
    read_until(shown, "GET /")
    shown.sendeof()
    assert request.status() == 200
    read_until(shown, "nothing is stepped any more")
    assert Asking(port).status() == 200


def test_ctrl_c_answers_whoever_waits_and_ends_soon(shown: Shown) -> None:
    port = port_of(shown)
    request = Asking(port)
    read_until(shown, "GET /")

    def stop() -> None:
        press_ctrl_c(shown)
        shown.expect(pexpect.EOF)
        shown.wait()

    assert seconds(stop) < CLEAN_STOP
    assert shown.exitstatus == 0
    assert request.status() == 200
    assert not NOT_NICE.search(shown.everything)


def test_at_a_terminal_with_an_inspector_both_step_and_the_page_stays(folder: Path) -> None:
    env = environment(TERM="xterm", NO_COLOR="1")
    with terminal(*SERVE, folder=folder, env=env, columns=120) as shown:
        shown.expect(r"Login Sandbox: http://localhost:(\d+)")
        port = int(shown.match[1])
        shown.expect(r"Inspector, for this run: (\S+)")
        page = Page(shown.match[1])
        read_until(shown, "Enter here, or space in the inspector")
        request = Asking(port)
        page.waits("")
        shown.send("\n")
        page.waits("check_host")
        shown.sendeof()
        read_until(shown, "only the inspector steps now")
        assert not request.answered
        assert page.step()["stage"] == "check_host"
        page.order("go")
        assert request.status() == 200


class Page:
    """What the inspector's page does: it asks what holds, and orders."""

    def __init__(self, address: str) -> None:
        url = urlsplit(address)
        assert url.port
        self._port, self._path = url.port, url.path
        self._origin = f"http://localhost:{url.port}"

    def step(self) -> Any:
        told = exchange(self._port, message(self._port, "GET", f"{self._path}trace?after=0"))
        return json.loads(told.text)["now"]["step"]

    def waits(self, stage: str) -> Any:
        return until(lambda: (step := self.step()) and step["stage"] == stage and step)

    def order(self, name: str, **fields: Any) -> Any:
        body = json.dumps(fields or {key: self.step()[key] for key in ("id", "seq")}).encode()
        headers = [("Host", f"localhost:{self._port}"), ("Origin", self._origin)]
        target = f"{self._path}orders/{name}"
        answer = exchange(self._port, message(self._port, "POST", target, headers, body))
        assert answer.status == 200
        return json.loads(answer.text)


@pytest.fixture
def child(nursery: Nursery) -> Child:
    """Its standard input is no terminal, so that only the page steps."""
    return nursery.serve("--step", "--trace", "json")


@pytest.fixture
def page(child: Child) -> Page:
    assert child.port
    return Page(child.inspector)


def test_without_a_terminal_the_page_steps(child: Child, page: Page) -> None:
    until(lambda: "space in the inspector" in child.err)
    assert "Enter" not in child.err
    request = Asking(child.port)
    for stage in STAGES_OF_A_STRANGER:
        page.waits(stage)
        assert not request.answered
        page.order("next")
    assert request.status() == 200
    assert page.step() is None


def test_a_page_that_is_a_moment_behind_passes_no_stage_unseen(child: Child, page: Page) -> None:
    request = Asking(child.port)
    seen = page.waits("")
    page.order("next", id=seen["id"], seq=seen["seq"])
    page.waits("check_host")
    for wrong in ({"id": seen["id"], "seq": seen["seq"]}, {"id": 99, "seq": 2}, {"x": []}):
        assert page.order("next", **wrong)["step"]["stage"] == "check_host"
        assert page.order("go", **wrong)["step"]["stage"] == "check_host"
    assert not request.answered


def test_the_pause_is_in_no_time_that_is_told(child: Child, page: Page) -> None:
    request = Asking(child.port)
    for stage in STAGES_OF_A_STRANGER:
        page.waits(stage)
        time.sleep(PAUSE)
        page.order("next")
    assert request.status() == 200
    events = until(lambda: events_of(child, 1))
    (response,) = [e for e in events if e["type"] == "response"]
    assert response["ms"] < PAUSE * 1000
    stages = [e for e in events if e["type"] == "stage_ended"]
    assert len(stages) == 2
    assert all(e["us"] < PAUSE * 1e6 for e in stages)


def events_of(child: Child, request_id: int) -> list[dict[str, Any]]:
    told = [json.loads(line) for line in child.out.splitlines()]
    return [event for event in told if event["id"] == request_id]


def test_while_one_is_held_the_inspector_and_others_answer(child: Child, page: Page) -> None:
    held = Asking(child.port)
    page.waits("")
    assert others_are_answered(child.port, 20)
    assert page.step()["stage"] == ""
    assert not held.answered


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_it_ends_as_soon_as_without_stepping(child: Child, page: Page, how: signal.Signals) -> None:
    held = Asking(child.port)
    page.waits("")
    assert seconds(lambda: child.end(how)) < CLEAN_STOP
    assert child.process.returncode == 0
    assert held.status() == 200
    assert not NOT_NICE.search(child.out + child.err)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--no-inspector",), ["no terminal", "--no-inspector", "start it at a terminal"]),
        (("--no-inspector", "--trace", "off"), ["--trace off", "nobody does"]),
        (("--workers", "2", "--store", "sqlite:s"), ["several workers", "--step", "--workers 1"]),
    ],
    ids=["nobody to step", "nobody to watch", "workers"],
)
@pytest.mark.parametrize("command", ["serve", "demo"])
def test_where_nobody_could_step_it_is_refused_with_a_sentence(
    nursery: Nursery, command: str, arguments: tuple[str, ...], words: list[str]
) -> None:
    code, out, err = nursery.run(command, "--step", *arguments)
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    if command == "serve":  # demo has a sentence of its own for some
        assert err.strip().endswith(".")
        assert [word for word in words if word not in err] == []
    assert list(nursery.folder.glob("s*")) == []


def test_a_projector_is_refused_where_there_is_no_console(nursery: Nursery) -> None:
    code, out, err = nursery.run("serve", "--projector", "--trace", "json")
    assert (code, out) == (2, "")
    assert "--projector is for the console" in err


def test_on_a_projector_nothing_is_faint_and_refusals_stand_out(folder: Path) -> None:
    """ECMA-48 section 8.3.117: 2 is faint, 7 is inverted."""
    env = environment(TERM="xterm-256color")
    arguments = ("serve", "--projector", "--store", "memory", "--port", "0", "--no-inspector")
    with terminal(*arguments, folder=folder, env=env, columns=40) as shown:
        shown.expect(r"Login Sandbox: http://localhost:(\d+)")
        assert Asking(int(shown.match[1])).status() == 200
        read_until(shown, "no Set-Cookie")
        seen = shown.everything
    assert re.search(r"\x1b\[1;7m✗ NO_COOKIE", seen)
    assert not re.search(r"\x1b\[(\d+;)*2[;m]", seen)
    assert "read_cookie" in seen
    assert ".py:" not in seen
    assert [line for line in plain_lines(seen) if line.startswith("#") and len(line) > 40] == []
