"""A terminal that is stopped with Ctrl-S: nobody waits for it, and later it tells of everybody."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from tests.process.terminals import Shown, plain_lines, press_ctrl_c, read_until, terminal
from tests.process.test_under_load import counted, drawn
from tests.wire.children import environment
from tests.wire.raw_http import exchange, message

pytestmark = pytest.mark.slow

CTRL_S, CTRL_Q = "\x13", "\x11"
REQUESTS = 400  # their cards are far more than a terminal and the console's queue take


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Shown]:
    with terminal(
        "serve", "--port", "0", "--store", "memory", folder=tmp_path, env=environment()
    ) as shown:
        yield shown


def port_of(shown: Shown) -> int:
    read_until(shown, r"http://localhost:(\d+)")
    port = int(shown.match[1])
    read_until(shown, "builder")
    return port


def ask(port: int, path: str) -> int:
    return exchange(port, message(port, "GET", path)).status


def read_to_the_end(shown: Shown) -> str:
    shown.expect(pexpect.EOF)
    return "\n".join(line.rstrip() for line in plain_lines(shown.everything))


def test_everybody_is_answered_and_afterwards_drawn_or_counted(shown: Shown) -> None:
    port = port_of(shown)
    shown.send(CTRL_S)
    assert [ask(port, "/api/me") for _ in range(REQUESTS)] == [401] * REQUESTS
    with pytest.raises(pexpect.TIMEOUT):  # it is stopped: nothing came
        shown.read_nonblocking(timeout=0)
    shown.send(CTRL_Q)
    read_until(shown, "more requests, not drawn")
    press_ctrl_c(shown)
    screen = read_to_the_end(shown)
    assert drawn(screen) + counted(screen) == Counter({"NO_COOKIE": REQUESTS})
    assert drawn(screen).total() >= 40


def test_ctrl_c_ends_the_server_while_its_terminal_is_stopped(shown: Shown) -> None:
    port = port_of(shown)
    shown.send(CTRL_S)
    assert [ask(port, "/") for _ in range(REQUESTS)] == [200] * REQUESTS
    began = time.monotonic()
    shown.sendintr()
    shown.wait()
    assert time.monotonic() - began < 10
    assert shown.exitstatus == 0
