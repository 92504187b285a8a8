"""`python -m sandbox serve` as a process: ports, signals, stores, locales, and who reads it."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pexpect
import pytest

from tests.process.terminals import (
    COLOUR,
    close_terminal,
    colours,
    plain_lines,
    press_ctrl_c,
    read_until,
    terminal,
)
from tests.wire.children import (
    STARTING,
    Child,
    Nursery,
    command,
    default_signals,
    environment,
    seconds,
)
from tests.wire.raw_http import FORM, Answer, exchange, message, take_apart, until

RIGHT = urlencode({"username": "alice", "password": "wonderland"}).encode()
WRONG = urlencode({"username": "alice", "password": "wrong"}).encode()
NOT_NICE = re.compile(r"Traceback|Exception|Error:|BrokenPipe|^  File ", re.MULTILINE)
SLOW = pytest.mark.slow
CLEAN_STOP = 3.0  # seconds; the aim is one, a busy machine gets some more


def log_in(child: Child) -> str:
    answer = child.ask("POST", "/login", [FORM], RIGHT)
    assert answer.status == 303
    return answer.one("Set-Cookie").partition(";")[0]


def code_for(child: Child, cookie: str) -> str:
    answer = child.ask("GET", "/api/me", [("Cookie", cookie)])
    return "OK" if answer.status == 200 else json.loads(answer.body)["error"]["code"]


def assert_refused(run: tuple[int, str, str], *words: str) -> None:
    """Exit 2, nothing on standard output, one or a few plain sentences on standard error."""
    code, out, err = run
    assert code == 2, err
    assert out == ""
    assert not NOT_NICE.search(err), err
    assert len(err.strip().splitlines()) == 1, err
    assert err.strip().endswith(".")
    for word in words:
        assert word in err


# Ports


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_a_port_in_use_is_one_sentence_with_the_remedy(nursery: Nursery, taken_port: int) -> None:
    run = nursery.run("serve", "--store", "memory", "--port", str(taken_port))
    assert_refused(run, f"Port {taken_port} is in use", f"--port {taken_port + 1}")


def test_a_port_in_use_on_ipv6_only_counts_too(nursery: Nursery) -> None:
    """Or the browser's `localhost` would reach that other program."""
    with socket.socket(socket.AF_INET6) as taken:
        taken.bind(("::1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert_refused(nursery.run("serve", "--store", "memory", "--port", str(port)), str(port))


@pytest.mark.parametrize(
    "port", ["99999", pytest.param("65536", marks=SLOW), pytest.param("-1", marks=SLOW)]
)
def test_a_port_that_cannot_be_is_refused_with_a_sentence(nursery: Nursery, port: str) -> None:
    code, out, err = nursery.run("serve", "--store", "memory", "--port", port)
    assert code == 2, err
    assert out == ""
    assert not NOT_NICE.search(err), err
    assert port in err


def test_without_a_port_the_next_free_one_is_taken_and_said(nursery: Nursery) -> None:
    with socket.socket() as ours:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            ours.bind(("127.0.0.1", 8000))
            ours.listen()
        except OSError:
            pass  # somebody else has it, which is as good
        child = nursery.start("serve", "--store", "memory")
        assert 8000 < child.port <= 8050
        assert "Port 8000 is in use" in child.err
        assert child.ask("GET", "/").status == 200
        assert f"http://localhost:{child.port}" in child.out


def test_it_listens_on_both_loopbacks_and_nowhere_else(nursery: Nursery) -> None:
    child = nursery.serve()
    assert exchange(child.port, message(child.port, "GET", "/"), "127.0.0.1").status == 200
    if has_ipv6():
        assert exchange(child.port, message(child.port, "GET", "/"), "::1").status == 200
    else:
        assert "no IPv6" in child.err
    for address in other_addresses():
        with pytest.raises(OSError, match=r"refused|unreachable|timed out"):
            socket.create_connection((address, child.port), timeout=2).close()


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def other_addresses() -> list[str]:
    """127.0.0.2 answers a server that listens on every address; so do this machine's own."""
    found = {"127.0.0.2"}
    for family, place in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((place, 9))  # nothing is sent
                found.add(probe.getsockname()[0])
            except OSError:
                pass
    return sorted(found - {"127.0.0.1", "::1"})


@pytest.mark.slow
def test_a_name_is_allowed_in_any_case(nursery: Nursery) -> None:
    child = nursery.serve("--allow-host", "Class.Example")
    assert child.ask("GET", "/", [("Host", "class.example:80")]).status == 200
    assert child.ask("GET", "/", [("Host", "other.example")]).status == 403


# Ending


@pytest.mark.slow
@pytest.mark.parametrize("trace", ["console", "json", "off"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_it_ends_cleanly_and_soon(nursery: Nursery, how: signal.Signals, trace: str) -> None:
    child = nursery.serve("--trace", trace)
    child.ask("GET", "/")
    kept_open = socket.create_connection(("127.0.0.1", child.port))
    with kept_open:  # a browser keeps its connection
        took = seconds(lambda: child.end(how))
    assert child.process.returncode == 0
    assert took < CLEAN_STOP
    assert not NOT_NICE.search(child.out + child.err)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", child.port)).close()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_asked_twice_it_ends_as_cleanly(nursery: Nursery, how: signal.Signals) -> None:
    child = nursery.serve()
    child.ask("GET", "/")
    child.process.send_signal(how)
    child.process.send_signal(how)
    assert child.wait() == 0
    assert not NOT_NICE.search(child.out + child.err)


@pytest.mark.slow
def test_asked_again_and_again_it_prints_no_traceback(nursery: Nursery) -> None:
    """The exit code may be the signal's: Python lets go of its handlers a moment before it ends."""
    child = nursery.serve()
    child.ask("GET", "/")
    while child.process.poll() is None:
        child.process.send_signal(signal.SIGTERM)
        time.sleep(0.01)
    assert child.wait() in (0, -signal.SIGTERM)
    assert not NOT_NICE.search(child.out + child.err)


@pytest.mark.slow
def test_asked_as_soon_as_it_has_greeted_it_ends_cleanly(nursery: Nursery) -> None:
    for _ in range(10):
        child = nursery.start("serve", "--store", "memory", "--port", "0")
        until(lambda c=child: "Ctrl-C" in c.out, STARTING)
        assert child.end(signal.SIGTERM) == 0


@pytest.mark.slow
def test_a_request_that_never_ends_does_not_hold_it_up(nursery: Nursery) -> None:
    child = nursery.serve()
    with socket.create_connection(("127.0.0.1", child.port)) as half:
        half.sendall(b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nab")
        time.sleep(0.2)
        assert seconds(lambda: child.end()) < CLEAN_STOP
    assert child.process.returncode == 0


# What is kept


@pytest.mark.slow
def test_sessions_in_sqlite_outlive_a_restart(nursery: Nursery) -> None:
    first = nursery.serve("--store", "sqlite:sessions.sqlite")
    cookie = log_in(first)
    body = b"word=tulip"
    first.ask("POST", "/word", [FORM, ("Cookie", cookie)], body)
    assert first.end() == 0
    second = nursery.serve("--store", "sqlite:sessions.sqlite")
    answer = second.ask("GET", "/api/me", [("Cookie", cookie)])
    assert json.loads(answer.body) == {"user": "alice", "word": "tulip"}
    assert "earlier run" not in second.out + second.err
    assert second.end() == 0
    assert "Made a signing key" in first.err
    assert "Made a signing key" not in second.err


@pytest.mark.slow
def test_without_being_asked_sessions_stand_in_the_folder_work(nursery: Nursery) -> None:
    child = nursery.start("serve", "--port", "0")
    cookie = log_in(child)
    assert child.end() == 0
    assert (nursery.folder / "work" / "sessions.sqlite").exists()
    keys = nursery.folder / "work" / "sessions.sqlite.keys"
    assert keys.stat().st_mode & 0o777 == 0o600
    assert cookie.encode() not in (nursery.folder / "work" / "sessions.sqlite").read_bytes()
    again = nursery.start("serve", "--port", "0")
    assert code_for(again, cookie) == "OK"


@pytest.mark.parametrize("trace", ["console", "json"])
@pytest.mark.slow
def test_a_cookie_of_an_earlier_run_is_refused_and_said_once(nursery: Nursery, trace: str) -> None:
    first = nursery.serve()
    cookie = log_in(first)
    assert first.end() == 0
    time.sleep(2.1)  # whole seconds stand in a cookie
    second = nursery.serve("--trace", trace)
    for _ in range(3):
        assert code_for(second, cookie) == "BAD_SIGNATURE"
    assert code_for(second, "") == "NO_COOKIE"
    assert second.end() == 0
    prose = second.out if trace == "console" else second.err
    assert prose.count("still carry a cookie of an earlier run") == 1


@pytest.mark.slow
def test_a_session_that_was_silent_too_long_is_told_so(nursery: Nursery) -> None:
    child = nursery.serve("--idle", "1", "--lifetime", "3600")
    cookie = log_in(child)
    assert code_for(child, cookie) == "OK"
    time.sleep(1.2)
    assert code_for(child, cookie) == "IDLE_TIMEOUT"


# Who reads it


@pytest.mark.parametrize("trace", ["console", "json"])
@pytest.mark.slow
def test_when_nobody_reads_any_more_it_ends_cleanly(tmp_path: Path, trace: str) -> None:
    """`python -m sandbox serve | head -1`."""
    argv = command("serve", "--store", "memory", "--port", "0", "--trace", trace)
    process = subprocess.Popen(
        argv,
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
        greets = process.stdout if trace == "console" else process.stderr
        port = int(re.search(rb":(\d+) ", until_line(greets))[1])  # type: ignore[index]
        ask_until_answered(port)
        process.stdout.close()
        for _ in range(200):
            if process.poll() is not None:
                break
            try:
                exchange(port, message(port, "GET", "/"))
            except (OSError, AssertionError):
                break
            time.sleep(0.02)
        code = process.wait(10)
        said = process.stderr.read().decode()
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
    assert code == 0, said
    assert not NOT_NICE.search(said), said
    assert said.count("Nobody reads the trace any more, so the server ends.\n") == 1


def until_line(stream: Any) -> bytes:
    ready, _, _ = select.select([stream], [], [], STARTING)
    assert ready, "nothing was said"
    line: bytes = stream.readline()
    return line


def ask_until_answered(port: int) -> Answer:
    def answered() -> Answer | None:
        try:
            return exchange(port, message(port, "GET", "/"))
        except OSError:
            return None

    answer: Answer = until(answered, STARTING)
    return answer


FIELDS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "request": {
        "at": float,
        "method": str,
        "path": str,
        "visitor": str,
        "cookies": list,
        "notes": list,
    },
    "stage_started": {"seq": int, "stage": str, "story": str, "lane": str},
    "stage_ended": {
        "seq": int,
        "stage": str,
        "story": str,
        "lane": str,
        "outcome": str,
        "evidence": dict,
        "source": str,
        "us": int,
    },
    "response": {
        "status": int,
        "set_cookie": list,
        "verdict": str,
        "skipped": list,
        "lamps": dict,
        "ms": (int, float),
    },
}
CODES = set(
    """OK NO_COOKIE MALFORMED BAD_SIGNATURE EXPIRED UNKNOWN_SESSION IDLE_TIMEOUT ABSOLUTE_TIMEOUT
    UNKNOWN_USER BAD_CREDENTIALS THROTTLED CROSS_SITE FOREIGN_HOST STORE_DOWN CRASHED""".split()  # noqa: SIM905
)
LAMPS = {
    "NO_COOKIE": ("not_asked", "not_asked"),
    "MALFORMED": ("no", "not_asked"),
    "BAD_SIGNATURE": ("no", "not_asked"),
    "UNKNOWN_SESSION": ("yes", "no"),
    "OK": ("yes", "yes"),
}
LANES = ("browser", "server", "signer", "store", "guard")


def visit(child: Child) -> list[tuple[str, int, str]]:
    """A login and what surrounds it; the verdicts and statuses that are promised."""
    changed = "sandbox_session=a.b.c"

    def ask(method: str, path: str, cookie: str = "", body: bytes = b"", **more: str) -> None:
        headers: list[tuple[str, str | bytes]] = [FORM, *more.items()]
        child.ask(method, path, headers + ([("Cookie", cookie)] if cookie else []), body)

    ask("GET", "/profile")
    ask("POST", "/login", body=WRONG)
    cookie = log_in(child)
    ask("GET", "/profile", f"theme=dark; {cookie}")
    ask("GET", "/api/me", changed)
    ask("GET", "/api/me", "sandbox_session=abc")
    ask("GET", "/", Host="evil.example")
    ask("POST", "/logout", cookie, Origin="null")
    ask("POST", "/login", body=b"x" * 70000)
    ask("POST", "/logout", cookie)
    ask("GET", "/api/me", cookie)
    child.ask("GET", "/static/style.css")
    return [
        ("NO_COOKIE", 303, "/profile"),
        ("BAD_CREDENTIALS", 401, "/login"),
        ("OK", 303, "/login"),
        ("OK", 200, "/profile"),
        ("BAD_SIGNATURE", 401, "/api/me"),
        ("MALFORMED", 401, "/api/me"),
        ("FOREIGN_HOST", 403, "/"),
        ("CROSS_SITE", 403, "/logout"),
        (None, 413, "/login"),  # type: ignore[list-item]  # no story ran: no code
        ("OK", 303, "/logout"),
        ("UNKNOWN_SESSION", 401, "/api/me"),
    ]


def test_with_json_every_line_is_an_event_of_the_schema_and_prose_is_elsewhere(
    nursery: Nursery,
) -> None:
    child = nursery.serve("--trace", "json")
    promised = visit(child)
    assert child.end() == 0
    assert child.out.endswith("\n")
    events = [json.loads(line) for line in child.out.splitlines()]
    for event in events:
        assert event["v"] == 1
        assert isinstance(event["id"], int)
        for name, kind in FIELDS[event["type"]].items():
            assert isinstance(event[name], kind), (name, event)
        if "lane" in event:
            assert event["lane"] in LANES
        if "source" in event:
            assert re.fullmatch(r"login/[\w/]+\.py:\d+", event["source"])
        assert {event.get("outcome", "OK"), event.get("verdict", "OK")} <= {*CODES, "SKIPPED"}
    by_id: dict[int, list[dict[str, Any]]] = {}
    for event in events:
        by_id.setdefault(event["id"], []).append(event)
    for of_request, (verdict, status, path) in zip(by_id.values(), promised, strict=True):
        first, *stages, last = of_request
        assert (first["type"], last["type"]) == ("request", "response")
        assert [each["seq"] for each in stages] == list(range(1, len(stages) + 1))
        started = [each["stage"] for each in stages if each["type"] == "stage_started"]
        assert started == [each["stage"] for each in stages if each["type"] == "stage_ended"]
        assert (last["status"], first["path"]) == (status, path)
        assert verdict in (None, last["verdict"])
        recognised = [each for each in stages if each.get("story") == "recognise"]
        if recognised:
            code = recognised[-1]["outcome"]
            assert (last["lamps"]["issued"], last["lamps"]["alive"]) == LAMPS[code]
        else:
            assert last["lamps"] == {"issued": "not_asked", "alive": "not_asked"}
    assert "Login Sandbox: http://localhost:" in child.err
    assert "alice/wonderland" in child.err


def test_with_trace_off_the_greeting_is_all_there_is(nursery: Nursery) -> None:
    child = nursery.serve("--trace", "off")
    visit(child)
    assert child.end() == 0
    assert child.out.splitlines()[0].startswith("Login Sandbox: http://localhost:")
    assert len(child.out.split()) < 20
    for mark in ("#1", "GET", "NO_COOKIE", "{"):
        assert mark not in child.out + child.err


def test_the_console_draws_a_card_for_each_request(nursery: Nursery) -> None:
    child = nursery.serve("--trace", "console")
    promised = visit(child)
    assert child.end() == 0
    assert child.err == ""
    cards = re.findall(r"^#(\d+) (?:GET|POST) (\S+)", child.out, re.MULTILINE)
    assert [path for _, path in cards] == [path for _, _, path in promised]
    for (number, _), (code, status, _path) in zip(cards, promised, strict=True):
        assert f"#{number} → {status} " in child.out
        if code not in (None, "OK"):
            assert re.search(rf"^#{number} \w+ +✗ {code}", child.out, re.MULTILINE)
    assert max(map(len, child.out.splitlines())) <= 80


# What is refused at the start


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--lifetime", "86400"], ["86400 s", "--lifetime"]),
        pytest.param(["--lifetime", "1e9"], ["--lifetime"], marks=SLOW),
        pytest.param(["--lifetime", "inf"], ["--lifetime"], marks=SLOW),
        pytest.param(["--lifetime", "0"], ["0 s"], marks=SLOW),
        (["--idle", "0"], ["0 s"]),
        pytest.param(["--idle", "-5"], [], marks=SLOW),
        pytest.param(["--idle", "nan"], [], marks=SLOW),
        pytest.param(["--lifetime", "nan"], [], marks=SLOW),
        (["--store", "nonsense"], ["nonsense", "--store"]),
        pytest.param(["--store", ""], ["--store"], marks=SLOW),
        pytest.param(["--store", "redis:x"], ["--store"], marks=SLOW),
        (["--store", "redis://:hunter2@127.0.0.1:1/0"], ["at 127.0.0.1:1 ", "refused", "--store"]),
        (["--store", "sqlite:."], ["session store . ", "--store"]),
        (["--keys", "missing.keys"], ["missing.keys", "one key per line"]),
        (["--keys", "empty.keys"], ["empty.keys", "no key"]),
        pytest.param(["--keys", "blank.keys"], ["blank.keys", "no key"], marks=SLOW),
        pytest.param(["--keys", "."], ["cannot be read"], marks=SLOW),
        pytest.param(
            ["--store", "sqlite:no/such/folder/x.sqlite"], ["x.sqlite", "--store"], marks=SLOW
        ),
    ],
    ids=lambda each: " ".join(each),
)
def test_what_cannot_be_is_refused_with_a_sentence(
    nursery: Nursery, arguments: list[str], words: list[str]
) -> None:
    (nursery.folder / "empty.keys").write_bytes(b"")
    (nursery.folder / "blank.keys").write_bytes(b"\n  \n\t\n")
    given = arguments if "--store" in arguments else [*arguments, "--store", "memory"]
    child = nursery.start("serve", "--port", "0", *given)
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        pytest.fail(f"it serves: {child.out}{child.err}")
    assert_refused((child.process.returncode, child.out, child.err), *words)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        pytest.param(["serve", "--nonsense"], marks=SLOW),
        pytest.param(["serve", "--trace", "loud"], marks=SLOW),
        pytest.param(["serve", "--port", "x"], marks=SLOW),
    ],
    ids=" ".join,
)
def test_an_unknown_word_is_answered_with_the_usage(nursery: Nursery, arguments: list[str]) -> None:
    code, out, err = nursery.run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("usage: python -m sandbox")
    assert not re.search(r"Traceback", err)


@pytest.mark.slow
def test_the_help_names_every_command_and_each_has_its_own(nursery: Nursery) -> None:
    code, out, err = nursery.run("--help")
    assert (code, err) == (0, "")
    for name in ("demo", "serve", "tour", "cookie", "keys"):
        assert re.search(rf"^ +{name} +\w", out, re.MULTILINE)
    children = [
        nursery.start(name, "--help") for name in ("demo", "serve", "tour", "cookie", "keys")
    ]
    for child in children:
        assert child.wait() == 0, child.err
        assert child.err == ""
    pinned = ["port", "store", "trace", "keys", "secure", "idle", "lifetime", "allow-host"]
    for option in [f"--{name}" for name in pinned]:
        assert option in children[1].out


def text_file(path: Path) -> None:
    path.write_text("Dear diary, I am no database.\n" * 50)


def other_database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE treasures (id TEXT, treasure TEXT)")
        connection.execute("INSERT INTO treasures VALUES ('1', 'gold')")
    connection.close()


def other_database_much_like_ours(path: Path) -> None:
    """Only the application id in the file's header tells that it is not ours."""
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE sessions (id TEXT, user TEXT, began REAL, seen REAL, word, flash)"
        )
        connection.execute("INSERT INTO sessions VALUES ('1', 'carol', 0, 0, 'gold', '[]')")
    connection.close()


