"""Express runs beside us: it says where it listens, and it never outlives whoever started it."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from sandbox.login.problems import Problem
from sandbox.tutor import express
from sandbox.tutor.express import ExpressServer, missing

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "lessons" / "11_from_here_to_passport" / "express"
SOON = 10.0  # seconds
needs_express = pytest.mark.skipif(bool(missing()), reason=missing())


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/").status_code == 200
    except httpx.HTTPError:
        return False


def comes_true(happens: Callable[[], bool]) -> bool:
    until = time.monotonic() + SOON
    while not happens() and time.monotonic() < until:
        time.sleep(0.02)
    return happens()


def test_the_versions_are_exact() -> None:
    wanted = json.loads((FOLDER / "package.json").read_text())["dependencies"]
    assert {"express", "express-session", "passport", "passport-local"} < set(wanted)
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())


def test_the_server_can_be_read_in_a_lesson() -> None:
    assert len((FOLDER / "server.js").read_text().splitlines()) <= 110


@pytest.mark.slow
@needs_express
def test_it_answers_where_it_says_until_it_is_stopped() -> None:
    server = ExpressServer(FOLDER)
    assert "Hello stranger" in httpx.get(f"http://127.0.0.1:{server.port}/").text
    server.stop()
    assert not answers(server.port)


@pytest.mark.slow
@needs_express
@pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127.0.0.0/8, as Linux has it")
def test_it_listens_on_one_address_only() -> None:
    server = ExpressServer(FOLDER)
    with socket.create_connection(("127.0.0.1", server.port)):
        pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", server.port)).close()
    server.stop()


@pytest.mark.slow
@needs_express
def test_it_ends_when_whoever_started_it_is_killed() -> None:
    code = (
        "from pathlib import Path; from sandbox.tutor.express import ExpressServer\n"
        f"print(ExpressServer(Path({str(FOLDER)!r})).port, flush=True); input()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        port = int(parent.stdout.readline())
        assert answers(port)
        parent.kill()
    assert comes_true(lambda: not answers(port))


@pytest.mark.slow
@needs_express
def test_a_server_that_does_not_start_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "server.js").write_text("require('nothing-of-this-name');\n")
    with pytest.raises(Problem, match=r"Express did not start.*Cannot find module 'nothing-of"):
        ExpressServer(tmp_path)


@pytest.mark.slow
@needs_express
def test_a_server_that_says_nothing_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "server.js").write_text("setInterval(() => {}, 1000);\n")
    monkeypatch.setattr(express, "PATIENCE", 0.5)
    with pytest.raises(Problem, match="It gave no reason"):
        ExpressServer(tmp_path)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    (tmp_path / ".ready").touch()
    return tmp_path


def test_without_node_it_is_said_what_to_install(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(express.shutil, "which", lambda name: None)
    with pytest.raises(Problem, match="Install Node and npm, then run: make express"):
        ExpressServer(FOLDER, installed)


def test_without_its_packages_it_is_said_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(express.shutil, "which", lambda name: f"/bin/{name}")
    with pytest.raises(Problem, match="Run: make express"):
        ExpressServer(FOLDER, tmp_path)


def test_with_both_nothing_is_missing(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(express.shutil, "which", lambda name: f"/bin/{name}")
    assert missing(installed) == ""
