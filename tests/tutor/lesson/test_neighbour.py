"""One server of a lesson calls another: one trace over both, with one number."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from sandbox.login.problems import Problem
from sandbox.trace.painter import Painter
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.expectations import NotAnExpectation, observed, parse_expectation
from sandbox.tutor.lesson.filling import NotAGap
from sandbox.tutor.lesson.parts import Clock, Scene
from sandbox.tutor.lesson.process import ROOT, ServerProcess
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.world import World
from sandbox.tutor.neighbour import get_json
from tests.lessons.calling import NEIGHBOUR, calling_lesson
from tests.lessons.small import a_request
from tests.wire.children import environment

pytestmark = pytest.mark.slow
WITH_TOKEN = (("Authorization", "Bearer {{alice.token}}"),)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return calling_lesson(tmp_path / "07_calling").parent


@pytest.fixture
def calling(world: World) -> World:
    """Where the neighbour answers, and alice has a token."""
    world.do(Scene(1, "neighbour"))
    world.send(a_request("GET", "/api/token"))
    return world


def calls(world: World) -> Exchange:
    return world.send(replace(a_request("GET", "/stock"), headers=WITH_TOKEN))


def seen(text: str, exchange: Exchange) -> str | None:
    return observed(parse_expectation(text, 1), exchange, None)


def process_of(world: World) -> ServerProcess:
    neighbour = vars(world.server)["_neighbour"]
    assert isinstance(neighbour, ServerProcess)
    return neighbour


def test_the_neighbour_answers_whom_the_lessons_keys_vouch_for(calling: World) -> None:
    said = json.loads(calls(calling).body)
    assert said == {"status": 200, "said": {"tulips": 3, "for": "alice"}}


def test_both_servers_tell_of_a_request_under_one_number(calling: World) -> None:
    exchange = calls(calling)
    assert {event["id"] for event in exchange.events} == {exchange.id}
    assert {event["id"] for event in exchange.neighbour} == {exchange.id}
    assert [event["type"] for event in exchange.neighbour][:: len(exchange.neighbour) - 1] == [
        "request",
        "response",
    ]
    assert {event["server"] for event in exchange.neighbour} == {"neighbour"}
    assert all("server" not in event for event in exchange.events)


def test_what_the_neighbour_decides_can_be_expected(calling: World) -> None:
    exchange = calls(calling)
    assert seen("neighbour verdict == OK", exchange) == "OK"
    assert seen("neighbour stage check_token == OK", exchange) == "OK"
    assert seen("neighbour stage find_user == SKIPPED", exchange) == "SKIPPED"
    assert seen("neighbour status == 200", exchange) == "200"
    assert exchange.verdict == "NO_COOKIE"


def test_nobody_is_expected_where_nobody_was_called(calling: World) -> None:
    exchange = calling.send(a_request())
    assert exchange.neighbour == []
    assert seen("neighbour verdict absent", exchange) is None
    assert seen("neighbour stage check_token absent", exchange) is None


def test_the_neighbours_clock_moves_with_the_lessons(calling: World) -> None:
    """The token of the small lesson lasts 15 minutes."""
    calling.do(Clock(1, 15 * 60 + 1, ""))
    exchange = calls(calling)
    assert seen("neighbour stage check_token == EXPIRED", exchange) == "EXPIRED"
    assert json.loads(exchange.body)["status"] == 401


def test_a_neighbour_that_is_started_later_has_the_time_of_the_lesson(world: World) -> None:
    world.send(a_request("GET", "/api/token"))
    world.do(Clock(1, 15 * 60 + 1, ""))
    world.do(Scene(1, "neighbour"))
    assert seen("neighbour verdict == EXPIRED", calls(world)) == "EXPIRED"


def test_a_new_key_is_new_for_the_neighbour_too(calling: World) -> None:
    calling.do(Scene(1, "new key"))
    assert seen("neighbour verdict contains BAD", calls(calling)) == "BAD_SIGNATURE"
    calling.send(a_request("GET", "/api/token"))
    assert seen("neighbour verdict == OK", calls(calling)) == "OK"


def test_its_port_can_be_filled_in_once_it_is_there(world: World) -> None:
    with pytest.raises(NotAGap, match="the `server` line `neighbour` makes one"):
        world.filled("{{neighbour port}}")
    world.do(Scene(1, "neighbour"))
    port = world.filled("{{neighbour port}}")
    world.do(Scene(1, "neighbour"))
    assert world.filled("{{neighbour port}}") == port
    assert int(port) not in world.site.ports.values()


def test_app_keeps_its_neighbour_while_another_server_answers(calling: World) -> None:
    port = calling.filled("{{neighbour port}}")
    calling.do(Scene(1, "use careless"))
    with pytest.raises(NotAGap):
        calling.filled("{{neighbour port}}")
    calling.do(Scene(1, "use app"))
    assert calling.filled("{{neighbour port}}") == port
    assert seen("neighbour verdict == OK", calls(calling)) == "OK"


def drawn(exchange: Exchange, width: int = 80, encoding: str = "utf-8") -> list[str]:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding, write_through=True)
    Painter(out, width).draw(*exchange.drawn)
    return raw.getvalue().decode().splitlines()


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("width", [60, 80])
def test_the_neighbours_card_stands_below_with_the_same_number(
    calling: World, width: int, encoding: str
) -> None:
    exchange = calls(calling)
    lines = drawn(exchange, width, encoding)
    tag = f"#{exchange.id} "
    heads = [line for line in lines if "GET /stock" in line]
    assert [line.split()[1] for line in heads] == ["GET", "neighbour"]
    assert heads[1].split() == [tag.strip(), "neighbour", "GET", "/stock", "called", "by", "app.py"]
    assert all(line.startswith(tag) and len(line) <= width for line in lines if line)


def test_no_browser_stands_on_the_card_of_a_neighbour(calling: World) -> None:
    """It has no jar: it is a server that asks."""
    lines = drawn(calls(calling))
    below = lines[lines.index("") + 1 :]
    assert any("caller" in line for line in below)
    assert not any("browser" in line for line in below)


def with_neighbour(tmp_path: Path, site: Site, neighbour: str) -> World:
    return World(calling_lesson(tmp_path / "07_other", neighbour=neighbour).parent, site)


SLOW_END = '''

class Slow(list):
    """A body that is handed over before it comes to its end."""

    def close(self):
        time.sleep(0.3)


def answer_slowly(app):
    return lambda environ, start: Slow(app(environ, start))
'''


def test_the_end_of_the_neighbours_answer_is_waited_for(tmp_path: Path, site: Site) -> None:
    """More than 18,000 bytes are sent before the body has come to its end."""
    text = NEIGHBOUR.replace('"tulips": 3', '"tulips": "I" * 50_000')
    text = text.replace(
        "return Middleware(app, lambda", "return answer_slowly(Middleware(app, lambda"
    )
    text = text.replace("header))", "header)))").replace("\nCOOKIE", "import time\n\nCOOKIE")
    world = with_neighbour(tmp_path, site, text + SLOW_END)
    world.do(Scene(1, "neighbour"))
    world.send(a_request("GET", "/api/token"))
    assert seen("neighbour status == 200", calls(world)) == "200"


# What may go wrong


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("COOKIE = 1 / 0\n", 1, "ZeroDivisionError: division by zero"),
        ("\ndef make_app(:\n", 2, "SyntaxError"),
        (NEIGHBOUR.replace("tokens = new_routes()", "tokens = new_roots()"), 14, "NameError"),
    ],
)
def test_a_neighbour_that_cannot_be_run_is_a_sentence_with_its_line(
    tmp_path: Path, site: Site, text: str, line: int, says: str
) -> None:
    world = with_neighbour(tmp_path, site, text)
    with pytest.raises(Problem) as raised:
        world.do(Scene(1, "neighbour"))
    assert f"neighbour.py:{line} cannot be run: " in str(raised.value)
    assert says in str(raised.value)


def test_a_lesson_without_a_neighbour_says_so(world: World, folder: Path) -> None:
    (folder / "neighbour.py").unlink()
    with pytest.raises(Problem, match=r"There is no .*neighbour\.py"):
        world.do(Scene(1, "neighbour"))


@pytest.mark.parametrize("prints", ['print("{}")', 'import os; os.system("echo no answer")'])
def test_what_a_neighbour_prints_is_no_answer(tmp_path: Path, site: Site, prints: str) -> None:
    world = with_neighbour(tmp_path, site, f"{NEIGHBOUR}\n{prints}\n")
    world.do(Scene(1, "neighbour"))
    world.send(a_request("GET", "/api/token"))
    assert seen("neighbour verdict == OK", calls(world)) == "OK"


@pytest.mark.parametrize("sent", ["9" * 5000, "-1", "1e3", "\xb2", ""])
def test_what_is_no_number_of_a_request_is_none(calling: World, sent: str) -> None:
    header = ("X-Request-Id", sent.encode("latin-1"))
    url = f"http://127.0.0.1:{process_of(calling).port}/stock"
    assert httpx.get(url, headers=[header]).status_code == 401
    assert process_of(calling).events_of(0) == []


def test_a_neighbour_that_has_ended_is_a_problem_and_no_wait(calling: World) -> None:
    os.kill(vars(process_of(calling))["_process"].pid, signal.SIGKILL)
    began = time.monotonic()
    with pytest.raises(Problem, match=r"neighbour\.py \(neighbour\) has ended"):
        calls(calling)
    assert time.monotonic() - began < 5


def test_the_neighbour_ends_with_its_world(calling: World, site: Site, folder: Path) -> None:
    process = vars(process_of(calling))["_process"]
    World(folder, site)
    assert process.poll() == 0


def test_starting_over_leaves_no_neighbour(calling: World) -> None:
    process = vars(process_of(calling))["_process"]
    calling.do(Scene(1, "start over"))
    assert process.poll() == 0
    with pytest.raises(NotAGap):
        calling.filled("{{neighbour port}}")


@pytest.mark.parametrize(
    "text",
    [
        "neighbour == OK",
        "neighbour rows == 1",
        "neighbour verdict == GOOD",
        "neighbour stage check_tokens == OK",
        "neighbour stage check_token == GOOD",
    ],
)
def test_what_no_neighbour_can_tell_is_no_expectation(text: str) -> None:
    with pytest.raises(NotAnExpectation):
        parse_expectation(text, 1)


# Alone

ALONE = """

if __name__ == "__main__":
    from sandbox.tutor.run_alone import run_alone

    run_alone(__file__)
"""


def test_an_app_that_is_run_alone_has_its_neighbour_beside_it(folder: Path) -> None:
    app = folder / "app.py"
    app.write_text(app.read_text() + ALONE)
    program = subprocess.Popen(
        [sys.executable, str(app)],
        env=environment() | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    port = int(re.findall(r"localhost:(\d+)", program.stdout.readline())[0])
    try:
        _, given = get_json(f"http://localhost:{port}/api/token", {})
        token = {"Authorization": f"Bearer {given['access_token']}"}
        _, said = get_json(f"http://localhost:{port}/stock", token)
        assert said == {"status": 200, "said": {"tulips": 3, "for": "alice"}}
    finally:
        program.send_signal(signal.SIGINT)
        program.wait(10)
        program.stdout.close()
