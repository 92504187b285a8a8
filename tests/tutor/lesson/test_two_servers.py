"""One app.py in two processes: their stores, their keys, their ends; a Redis killed and started."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox.login.problems import Problem
from sandbox.serving.redis_server import RedisServer
from sandbox.tutor.inbox import Inbox
from sandbox.tutor.lesson import process
from sandbox.tutor.lesson.attempts import Attempts
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.filling import NotAGap
from sandbox.tutor.lesson.judge import Sighting, judge, sighted
from sandbox.tutor.lesson.looking import where
from sandbox.tutor.lesson.parts import Clock, Expectation, Scene
from sandbox.tutor.lesson.process import ROOT
from sandbox.tutor.lesson.scenes import scene_in_words
from sandbox.tutor.lesson.screen import Screen
from sandbox.tutor.lesson.waiting import Desk
from sandbox.tutor.lesson.world import World
from tests.lessons.small import a_request, saves
from tests.one_redis import own_redis
from tests.wire.children import environment
from tests.wire.raw_http import exchange as raw_exchange
from tests.wire.raw_http import message, until

pytestmark = pytest.mark.slow
FIRST, SECOND = "port", "other port"


@pytest.fixture
def two(world: World) -> World:
    set_the_scene(world, "two servers")
    return world


def set_the_scene(world: World, *commands: str) -> None:
    for command in commands:
        world.do(Scene(1, command))


def asks(world: World, port: str = FIRST) -> Exchange:
    return world.send(a_request("GET", f"http://localhost:{{{{{port}}}}}/"))


def verdicts(world: World) -> tuple[str, str]:
    """What the first and the second server say of alice's cookie."""
    return asks(world, FIRST).verdict, asks(world, SECOND).verdict


def pids(world: World) -> list[int]:
    return [vars(each)["_process"].pid for each in vars(world.server)["_processes"].values()]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# Stores


def test_the_other_server_has_no_row_in_a_store_of_its_own(two: World) -> None:
    assert saves(two).rows == 1
    assert verdicts(two) == ("OK", "UNKNOWN_SESSION")
    here, there = asks(two, FIRST), asks(two, SECOND)
    assert here.row is not None
    assert (here.rows, here.row.word, there.rows, there.row) == (1, "tulip", 0, None)


def test_a_card_says_which_server_has_answered(two: World) -> None:
    servers = [{event["server"] for event in asks(two, port).events} for port in (FIRST, SECOND)]
    assert servers == [{"first server"}, {"second server"}]


def test_an_exchange_is_what_crossed_the_wire_and_what_the_server_told(two: World) -> None:
    exchange = saves(two)
    assert (exchange.status, exchange.verdict) == (303, "OK")
    assert exchange.stages["write_word"] == "OK"
    assert exchange.given == two.jar_of("alice")
    assert asks(two).id == exchange.id + 1
    assert "Your word is tulip" in asks(two).text


def test_a_memory_store_ends_with_its_process(two: World) -> None:
    saves(two)
    set_the_scene(two, "restart first")
    assert verdicts(two) == ("UNKNOWN_SESSION", "UNKNOWN_SESSION")


def test_the_other_servers_process_goes_on_when_one_is_restarted(two: World) -> None:
    saves(two)
    first, second = pids(two)
    set_the_scene(two, "restart second")
    assert asks(two).verdict == "OK"
    assert pids(two)[0] == first
    assert not is_alive(second)


def test_an_sqlite_store_outlives_its_process(two: World) -> None:
    set_the_scene(two, "a sqlite store each")
    saves(two)
    set_the_scene(two, "restart first")
    assert verdicts(two) == ("OK", "UNKNOWN_SESSION")


def test_one_sqlite_store_serves_both(two: World) -> None:
    set_the_scene(two, "one sqlite store")
    saves(two)
    assert verdicts(two) == ("OK", "OK")
    assert asks(two, SECOND).rows == 1


def test_an_sqlite_store_has_what_it_had(two: World) -> None:
    set_the_scene(two, "one sqlite store")
    saves(two)
    set_the_scene(two, "a memory store each")
    assert verdicts(two) == ("UNKNOWN_SESSION", "UNKNOWN_SESSION")
    set_the_scene(two, "one sqlite store")
    assert verdicts(two) == ("OK", "OK")


def test_a_row_is_deleted_wherever_it_is(two: World) -> None:
    saves(two)
    set_the_scene(two, "delete row of alice")
    assert asks(two).verdict == "UNKNOWN_SESSION"


def test_where_am_i_names_both_stores(two: World) -> None:
    saves(two)
    lines = where(two, None)
    assert lines[1:] == [
        "  its row: user nobody, word tulip",
        "the store of the first server holds 1 row",
        "the store of the second server holds 0 rows",
    ]