def other_database_in_wal_mode(path: Path) -> None:
    other_database(path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


def short_text(path: Path) -> None:
    path.write_bytes(b"x")


def our_database(nursery: Nursery, path: Path) -> None:
    child = nursery.serve("--store", f"sqlite:{path.name}")
    log_in(child)
    assert child.end() == 0


@pytest.mark.parametrize(
    "make",
    [
        text_file,
        other_database,
        pytest.param(short_text, marks=SLOW),
        pytest.param(other_database_in_wal_mode, marks=SLOW),
        pytest.param(other_database_much_like_ours, marks=SLOW),
    ],
)
def test_a_file_that_is_not_ours_is_refused_and_left_as_it_is(
    nursery: Nursery, make: Callable[[Path], None]
) -> None:
    path = nursery.folder / "theirs.sqlite"
    make(path)
    before, stamp = path.read_bytes(), path.stat().st_mtime_ns
    files = set(nursery.folder.glob("theirs*"))
    assert_refused(nursery.run("serve", "--store", f"sqlite:{path.name}"), path.name, "--store")
    assert path.read_bytes() == before
    assert path.stat().st_mtime_ns == stamp
    assert set(nursery.folder.glob("theirs*")) == files


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["in the middle", "cut short", "in the first page"])
def test_a_damaged_file_of_ours_is_refused_and_left_as_it_is(nursery: Nursery, damage: str) -> None:
    path = nursery.folder / "ours.sqlite"
    our_database(nursery, path)
    sound = path.read_bytes()
    broken = {
        "in the middle": sound[:4096] + b"\xff" * 4096 + sound[8192:],
        "cut short": sound[:6000],
        "in the first page": sound[:100] + b"\xff" * 200 + sound[300:],
    }[damage]
    path.write_bytes(broken)
    assert_refused(nursery.run("serve", "--store", "sqlite:ours.sqlite"), "ours.sqlite")
    assert path.read_bytes() == broken


