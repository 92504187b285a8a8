"""`kill -9` of the Redis that several logins write to: none that was acknowledged is lost."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.login.refusals import StoreDown
from sandbox.login.stores import Session
from sandbox.login.stores.redis import RedisStore
from sandbox.serving.redis_server import RedisServer
from tests.faults.quick import cookie_of
from tests.one_redis import own_redis
from tests.wire.children import seconds
from tests.wire.raw_http import ACCOUNTS, Answer, Site, lay_bricks, serving, until

THREADS, ROUNDS, ENOUGH = 8, 5, 200
PROMPTLY = 2.5  # seconds
pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[RedisServer]:
    server = own_redis(on_the_disk=True)
    yield server.start()
    server.stop()


def work(store: RedisStore, name: str, kept: list[Session], ended: list[str]) -> None:
    """Begin sessions, and end every third one, until no answer comes."""
    number = 0
    while True:
        session = Session(f"{name} {number}", name, began=number, seen=number, word=f"w{number}")
        try:
            store.create(session)
            kept.append(session)
            if number % 3 == 0:
                kept.remove(session)  # it may be ended although no answer comes
                store.delete(session.id)
                ended.append(session.id)
        except StoreDown:
            return
        number += 1


def test_killed_again_and_again_nothing_acknowledged_is_lost_or_comes_back(
    server: RedisServer,
) -> None:
    store = RedisStore(server.url)
    kept: list[Session] = []
    ended: list[str] = []
    for number in range(ROUNDS):
        enough = (number + 1) * ENOUGH
        with ThreadPoolExecutor(THREADS) as threads:
            for thread in range(THREADS):
                threads.submit(work, store, f"round {number} thread {thread}", kept, ended)
            until(lambda enough=enough: len(kept) > enough and len(ended) > enough / 4)
            server.kill()
        server.start()
        assert [store.find(session.id) for session in kept] == kept
        assert [store.find(session_id) for session_id in ended] == [None] * len(ended)
    store.close()


def refused(site: Site, cookie: str) -> list[Answer]:
    word = {"word": "rose"}
    login = {"username": "bob", "password": ACCOUNTS["bob"]}
    return [
        site.get("/api/me", cookie),
        site.get("/profile", cookie),
        site.post("/word", word, cookie=cookie),
        site.post("/login", login),
        site.post("/login", login, cookie=cookie),
        site.post("/logout", cookie=cookie),
    ]


def test_while_redis_is_down_503_and_the_cookie_is_left_alone_afterwards_it_works(
    server: RedisServer,
) -> None:
    store = RedisStore(server.url)
    with serving(lay_bricks(store=store)) as site:
        cookie = site.log_in("alice")
        site.post("/word", {"word": "tulip"}, cookie=cookie)
        server.kill()
        for answer in refused(site, cookie):
            assert answer.status == 503
            assert "STORE_DOWN" in answer.text
            assert answer.all("Set-Cookie") == []
        assert seconds(lambda: refused(site, cookie)) < PROMPTLY
        assert site.get("/").status == 200, "a stranger needs no store"
        server.start()
        assert site.get("/api/me", cookie).text == '{"user": "alice", "word": "tulip"}'
        assert cookie_of(site.post("/login", {"username": "bob", "password": ACCOUNTS["bob"]}))
    store.close()
