"""`serve --store redis://…`: sessions outlive a restart, two servers share them, keys in a file."""

from __future__ import annotations

import pytest

from tests.faults.quick import cookie_of, get, log_in, quick_serve, send, who
from tests.one_redis import one_redis
from tests.wire.children import Child, Nursery

pytestmark = pytest.mark.slow

KEYS = "work/sessions.redis.keys"


def serve(nursery: Nursery, *arguments: str) -> Child:
    child = quick_serve(nursery, "--store", one_redis().url, "--trace", "json", *arguments)
    assert child.port
    return child


def test_sessions_and_keys_outlive_a_restart(nursery: Nursery) -> None:
    first = serve(nursery)
    cookie = cookie_of(log_in(first))
    send(first, "/word", cookie, word="tulip")
    assert first.end() == 0
    second = serve(nursery)
    assert who(second, cookie) == {"user": "alice", "word": "tulip"}
    assert second.end() == 0
    assert f"Made a signing key, as there was none: {KEYS}\n" in first.err
    assert "Made a signing key" not in second.err
    assert (nursery.folder / KEYS).stat().st_mode & 0o777 == 0o600


def test_a_logout_at_one_server_ends_the_session_at_the_other(nursery: Nursery) -> None:
    first, second = serve(nursery), serve(nursery)
    cookie = cookie_of(log_in(first))
    assert who(second, cookie) == {"user": "alice", "word": ""}
    assert send(second, "/logout", cookie).status == 303
    assert who(first, cookie) == "UNKNOWN_SESSION"


def test_its_keys_are_listed_by_the_same_option(nursery: Nursery) -> None:
    serve(nursery)
    code, out, err = nursery.run("keys", "--store", one_redis().url)
    assert (code, err) == (0, "")
    assert out.startswith(f"{KEYS}, oldest key first:\n  1 of 1  ")


def test_keys_brought_along_are_used_and_no_file_is_made(nursery: Nursery) -> None:
    (nursery.folder / "our.keys").write_bytes(b"a key of ours\n")
    child = serve(nursery, "--keys", "our.keys")
    assert get(child, "/profile", cookie_of(log_in(child))).status == 200
    assert not (nursery.folder / "work").exists()