def test_a_folder_in_the_place_of_the_database_is_refused(nursery: Nursery) -> None:
    (nursery.folder / "folder").mkdir()
    assert_refused(nursery.run("serve", "--store", "sqlite:folder"), "folder", "--store")
    assert list((nursery.folder / "folder").iterdir()) == []


def test_a_file_in_the_place_of_the_folder_work_is_refused(nursery: Nursery) -> None:
    (nursery.folder / "work").write_text("I am a file.")
    assert_refused(nursery.run("serve", "--port", "0"), "work", "--store")
    assert (nursery.folder / "work").read_text() == "I am a file."


# Locales and terminals


@pytest.mark.slow
@pytest.mark.parametrize(
    "given",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
    ],
    ids=str,
)
@pytest.mark.parametrize("trace", ["console", "json"])
def test_where_only_ascii_can_be_written_nothing_is_lost(
    nursery: Nursery, given: dict[str, str], trace: str
) -> None:
    child = nursery.serve("--trace", trace, env=environment(**given))
    visit(child)
    child.ask("GET", "/pr\xf6file?\xe9=1", [("Cookie", "sandbox_session=\xe9.\xff.\xa0")])
    assert child.end() == 0
    assert child.err == "" if trace == "console" else not NOT_NICE.search(child.err)
    ascii_only = (
        child.out_bytes.replace(b"\xb7", b"") if "latin-1" in str(given) else child.out_bytes
    )
    ascii_only.decode("ascii")
    assert "UNKNOWN_SESSION" in child.out
    if trace == "console":
        assert "x BAD_SIGNATURE" in child.out
        assert "-> 200 OK" in child.out