# Keys and the clock


def test_a_key_that_was_added_and_promoted_logs_nobody_out(two: World) -> None:
    set_the_scene(two, "one sqlite store")
    old = saves(two).given
    set_the_scene(two, "keys add", "keys promote")
    assert verdicts(two) == ("OK", "OK")
    new = two.send(a_request("POST", "/again")).given
    assert old is not None
    assert new is not None
    set_the_scene(two, "keys retire")
    assert verdicts(two) == ("OK", "OK")
    by_the_old = two.send(a_request(cookie=f"small={old}"))
    assert by_the_old.verdict == "BAD_SIGNATURE"


def test_both_servers_have_seen_a_change_of_the_keys_before_the_lesson_goes_on(two: World) -> None:
    """Each looks at the file at most twice a second, and has just done so."""
    verdicts(two)
    set_the_scene(two, "keys add")
    processes = vars(two.server)["_processes"].values()
    assert [len(each.ask("keys_now")) for each in processes] == [2, 2]


def test_a_new_key_is_new_for_both(two: World) -> None:
    set_the_scene(two, "one sqlite store")
    saves(two)
    set_the_scene(two, "new key")
    assert verdicts(two) == ("BAD_SIGNATURE", "BAD_SIGNATURE")


def test_the_only_key_must_stay(two: World) -> None:
    with pytest.raises(Problem, match="The only key must stay"):
        set_the_scene(two, "keys retire")


def test_the_clock_reaches_both_servers_and_those_that_are_started_later(two: World) -> None:
    set_the_scene(two, "one sqlite store")
    given = saves(two).given
    two.do(Clock(1, 1801, ""))
    set_the_scene(two, "restart second")
    for port in ("port", "other port"):
        late = a_request("GET", f"http://localhost:{{{{{port}}}}}/", cookie=f"small={given}")
        assert two.send(late).verdict == "EXPIRED"


# Going elsewhere


def test_app_in_one_process_is_there_as_before(world: World) -> None:
    saves(world)
    set_the_scene(world, "two servers")
    assert asks(world).verdict == "BAD_SIGNATURE"
    set_the_scene(world, "use app")
    assert (world.server.look("") is not None, world.server.careless) == (True, "")
    assert asks(world).rows == 1


def test_starting_over_makes_two_fresh_servers(two: World) -> None:
    set_the_scene(two, "one sqlite store")
    saves(two)
    before = pids(two)
    set_the_scene(two, "start over")
    assert not any(map(is_alive, before))
    assert verdicts(two) == ("NO_COOKIE", "NO_COOKIE")
    assert asks(two).rows == 0


@pytest.mark.parametrize("command", ["restart first", "one sqlite store", "keys add"])
def test_one_server_alone_cannot_do_what_two_can(world: World, command: str) -> None:
    with pytest.raises(NotAGap, match="the `server` line `two servers` makes a second"):
        set_the_scene(world, command)


def test_a_store_that_is_no_redis_is_not_killed(two: World) -> None:
    with pytest.raises(NotAGap, match="because it is no Redis of our own"):
        set_the_scene(two, "kill the store")


# Ends


def test_a_server_that_has_ended_is_a_problem_and_no_wait(two: World) -> None:
    os.kill(pids(two)[1], signal.SIGKILL)
    began = time.monotonic()
    with pytest.raises(Problem, match=r"app\.py \(second server\) has ended, with exit code -9"):
        asks(two, SECOND)
    assert time.monotonic() - began < 5


def test_a_browser_gets_an_answer_from_a_port_without_a_server(two: World) -> None:
    os.kill(pids(two)[1], signal.SIGKILL)
    port = two.site.ports[SECOND]
    assert raw_exchange(port, message(port, "GET", "/", [])).status == 502


def test_a_browser_that_asks_a_server_that_has_ended_is_a_problem_and_no_traceback(
    two: World, others: list[Exchange]
) -> None:
    os.kill(pids(two)[0], signal.SIGKILL)
    port = two.site.ports[FIRST]
    raw_exchange(port, message(port, "GET", "/", []))
    until(lambda: bool(others))
    desk = Desk(Screen(io.StringIO(), plain=True), Inbox(None), Path(), None)
    with pytest.raises(Problem, match=r"app\.py \(first server\) has ended"):
        Attempts(a_request(), two, desk, None).seen(others[-1])
    lamp = Expectation(9, "lamp alive == no", "lamp", "alive", "==", "no")
    assert judge(lamp, Sighting(others[-1], None), two).observed == "nothing"


