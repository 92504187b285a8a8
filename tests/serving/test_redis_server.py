"""A Redis of our own: it starts, is killed, starts again, and leaves nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.login.problems import Problem
from sandbox.serving.redis_server import RedisServer
from tests.one_redis import own_redis, plain_client
from tests.process.workers import is_running
from tests.wire.raw_http import until


@pytest.fixture(params=[False, True], ids=["in memory", "on the disk"])
def server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    server = own_redis(on_the_disk=request.param)
    yield server
    server.stop()


def test_it_answers_at_its_address_when_it_has_started(server: RedisServer) -> None:
    with plain_client(server.start().url) as client:
        assert client.ping() is True


def test_killed_and_started_again_it_has_what_was_on_the_disk(server: RedisServer) -> None:
    with plain_client(server.start().url) as client:
        client.set("word", "tulip")
        appends = client.config_get("append*")
        server.kill()
        server.start()
        kept = client.get("word")
    assert kept == ("tulip" if appends["appendonly"] == "yes" else None)
    assert appends["appendonly"] == "no" or appends["appendfsync"] == "always"


def test_it_listens_on_loopback_only(server: RedisServer) -> None:
    with plain_client(server.start().url) as client:
        assert client.config_get("bind") == {"bind": "127.0.0.1"}


def test_stopped_it_leaves_no_process_and_no_folder(server: RedisServer) -> None:
    with plain_client(server.start().url) as client:
        pid = client.info("server")["process_id"]
        folder = Path(client.config_get("dir")["dir"])
    assert folder.exists()
    server.stop()
    assert not Path(f"/proc/{pid}").exists()
    assert not folder.exists()
    server.stop()  # no harm


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGHUP], ids=lambda how: how.name)
def test_it_does_not_outlive_whoever_started_it(how: signal.Signals) -> None:
    """SIGHUP comes when a terminal is closed, and redis-server does not mind it."""
    own_redis().stop()  # or the test is skipped
    starts = (
        "from sandbox.serving.redis_server import RedisServer\n"
        "server = RedisServer().start()\n"
        "print(server.url, flush=True)\n"
        "input()\n"
    )
    pipe = subprocess.PIPE
    starter = subprocess.Popen([sys.executable, "-c", starts], stdin=pipe, stdout=pipe, text=True)
    assert starter.stdout
    with plain_client(starter.stdout.readline().strip()) as client:
        pid, folder = client.info("server")["process_id"], client.config_get("dir")["dir"]
    starter.send_signal(how)
    starter.communicate()
    until(lambda: not is_running(pid) and not Path(folder).exists())


def test_where_it_is_not_installed_the_sentence_says_what_to_type(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Problem, match="apt install redis-server"):
        RedisServer()


def test_when_it_cannot_start_its_own_last_words_are_told(server: RedisServer) -> None:
    server.start()
    second = own_redis()
    second.port = server.port
    with pytest.raises(Problem, match="did not start on port"):
        second.start()
