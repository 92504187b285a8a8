"""`demo` and `tour` as processes: every promised code stands there, Enter is waited for, or not."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import pexpect
import pytest

from tests.process.terminals import colours, plain_lines, press_ctrl_c, read_until, terminal
from tests.wire.children import (
    STARTING,
    Nursery,
    command,
    default_signals,
    environment,
    seconds,
)
from tests.wire.raw_http import until

# The list, in its order: what each stop is about, and the codes it must show.
TOUR = [
    ("stranger", ["NO_COOKIE"]),
    ("login page", ["NO_COOKIE"]),
    ("wrong password", ["BAD_CREDENTIALS"]),
    ("right password", ["OK"]),
    ("profile", ["OK"]),
    ("bob", ["OK"]),
    ("changed", ["BAD_SIGNATURE"]),
    ("retired key", ["OK", "BAD_SIGNATURE"]),
    ("replayed", ["UNKNOWN_SESSION"]),
    ("idle", ["IDLE_TIMEOUT"]),
    ("altogether", ["ABSOLUTE_TIMEOUT"]),
    ("expired signature", ["NO_COOKIE", "EXPIRED"]),
]
DEMO = [TOUR[0], TOUR[2], TOUR[3], TOUR[4], TOUR[6]]
# The circumstances of the what-if table, with the lamps for their codes.
WHAT_IF = [
    ("as it is", "OK", "yes", "yes"),
    ("still listed", "OK", "yes", "yes"),
    ("retired", "BAD_SIGNATURE", "no", "not asked"),
    ("another salt", "BAD_SIGNATURE", "no", "not asked"),
    ("signature removed", "MALFORMED", "no", "not asked"),
    ("idle limit", "IDLE_TIMEOUT", "yes", "no"),
    ("lifetime", "ABSOLUTE_TIMEOUT", "yes", "no"),
    ("cookie's age", "EXPIRED", "yes", "not asked"),
    ("after logout", "UNKNOWN_SESSION", "yes", "no"),
    ("memory store", "BAD_SIGNATURE", "no", "not asked"),
]
BAD_END = re.compile(r"Traceback|Exception|BrokenPipe|^  File ", re.MULTILINE)


def stops(out: str) -> list[tuple[str, str]]:
    """Each stop's heading and all that follows it."""
    parts = re.split(r"^\d+ of \d+ . (.+)$", out.replace("\r", ""), flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def codes_in(stop: str) -> list[str]:
    """The last code of each card: what became of the request."""
    cards: dict[str, list[str]] = {}
    for number, code in re.findall(r"^#(\d+) \w* +[✓✗+x] ([A-Z_]+)", stop, re.MULTILINE):
        cards.setdefault(number, []).append(code)
    return [code for codes in cards.values() for code in codes]


def assert_stops(out: str, promised: list[tuple[str, list[str]]]) -> None:
    found = stops(out)
    assert len(found) == len(promised)
    for (heading, text), (words, codes) in zip(found, promised, strict=True):
        assert words in heading.lower()
        assert "Look " in text.lstrip("\n").splitlines()[0]
        seen = codes_in(text)
        for code in codes:
            assert code in seen, heading


# The tour


@pytest.mark.slow
def test_the_tour_keeps_every_promise(nursery: Nursery) -> None:
    code, out, err = nursery.run("tour", "--auto")
    assert (code, err) == (0, "")
    tour, _, table = out.partition("What if?")
    assert_stops(tour, TOUR)
    for circumstance, reason, issued, alive in WHAT_IF:
        (line,) = [each for each in table.splitlines() if circumstance in each]
        assert re.search(rf"\b{reason} +{issued} +{alive}$", line.rstrip()), line
    assert "Every reason code was the promised one." in table
    assert max(map(len, out.splitlines())) <= 80
    assert not (nursery.folder / "work").exists()


@pytest.mark.slow
def test_the_tour_moves_the_clock_and_waits_for_nobody(nursery: Nursery) -> None:
    assert seconds(lambda: nursery.run("tour", "--auto")) < 30  # its limits add up to 25 hours


@pytest.mark.slow
def test_the_tour_can_be_read_where_only_ascii_can_be_written(nursery: Nursery) -> None:
    env = environment(LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    code, out, err = nursery.run("tour", "--auto", env=env)
    assert (code, err) == (0, "")
    out.encode("ascii")
    assert_stops(out.partition("What if?")[0], TOUR)


BREAK_A_STOP = """
import dataclasses, sys
from sandbox.commands import tour
first, *rest = tour.TOUR_STOPS
tour.TOUR_STOPS = (dataclasses.replace(first, promised=("EXPIRED",)), *rest)
from sandbox.__main__ import main
sys.exit(main(["tour", "--auto"]))
"""
BREAK_THE_TABLE = """
import sys
from sandbox.commands import tour
tour.PROMISED["after logout"] = "OK"
from sandbox.__main__ import main
sys.exit(main(["tour", "--auto"]))
"""
BREAK_THE_SERVER = """
import sys
from sandbox.login import sessions
def blind(store, limits, session, now): return "not due"
blind.__name__ = "check_limits"
from sandbox.trace.stage import stage
from sandbox.login import flow
flow.check_limits = stage(lane="store", evidence=sessions._ages)(blind)
from sandbox.__main__ import main
sys.exit(main(["tour", "--auto"]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "named"),
    [
        (BREAK_A_STOP, "stranger"),
        (BREAK_THE_TABLE, "after logout"),
        (BREAK_THE_SERVER, "Idle too long"),
    ],
    ids=["a stop's promise", "the table's promise", "a server that forgets the limits"],
)
def test_a_broken_promise_makes_the_tour_fail_and_is_named(
    nursery: Nursery, code: str, named: str
) -> None:
    child = nursery.start(code=code)
    assert child.wait(90) == 1
    (last,) = [line for line in child.out.splitlines() if line.startswith("Not as promised")]
    assert named in last
    assert "Every reason code was the promised one" not in child.out


BREAK_THE_DEMO = """
import dataclasses, sys
from sandbox.commands import demo
*rest, last = demo.DEMO_STOPS
demo.DEMO_STOPS = (*rest, dataclasses.replace(last, promised=("OK",)))
from sandbox.__main__ import main
sys.exit(main(["demo", "--store", "memory", "--port", "0"]))
"""


@pytest.mark.slow
def test_a_broken_promise_makes_the_demo_fail_before_it_serves(nursery: Nursery) -> None:
    child = nursery.start(code=BREAK_THE_DEMO)
    assert child.wait(60) == 1
    assert "promised OK, but saw BAD_SIGNATURE" in child.out
    assert "now you" not in child.out


@pytest.mark.slow
def test_on_a_terminal_the_tour_waits_for_enter_between_stops(tmp_path: Path) -> None:
    with terminal("tour", folder=tmp_path, env=environment(TERM="xterm")) as shown:
        for number in range(1, len(TOUR) + 1):
            read_until(shown, rf"{number} of {len(TOUR)} ")
            read_until(shown, "Enter")
            assert shown.expect([r"\d+ of \d+ ", "What if", pexpect.TIMEOUT], timeout=0.3) == 2
            shown.send("\r")
        read_until(shown, "What if")
        read_until(shown, "Every reason code was the promised one")
        shown.expect(pexpect.EOF)
        shown.wait()
        everything = shown.everything
    assert shown.exitstatus == 0
    assert not BAD_END.search(everything)
    assert colours(everything) != []


@pytest.mark.slow
def test_on_a_terminal_auto_waits_for_nobody(tmp_path: Path) -> None:
    env = environment(TERM="xterm", NO_COLOR="1")
    with terminal("tour", "--auto", folder=tmp_path, env=env) as shown:
        read_until(shown, "Every reason code was the promised one")
        shown.expect(pexpect.EOF)
        shown.wait()
        everything = shown.everything
    assert shown.exitstatus == 0
    assert "Enter" not in everything
    assert colours(everything) == []


@pytest.mark.slow
def test_the_end_of_input_goes_on_like_enter(tmp_path: Path) -> None:
    with terminal("tour", folder=tmp_path, env=environment(TERM="xterm")) as shown:
        for number in range(1, len(TOUR) + 1):
            read_until(shown, rf"{number} of {len(TOUR)} ")
            read_until(shown, "Enter")
            time.sleep(0.1)
            shown.sendeof()
        read_until(shown, "Every reason code was the promised one")
        shown.expect(pexpect.EOF)
        shown.wait()
    assert shown.exitstatus == 0


@pytest.mark.slow
def test_ctrl_c_ends_the_tour_without_a_traceback(tmp_path: Path) -> None:
    with terminal("tour", folder=tmp_path, env=environment(TERM="xterm")) as shown:
        read_until(shown, "2 of|Enter")
        press_ctrl_c(shown)
        shown.expect(pexpect.EOF, timeout=5)
        shown.wait()
        everything = shown.everything
    assert shown.exitstatus in (0, 130)
    assert not BAD_END.search(everything)


@pytest.mark.slow
@pytest.mark.parametrize("columns", [80, 60])
def test_the_tour_fits_a_terminal_of_this_width(tmp_path: Path, columns: int) -> None:
    env = environment(TERM="xterm", NO_COLOR="1")
    with terminal("tour", "--auto", folder=tmp_path, env=env, columns=columns) as shown:
        shown.expect(pexpect.EOF)
        shown.wait()
        everything = shown.everything
    assert shown.exitstatus == 0
    assert [line for line in plain_lines(everything) if len(line) > columns] == []


# The demo


@pytest.mark.slow
def test_the_demo_makes_five_stops_and_then_serves(nursery: Nursery) -> None:
    child = nursery.start("demo", "--store", "memory", "--port", "0")
    port = child.port
    assert child.ask("GET", "/").status == 200
    out = child.out
    assert_stops(out.partition("now you")[0], DEMO)
    assert re.search(rf"now you: http://localhost:{port}\b", out)
    time.sleep(0.5)
    assert child.process.poll() is None  # it stays
    assert seconds(lambda: child.end(signal.SIGTERM)) < 3
    assert child.process.returncode == 0
    assert child.err == ""
    assert max(map(len, child.out.splitlines())) <= 80


SLOW_DEMO = """
import sys, time
from sandbox.commands import demo
demo.walk = lambda *_: [print("walking", flush=True), time.sleep(60)]
from sandbox.__main__ import main
sys.exit(main(["demo", "--store", "memory", "--port", "0"]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_the_demo_can_be_stopped_in_the_middle_of_its_stops(
    nursery: Nursery, how: signal.Signals
) -> None:
    child = nursery.start(code=SLOW_DEMO)
    until(lambda: "walking" in child.out, STARTING)
    assert seconds(lambda: child.end(how)) < 3
    assert child.process.returncode in (0, 128 + how)
    assert not BAD_END.search(child.err)


@pytest.mark.slow
def test_the_demo_says_which_port_it_took_when_8000_is_in_use(nursery: Nursery) -> None:
    with socket.socket() as ours:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            ours.bind(("127.0.0.1", 8000))
            ours.listen()
        except OSError:
            pass  # somebody else has it, which is as good
        child = nursery.start("demo")
        assert 8000 < child.port <= 8050
        assert child.ask("GET", "/").status == 200
    assert (nursery.folder / "work" / "sessions.sqlite").exists()


@pytest.mark.slow
def test_a_port_in_use_is_said_without_a_traceback(nursery: Nursery) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, out, err = nursery.run("demo", "--store", "memory", "--port", str(port))
    assert code == 2
    assert f"Port {port} is in use" in err
    assert not BAD_END.search(out + err)


@pytest.mark.slow
def test_on_a_terminal_the_demo_never_waits_for_a_key(tmp_path: Path) -> None:
    env = environment(TERM="xterm-256color")
    arguments = ("demo", "--store", "memory", "--port", "0")
    with terminal(*arguments, folder=tmp_path, env=env) as shown:
        for number in range(1, 6):
            read_until(shown, f"{number} of 5 ")
        read_until(shown, r"now you: http://localhost:(\d+)")
        press_ctrl_c(shown)
        shown.expect(pexpect.EOF, timeout=10)
        shown.wait()
        everything = shown.everything
    assert shown.exitstatus == 0
    assert not BAD_END.search(everything)
    assert [line for line in plain_lines(everything) if len(line) > 80] == []


# Who reads them


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [("tour", "--auto"), ("demo", "--store", "memory", "--port", "0")], ids=str
)
def test_when_the_reader_leaves_early_no_traceback_is_printed(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """`python -m sandbox tour --auto | head -3`."""
    process = subprocess.Popen(
        command(*arguments),
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=default_signals,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        process.stdout.readline()
        process.stdout.close()
        process.wait(60)
        said = process.stderr.read().decode()
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
    assert not BAD_END.search(said), said
