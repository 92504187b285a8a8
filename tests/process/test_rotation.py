"""Keys rotated while two servers run: nobody is logged out until a key is retired.

Which key signed a cookie is found out with the standard library and the lines of the key file.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.quick import SHARED, cookie_of, log_in, quick_serve, serve_shared, serve_two
from tests.wire.children import Child, Nursery
from tests.wire.crowd import Asked, ask, asking, begin, code_for, crowd, some_more
from tests.wire.raw_http import until
from tests.wire.stamps import is_signed_with

pytestmark = pytest.mark.slow

KEYS = f"{SHARED}.keys"
Servers = list[Child]


@pytest.fixture
def two(nursery: Nursery) -> Servers:
    return list(serve_two(nursery))


def keys_in(folder: Path, name: str = KEYS) -> list[bytes]:
    return (folder / name).read_bytes().splitlines()


def step(nursery: Nursery, word: str, *where: str) -> list[bytes]:
    """One step of the rotation, by the command; the lines of the key file afterwards."""
    code, _, err = nursery.run("keys", word, *(where or ("--store", f"sqlite:{SHARED}")))
    assert (code, err) == (0, "")
    return keys_in(nursery.folder, where[1] if where else KEYS)


def signs(server: Child, key: bytes) -> bool:
    return is_signed_with(key, cookie_of(log_in(server)))


def codes(servers: Servers, cookies: list[str]) -> set[str]:
    return {code_for(server, cookie) for server in servers for cookie in cookies}


def logged_in_at(servers: Servers) -> list[str]:
    return [cookie_of(log_in(server, name)) for server in servers for name in ("alice", "bob")]


def logging_in_and_asking(servers: Servers, cookies: list[str]) -> Callable[[int], Asked]:
    """Every eighth turn logs in at one server and asks at the other at once, as a browser may."""
    ask_again = asking(servers, cookies)

    def act(turn: int) -> Asked:
        if turn % 8:
            return ask_again(turn)
        here = turn // 8 % len(servers)
        cookies.append(begin(servers[here]).cookie)
        return ask(servers[here - 1], cookies[-1])

    return act


def test_while_keys_are_added_and_promoted_nobody_is_sent_away(
    nursery: Nursery, two: Servers
) -> None:
    """Eight threads, old cookies and new ones, at both servers: no answer but 200, ever."""
    cookies = logged_in_at(two)
    (old,) = keys_in(nursery.folder)
    with crowd(logging_in_and_asking(two, cookies)) as asked:
        some_more(asked)
        new, last = step(nursery, "--add")
        assert last == old
        some_more(asked)
        assert all(signs(server, old) for server in two), "added, not promoted"
        assert step(nursery, "--promote") == [old, new]
        until(lambda: all(signs(server, new) for server in two))
        some_more(asked)
    assert {each.came for each in asked} == {"OK"}
    assert len(asked) >= 150
    signed = [next(key for key in (old, new) if is_signed_with(key, each)) for each in cookies]
    assert set(signed) == {old, new}
    assert codes(two, cookies) == {"OK"}


def test_steps_at_once_one_after_the_other_send_nobody_away(nursery: Nursery, two: Servers) -> None:
    """Each waits until the servers know the one before, so nobody has to."""
    cookies = logged_in_at(two)
    with crowd(logging_in_and_asking(two, cookies)) as asked:
        for _ in range(3):
            step(nursery, "--add")
            keys = step(nursery, "--promote")
        some_more(asked, 400)
    assert len(keys) == 4
    assert {each.came for each in asked} == {"OK"}
    assert {is_signed_with(keys[-1], each) for each in cookies} == {True, False}


def test_a_retired_key_ends_its_cookies_with_bad_signature_and_no_others(
    nursery: Nursery, two: Servers
) -> None:
    old = logged_in_at(two)
    step(nursery, "--add")
    _, key = step(nursery, "--promote")
    until(lambda: all(signs(server, key) for server in two))
    new = logged_in_at(two)
    assert codes(two, [*old, *new]) == {"OK"}
    with crowd(asking(two, new)) as asked:
        assert step(nursery, "--retire") == [key]
        until(lambda: codes(two, old) == {"BAD_SIGNATURE"})
        some_more(asked)
    assert {each.came for each in asked} == {"OK"}
    assert codes(two, old) == {"BAD_SIGNATURE"}


def test_every_step_holds_across_a_restart(nursery: Nursery, two: Servers) -> None:
    old = logged_in_at(two)
    step(nursery, "--add")
    restart(nursery, two, 0)
    assert codes(two, old) == {"OK"}
    _, key = step(nursery, "--promote")
    restart(nursery, two, 1)
    assert signs(two[1], key), "a server just started signs with the last key of its file"
    new = [cookie_of(log_in(two[1])), cookie_of(log_in(two[1], "bob"))]
    assert codes(two, [*old, *new]) == {"OK"}
    step(nursery, "--retire")
    for number in (0, 1):
        restart(nursery, two, number)
        until(lambda: codes(two, old) == {"BAD_SIGNATURE"})
        assert codes(two, new) == {"OK"}
    assert all(signs(server, key) for server in two)


def restart(nursery: Nursery, servers: Servers, number: int) -> None:
    assert servers[number].end() == 0
    servers[number] = serve_shared(nursery)
    assert servers[number].port


def checks(server: Child, cookie: str) -> list[tuple[str, str]]:
    """How this cookie's signature was checked and with which key, repetitions left out."""
    session_id = cookie.partition("=")[2].partition(".")[0]
    whole_lines = server.out.rpartition("\n")[0].splitlines()
    ended = [event for event in map(json.loads, whole_lines) if event["type"] == "stage_ended"]
    found = [
        (event["outcome"], event["evidence"]["key"])
        for event in ended
        if event["stage"] == "check_signature" and event["evidence"]["session_id"] == session_id
    ]
    return [each for each, _ in itertools.groupby(found)]


def test_the_trace_says_which_key_a_cookie_was_checked_with(nursery: Nursery, two: Servers) -> None:
    cookie = cookie_of(log_in(two[0]))
    expected = [("OK", "1 of 1"), ("OK", "2 of 2"), ("OK", "1 of 2"), ("BAD_SIGNATURE", "1 of 1")]
    for number, word in enumerate(("", "--add", "--promote", "--retire"), 1):
        if word:
            step(nursery, word)
        for server in two:
            until(lambda s=server, n=number: code_for(s, cookie) and len(checks(s, cookie)) == n)  # type: ignore[misc]
    for server in two:
        assert server.end() == 0
        assert checks(server, cookie) == expected
        assert "The key file has changed: 2 key(s), the last one signs." in server.err


def test_keys_brought_along_are_rotated_likewise(nursery: Nursery) -> None:
    (nursery.folder / "ours.keys").write_bytes(b"an old key\n")
    server = quick_serve(nursery, "--store", "memory", "--keys", "ours.keys", "--trace", "off")
    where = ("--keys", "ours.keys")
    cookie = cookie_of(log_in(server))
    assert is_signed_with(b"an old key", cookie)
    step(nursery, "--add", *where)
    _, key = step(nursery, "--promote", *where)
    until(lambda: signs(server, key))
    assert code_for(server, cookie) == "OK"
    step(nursery, "--retire", *where)
    until(lambda: code_for(server, cookie) == "BAD_SIGNATURE")
    assert signs(server, key)
