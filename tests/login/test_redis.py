"""The Redis store: what Redis holds, what expires, what is refused, what if it is lost."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sandbox.login.problems import Problem
from sandbox.login.refusals import StoreDown
from sandbox.login.sessions import Limits
from sandbox.login.stores import Session
from sandbox.login.stores.redis import RedisStore
from sandbox.serving.redis_server import RedisServer
from tests.one_redis import one_redis, own_redis, plain_client, redis_store
from tests.wire.children import seconds

ALICE = Session("alice 1", "alice", began=100.5, seen=200.25, word="tulip", flash=("hello",))
ALICE_AGAIN = Session("alice 2", "alice", began=150, seen=300)
PROMPTLY = 2.5  # seconds: one patience of a second, on a busy machine


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RedisStore]:
    store = redis_store(tmp_path)
    yield store
    store.close()


@pytest.fixture
def redis(store: RedisStore) -> Any:
    """The same Redis, as another program sees it."""
    return plain_client()


@pytest.fixture
def own() -> Iterator[RedisServer]:
    """A Redis that a test may kill."""
    server = own_redis()
    yield server
    server.stop()


def told(error: pytest.ExceptionInfo[StoreDown]) -> Any:
    assert error.value.evidence["store"] == "redis"
    return error.value.evidence["error"]


# What Redis holds


def test_a_row_is_a_hash_with_plain_fields(store: RedisStore, redis: Any) -> None:
    store.create(ALICE)
    assert redis.hgetall("session:alice 1") == {
        "user": "alice",
        "began": "100.5",
        "seen": "200.25",
        "word": "tulip",
        "flash": '["hello"]',
    }


def test_nothing_is_left_when_all_sessions_have_ended(store: RedisStore, redis: Any) -> None:
    for end in (store.delete, lambda _: store.delete_all_of("alice"), lambda _: store.sweep(1000)):
        store.create(ALICE)
        end(ALICE.id)
        assert redis.keys() == []


def test_redis_lets_go_of_everything_by_itself_soon_after_the_cookie(
    store: RedisStore, redis: Any
) -> None:
    store.create(ALICE)
    store.create(Session("nobody 1", None, 1, 1))
    lasts = {key: redis.ttl(key) for key in redis.scan_iter()}
    rows = {"session:alice 1", "session:nobody 1"}
    assert set(lasts) == {"sessions_of:alice", "sessions_by_age"} | rows
    for each in lasts.values():
        assert Limits.cookie_age < each <= Limits.cookie_age + 120


def test_only_a_login_begins_the_time_of_a_row_anew(redis: Any) -> None:
    store = RedisStore(one_redis().url, ttl=1000)
    redis.flushdb()
    store.create(ALICE)
    redis.expire("session:alice 1", 10)
    store.touch(ALICE.id, 999)
    store.write(ALICE.id, word="rose", flash=("saved",))
    assert 0 < redis.ttl("session:alice 1") <= 10
    store.replace(ALICE.id, Session("new", "alice", 500, 500))
    assert 990 < redis.ttl("session:new") <= 1000
    store.close()


@pytest.fixture
def with_one_expired(store: RedisStore, redis: Any) -> RedisStore:
    """alice has two sessions, and the row of the first has expired."""
    store.create(ALICE)
    store.create(ALICE_AGAIN)
    redis.delete("session:alice 1")  # all that Redis does when the time of a key is over
    return store


def test_a_row_that_has_expired_is_not_listed_and_leaves_the_list(
    with_one_expired: RedisStore, redis: Any
) -> None:
    assert with_one_expired.all_of("alice") == [ALICE_AGAIN]
    assert redis.smembers("sessions_of:alice") == {"alice 2"}


def test_a_row_that_has_expired_is_not_counted_as_ended(
    with_one_expired: RedisStore, redis: Any
) -> None:
    assert with_one_expired.delete_all_of("alice") == 1
    assert with_one_expired.sweep(1000) == 0
    assert redis.keys() == []


def test_a_row_that_has_expired_is_swept_without_being_counted(
    with_one_expired: RedisStore, redis: Any
) -> None:
    assert with_one_expired.sweep(101) == 0
    assert redis.zrange("sessions_by_age", 0, -1) == ["alice 2"]


def test_an_id_that_expired_and_went_to_somebody_else_is_not_listed_for_both(
    with_one_expired: RedisStore,
) -> None:
    with_one_expired.create(Session("alice 1", "bob", 500, 500))
    assert with_one_expired.all_of("alice") == [ALICE_AGAIN]


def test_an_id_that_expired_and_went_to_somebody_else_is_not_ended_for_both(
    with_one_expired: RedisStore,
) -> None:
    with_one_expired.create(Session("alice 1", "bob", 500, 500))
    assert with_one_expired.delete_all_of("alice") == 1
    assert with_one_expired.find("alice 1") == Session("alice 1", "bob", 500, 500)


# What somebody else has spoiled

SPOIL: dict[str, Callable[[Any], object]] = {
    "a time that is none": lambda redis: redis.hset("session:alice 1", "seen", "soon"),
    "no times": lambda redis: redis.hdel("session:alice 1", "began", "seen"),
    "no word": lambda redis: redis.hdel("session:alice 1", "word"),
    "flash that is no JSON": lambda redis: redis.hset("session:alice 1", "flash", "hello"),
    "flash that is no list": lambda redis: redis.hset("session:alice 1", "flash", "5"),
    "no UTF-8": lambda redis: redis.hset("session:alice 1", "word", b"\xff\xfe"),
    "a name that is no UTF-8": lambda redis: redis.hset("session:alice 1", b"\xff", "x"),
    "a string in place of the row": lambda redis: redis.set("session:alice 1", "tulip"),
}


@pytest.mark.parametrize("spoil", SPOIL.values(), ids=SPOIL)
def test_a_spoiled_row_is_no_answer_and_the_next_call_is_fine(
    store: RedisStore, redis: Any, spoil: Callable[[Any], object]
) -> None:
    store.create(ALICE)
    store.create(ALICE_AGAIN)
    spoil(redis)
    with pytest.raises(StoreDown):
        store.find(ALICE.id)
    assert store.find(ALICE_AGAIN.id) == ALICE_AGAIN
    assert store.delete(ALICE_AGAIN.id) is True


@pytest.mark.parametrize("key", ["sessions_of:alice", "sessions_by_age"])
def test_when_a_list_is_spoiled_nothing_is_half_done(
    store: RedisStore, redis: Any, key: str
) -> None:
    store.create(ALICE)
    redis.set(key, "not a list")
    for change in (
        lambda: store.create(ALICE_AGAIN),
        lambda: store.replace(ALICE.id, ALICE_AGAIN),
        lambda: store.replace(ALICE.id, ALICE),
    ):
        with pytest.raises(StoreDown) as error:
            change()
        assert told(error) == "ResponseError"
        assert store.find(ALICE.id) == ALICE
        assert store.find(ALICE_AGAIN.id) is None


@pytest.mark.parametrize("text", ["\ud800", "tulip\udcff"])
def test_what_cannot_be_written_as_utf_8_is_refused(store: RedisStore, text: str) -> None:
    store.create(ALICE)
    for change in (
        lambda: store.write(ALICE.id, word=text),
        lambda: store.find(text),
        lambda: store.create(Session("new", text, 1, 1)),
    ):
        with pytest.raises(StoreDown) as error:
            change()
        assert told(error) == "UnicodeEncodeError"
    assert store.find(ALICE.id) == ALICE


# A server that is lost


def test_a_lost_server_is_said_at_once_and_found_again_without_help(own: RedisServer) -> None:
    store = RedisStore(own.start().url)
    store.create(ALICE)
    own.kill()
    for call in (lambda: store.find(ALICE.id), lambda: store.touch(ALICE.id, 999)):
        with pytest.raises(StoreDown) as error:
            assert seconds(call) < PROMPTLY
        assert told(error) == "ConnectionError"
    own.start()
    assert store.find(ALICE.id) is None  # this one kept nothing on the disk
    store.create(ALICE)
    assert store.find(ALICE.id) == ALICE
    store.close()


def test_connections_of_before_a_restart_spoil_no_call(own: RedisServer) -> None:
    """Nobody asked while it was down, so nobody has noticed."""
    store = RedisStore(own.start().url)
    store.create(ALICE)
    own.kill()
    own.start()
    store.create(ALICE)
    assert store.find(ALICE.id) == ALICE
    store.close()


def test_a_server_that_does_not_answer_is_asked_once_and_not_for_long(own: RedisServer) -> None:
    """A second try would be a second write, of a call that was told to have failed."""
    store = RedisStore(own.start().url)
    store.create(ALICE)
    store.delete("unknown")  # the server knows this script from now on
    before, pid = calls(own), told_by(own, "server")["process_id"]
    os.kill(pid, signal.SIGSTOP)

    def delete() -> None:
        with pytest.raises(StoreDown) as error:
            store.delete(ALICE.id)
        assert told(error) == "TimeoutError"

    assert seconds(delete) < PROMPTLY
    os.kill(pid, signal.SIGCONT)
    assert store.find(ALICE.id) is None
    assert calls(own) == before + 1
    store.close()


def calls(server: RedisServer) -> int:
    """How many scripts it has been asked to run."""
    found: int = told_by(server, "commandstats")["cmdstat_evalsha"]["calls"]
    return found


def told_by(server: RedisServer, section: str) -> Any:
    with plain_client(server.url) as client:
        return client.info(section)


def test_closed_while_others_are_asking_it_lets_each_call_come_to_its_end(
    store: RedisStore,
) -> None:
    store.create(ALICE)
    stop = threading.Event()

    def ask() -> set[Session | None]:
        found = set()
        while not stop.is_set():
            found.add(store.find(ALICE.id))
        return found

    with ThreadPoolExecutor(8) as threads:
        asking = [threads.submit(ask) for _ in range(8)]
        for _ in range(20):
            time.sleep(0.01)
            store.close()
        stop.set()
    assert [each.result() for each in asking] == [{ALICE}] * 8


# At the start


def refused(url: str) -> str:
    with pytest.raises(Problem) as problem:
        RedisStore(url)
    said = str(problem.value)
    assert "\n" not in said
    assert "hunter2" not in said
    return said


@pytest.mark.parametrize(
    "url",
    [
        "redis:",
        "redis:6379",
        "http://localhost",
        "redis://:hunter2@127.0.0.1:hunter2/0",
        "redis://:hunter2@127.0.0.1:99999/0",
        "redis://:hunter2@[::1/0",
        "redis://127.0.0.1:6379/0?password=hunter2&colour=red",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_with_one_that_can(url: str) -> None:
    assert "redis://127.0.0.1:6379/0" in refused(url)


def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        said = refused(f"redis://alice:hunter2@127.0.0.1:{port}/0")
    assert said.startswith(f"The Redis store at 127.0.0.1:{port} cannot be used: ")
    assert "refused" in said
    assert "--store sqlite" in said


def test_a_wrong_password_is_said_and_not_shown() -> None:
    url = one_redis().url.replace("//", "//alice:hunter2@")
    assert "password" in refused(url)


def test_a_database_that_is_not_there_is_said() -> None:
    assert "DB index is out of range" in refused(one_redis().url.replace("/0", "/4096"))


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        assert seconds(lambda: refused(url)) < PROMPTLY


def test_a_socket_file_will_do(tmp_path: Path) -> None:
    said = refused(f"unix://:hunter2@{tmp_path}/none.sock")
    assert f"{tmp_path}/none.sock" in said


def test_without_its_package_the_sentence_says_what_to_type() -> None:
    without = (
        "import sys; sys.modules['redis'] = None\n"
        "from sandbox.login.problems import Problem\n"
        "try: import sandbox.login.stores.redis\n"
        "except Problem as problem: print(problem)\n"
    )
    ran = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True)
    assert ran.stdout.strip().endswith(
        "redis, which is not installed. Run `make extras` to add it."
    )
    assert ran.stderr == ""
