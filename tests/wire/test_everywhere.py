"""Logging out everywhere: every browser of one person, at every server on the same store.

A server may be a thread here or a process; times are those at which a browser sent and received.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from sandbox.login.keys import MemoryKeys
from sandbox.login.sessions import Limits
from sandbox.login.signing import SessionSigner
from sandbox.login.stores.sqlite import SQLiteStore
from sandbox.serving.clock import Clock
from tests.faults.quick import SHARED, cookie_of, log_in, send, serve_shared, serve_two
from tests.wire.children import Child, Nursery
from tests.wire.crowd import Asked, Server, Servers, asking, begin, code_for, crowd, some_more
from tests.wire.raw_http import lay_bricks, serving

GONE = "UNKNOWN_SESSION"


@pytest.fixture(
    params=["memory", "sqlite", pytest.param("two processes", marks=pytest.mark.slow)],
)
def servers(request: pytest.FixtureRequest, nursery: Nursery) -> Iterator[Servers]:
    """One server on a memory store, two threads on one SQLite file, or two processes on one."""
    if request.param == "two processes":
        yield serve_two(nursery)
        return
    with ExitStack() as stack:
        if request.param == "memory":
            yield [stack.enter_context(serving())]
            return
        signer = SessionSigner(MemoryKeys(), Clock(), Limits.cookie_age)
        stores = [SQLiteStore(nursery.folder / SHARED) for _ in range(2)]
        bricks = [lay_bricks(store=store, signer=signer) for store in stores]
        yield [stack.enter_context(serving(each)) for each in bricks]


def log_out_everywhere(server: Server, cookie: str) -> None:
    answer = send(server, "/logout/everywhere", cookie)
    assert (answer.status, answer.one("Location")) == (303, "/?said=everywhere")


def three_browsers(servers: Servers) -> list[str]:
    """alice's, by turns at each server."""
    return [cookie_of(log_in(servers[number % len(servers)])) for number in range(3)]


def codes(servers: Servers, cookies: list[str]) -> set[str]:
    return {code_for(server, cookie) for server in servers for cookie in cookies}


def test_it_ends_every_browser_of_alice_at_every_server_and_not_bob(servers: Servers) -> None:
    alices, bob = three_browsers(servers), cookie_of(log_in(servers[0], "bob"))
    assert codes(servers, [*alices, bob]) == {"OK"}
    log_out_everywhere(servers[-1], alices[0])
    assert codes(servers, alices) == {GONE}
    assert codes(servers, [bob]) == {"OK"}


def test_afterwards_alice_can_log_in_again(servers: Servers) -> None:
    alices = three_browsers(servers)
    log_out_everywhere(servers[0], alices[2])
    for before in ("", alices[0]):  # also in a browser that still has its cookie
        again = cookie_of(log_in(servers[-1], present=before))
        assert codes(servers, [again]) == {"OK"}
    assert codes(servers, alices) == {GONE}


def test_whoever_asks_after_the_logout_was_acknowledged_is_not_known(servers: Servers) -> None:
    """While eight threads ask with her cookies, whatever request was on its way."""
    alices, bob = three_browsers(servers), cookie_of(log_in(servers[0], "bob"))
    with crowd(asking(servers, [*alices, bob])) as asked:
        some_more(asked)
        logout = timed_logout(servers[-1], alices[1])
        some_more(asked)
    ours = [each for each in asked if each.cookie != bob]
    assert {each.came for each in asked if each.cookie == bob} == {"OK"}
    assert {each.came for each in ours if each.answered < logout.began} == {"OK"}
    assert {each.came for each in ours if each.began > logout.answered} == {GONE}
    assert {each.came for each in ours} == {"OK", GONE}


def timed_logout(server: Server, cookie: str) -> Asked:
    began = time.monotonic()
    log_out_everywhere(server, cookie)
    return Asked(began, time.monotonic(), server, cookie, "OK")


def test_of_logins_at_the_same_time_those_before_it_end_and_those_after_it_stay(
    servers: Servers,
) -> None:
    """One on its way at that moment may be counted to either; both servers agree on it."""
    logouts: list[Asked] = []
    with crowd(lambda turn: begin(servers[turn % len(servers)])) as logins:
        for _ in range(5):
            some_more(logins, 20)
            logouts.append(timed_logout(servers[-1], begin(servers[0]).cookie))
        some_more(logins, 20)
    last = logouts[-1]
    before = [each.cookie for each in logins if each.answered < last.began]
    after = [each.cookie for each in logins if each.began > last.answered]
    between = [each.cookie for each in logins if each.cookie not in {*before, *after}]
    assert len(before) >= 80
    assert len(after) >= 8
    assert codes(servers, before) == {GONE}
    assert codes(servers, after) == {"OK"}
    for cookie in between:
        assert len(codes(servers, [cookie])) == 1


@pytest.mark.slow
def test_it_holds_across_a_restart_of_both_servers(nursery: Nursery) -> None:
    two: list[Child] = list(serve_two(nursery))
    alices, bob = three_browsers(two), cookie_of(log_in(two[1], "bob"))
    later = three_browsers(two)
    assert two[0].end() == 0
    log_out_everywhere(two[1], alices[0])
    two[0] = serve_shared(nursery)
    assert codes(two, [*alices, *later]) == {GONE}
    assert codes(two, [bob]) == {"OK"}
    assert two[1].end() == 0
    two[1] = serve_shared(nursery)
    assert codes(two, [*alices, *later]) == {GONE}
    assert codes(two, [bob]) == {"OK"}


@pytest.mark.slow
def test_an_acknowledged_logout_outlives_a_kill_right_after_it(nursery: Nursery) -> None:
    two = list(serve_two(nursery))
    alices, bob = three_browsers(two), cookie_of(log_in(two[0], "bob"))
    log_out_everywhere(two[0], alices[0])
    for child in two:
        child.process.kill()
        child.wait()
    again = [serve_shared(nursery)]
    assert codes(again, alices) == {GONE}
    assert codes(again, [bob]) == {"OK"}