@pytest.mark.slow
@pytest.mark.parametrize("colour", ["with colour", "NO_COLOR"])
@pytest.mark.parametrize("columns", [80, 60])
def test_on_a_terminal_no_line_is_wider_and_no_color_is_obeyed(
    tmp_path: Path, colour: str, columns: int
) -> None:
    env = environment(TERM="xterm-256color", **({"NO_COLOR": "1"} if colour == "NO_COLOR" else {}))
    with terminal(
        "serve", "--port", "0", "--store", "memory", columns=columns, folder=tmp_path, env=env
    ) as shown:
        read_until(shown, r"http://localhost:(\d+)")
        port = int(shown.match[1])

        def ask(
            method: str, path: str, *headers: tuple[str, str | bytes], body: bytes = b""
        ) -> Answer:
            return exchange(port, message(port, method, path, list(headers), body))

        cookie = take_apart(ask("POST", "/login", FORM, body=RIGHT).raw).one("Set-Cookie")
        cookie = cookie.partition(";")[0]
        ask("GET", "/profile", ("Cookie", cookie))
        ask("GET", "/profile", ("Cookie", "sandbox_session=abc.AAAA.ghi; other=1"))  # left over
        ask("GET", "/profile", ("Cookie", "sandbox_session=" + "long" * 100))
        ask("GET", "/profile", ("Cookie", "sandbox_session=a." + "long" * 100 + ".c"))
        ask("GET", "/" + "long-path/" * 40 + "?" + "name=1&" * 30)
        ask("GET", "/", ("Host", "evil.example" * 20))
        ask("POST", "/logout", ("Origin", "http://evil.example"), ("Cookie", cookie))
        ask("POST", "/logout", ("Cookie", cookie))
        read_until(shown, r"drop it now")
        press_ctrl_c(shown)
        shown.expect(pexpect.EOF)
        everything = shown.everything
    assert shown.exitstatus == 0
    assert not NOT_NICE.search(everything)
    too_wide = [line for line in plain_lines(everything) if len(line) > columns]
    assert too_wide == []
    assert bool(colours(everything)) == (colour == "with colour")