def test_a_server_that_was_stopped_meanwhile_has_told_nothing(two: World) -> None:
    """A browser's request may be on its way while a step restarts a server."""
    (first, _) = vars(two.server)["_processes"].values()
    first.stop()
    assert first.events_of(1) == []
    assert two.server.look("") is None


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next(
    two: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first, _) = vars(two.server)["_processes"].values()
    os.kill(pids(two)[0], signal.SIGSTOP)
    with monkeypatch.context() as patched:
        patched.setattr(process, "PATIENCE", 0.1)
        assert two.server.look("") is None
    os.kill(pids(two)[0], signal.SIGCONT)
    assert len(first.ask("keys_now")) == 1
    assert first.ask("look", "") == {"rows": 0, "row": None}


PROGRAM = """
import sys, time
from pathlib import Path
from sandbox.tutor.lesson.parts import Scene
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.world import World

with Site(0) as site:
    world = World(Path(sys.argv[1]), site)
    world.do(Scene(1, "two servers"))
    print(*(each._process.pid for each in world.server._processes.values()), flush=True)
    time.sleep(60)
"""


INSIDE = [sys.executable, "-m", "sandbox.tutor.lesson.inside"]


def test_a_process_whose_starter_is_gone_says_nothing(folder: Path) -> None:
    """Before it has got its job, and after: nobody is there to hear of it."""
    job = {"path": str(folder / "app.py"), "store": "memory", "keys": ["a key"], "began": None}
    for given in (b"", json.dumps(job).encode() + b"\n"):
        pipe = subprocess.PIPE
        with subprocess.Popen(
            INSIDE, stdin=pipe, stdout=pipe, stderr=pipe, cwd=ROOT, env=environment()
        ) as child:
            assert child.stdout is not None
            child.stdout.close()
            child.stdout = None
            assert child.communicate(given)[1] == b""
            assert child.returncode == 0


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_no_server_outlives_the_program_that_started_it(folder: Path, how: signal.Signals) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)],
        cwd=ROOT,
        env=environment() | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert program.stdout is not None
    servers = [int(pid) for pid in program.stdout.readline().split()]
    program.send_signal(how)
    program.wait(10)
    program.stdout.close()
    assert len(servers) == 2
    until(lambda: not any(map(is_alive, servers)))


# Redis


@pytest.fixture
def with_redis(two: World) -> World:
    own_redis().stop()  # skips where there is none
    set_the_scene(two, "one redis store")
    return two


def test_one_redis_serves_both_and_outlives_a_server(with_redis: World) -> None:
    saves(with_redis)
    assert verdicts(with_redis) == ("OK", "OK")
    set_the_scene(with_redis, "restart first")
    here = asks(with_redis)
    assert here.row is not None
    assert (here.verdict, here.rows, here.row.word) == ("OK", 1, "tulip")


def test_the_port_of_the_sandboxs_own_redis_is_said(with_redis: World) -> None:
    said = scene_in_words(Scene(1, "one redis store"), with_redis)
    port = said.removesuffix(".").rpartition("Redis at port ")[2]
    with socket.create_connection(("127.0.0.1", int(port)), timeout=5) as redis:
        redis.sendall(b"PING\r\n")
        assert redis.recv(7) == b"+PONG\r\n"


def test_a_redis_that_was_killed_is_store_down_and_empty_when_it_is_started(
    with_redis: World,
) -> None:
    saves(with_redis)
    set_the_scene(with_redis, "kill the store")
    down = asks(with_redis, SECOND)
    assert (down.status, down.verdict, down.store) == (503, "STORE_DOWN", None)
    set_the_scene(with_redis, "start the store")
    assert verdicts(with_redis) == ("UNKNOWN_SESSION", "UNKNOWN_SESSION")


def test_a_redis_that_runs_is_not_started_once_more(with_redis: World) -> None:
    saves(with_redis)
    with pytest.raises(NotAGap, match="the store is running"):
        set_the_scene(with_redis, "start the store")
    assert verdicts(with_redis) == ("OK", "OK")


def test_nobody_can_say_what_a_killed_store_holds(with_redis: World) -> None:
    set_the_scene(with_redis, "kill the store")
    seen = sighted(with_redis, a_request())
    with pytest.raises(NotAGap, match="nobody can look into the store") as raised:
        judge(Expectation(9, "rows == 0", "rows", "", "==", "0"), seen, with_redis)
    assert raised.value.line == 9
    assert where(with_redis, None)[-1] == "the store of the second server cannot be looked into"


def test_a_redis_of_somebody_else_is_used_and_not_killed(world: World) -> None:
    redis: RedisServer = own_redis().start()
    try:
        world.site.redis_url = redis.url
        set_the_scene(world, "two servers", "one redis store")
        saves(world)
        assert verdicts(world) == ("OK", "OK")
        assert scene_in_words(Scene(1, "one redis store"), world).endswith("both: Redis.")
        with pytest.raises(NotAGap):
            set_the_scene(world, "kill the store")
    finally:
        redis.stop()