ESCAPES = [
    b"\x9b31m",  # CSI, one byte of C1
    b"\x9d0;title\x9c",  # OSC
    b"\x90q\x9c",
    b"\xc2\x9b31m",  # the same in UTF-8
    b"\xc2\x9d0;title\xc2\x9c",
    b"%1b[31m",
    b"%1b]0;title%07",
    b"%9b31m",
    b"%c2%9b31m",
    b"\\x1b[31m\\u001b[31m",
    b"[red]markup[/red][link=http://evil.example]here[/link]:smile:",
    b"\xe2\x80\xaeright-to-left\xe2\x80\xac",
    b"\xe2\x80\xa8line",
]


@pytest.mark.slow
@pytest.mark.parametrize("trace", ["console", "json"])
def test_no_terminal_escape_gets_from_the_wire_to_the_screen(nursery: Nursery, trace: str) -> None:
    child = nursery.serve("--trace", trace)
    places = (
        "User-Agent",
        "Cookie",
        "Origin",
        "Sec-Fetch-Site",
        "Host",
        "Referer",
        "X-Forwarded-For",
    )
    raw = [b"\x1b[31m", b"\x1b]0;title\x07", *ESCAPES]
    for escape in raw:
        for place in places:
            child.ask(
                "POST" if place in ("Origin", "Sec-Fetch-Site") else "GET", "/", [(place, escape)]
            )
        for before, after in ((b"sandbox_session=", b".a.b"), (b"sandbox_session=a.", b".b")):
            child.ask("GET", "/profile", [("Cookie", before + escape + after)])
        for pair in (
            escape + b"=1",
            b"x" + escape + b"=" + escape,
            b"sandbox_session=a.b." + escape,
        ):
            child.ask("GET", "/profile", [("Cookie", pair)])
        child.ask("GET", "/profile", [("User-Agent", b"curl/" + escape)])
        child.ask("GET", "/profile", [("User-Agent", b"sandbox-visitor (" + escape + b")")])
        child.ask("POST", "/login", [FORM], b"username=" + escape + b"&password=" + escape)
        in_line = escape.decode("latin-1")
        for target in (
            f"/{in_line}",
            f"/?{in_line}=1",
            f"/login?next=/{in_line}",
            f"/api/{in_line}",
        ):
            child.ask("GET", target)
        child.ask(f"GET{in_line.upper()}", "/")
    assert child.end() == 0
    assert "BAD_SIGNATURE" in child.out
    for written in (child.out_bytes, child.err.encode(errors="surrogateescape")):
        text = written.decode("utf-8")  # no stray byte either
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", text)
    assert not NOT_NICE.search(child.err)
    if trace == "json":
        for line in child.out.splitlines():
            values = list(texts(json.loads(line)))
            assert all(value.isprintable() for value in values), line


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


def test_the_colours_of_the_tests_are_what_a_terminal_takes_for_colours() -> None:
    assert colours("\x1b[31mred\x1b[0m \x1b[1;38;5;2mx") == ["\x1b[31m", "\x1b[1;38;5;2m"]
    assert colours("\x1b[1mbold\x1b[0m \x1b[2mdim") == []
    assert COLOUR.fullmatch("31")


@pytest.mark.slow
def test_closing_a_terminal_ends_the_child(tmp_path: Path) -> None:
    env = environment(TERM="xterm")
    with terminal("serve", "--port", "0", "--store", "memory", folder=tmp_path, env=env) as shown:
        read_until(shown, r"http://localhost:(\d+)")
        pid = shown.pid
    close_terminal(shown)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
