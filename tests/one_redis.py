"""One Redis for all tests that need one: started when it is first asked for, ended with Python."""

from __future__ import annotations

import atexit
import functools
from pathlib import Path
from typing import Any

import pytest
import redis

from sandbox.login.problems import Problem
from sandbox.login.stores.redis import RedisStore
from sandbox.serving.redis_server import RedisServer


def own_redis(on_the_disk: bool = False) -> RedisServer:
    """Not started yet. Skips the test when redis-server is not installed."""
    try:
        return RedisServer(on_the_disk)
    except Problem as problem:
        pytest.skip(str(problem))


@functools.cache
def one_redis() -> RedisServer:
    server = own_redis()
    atexit.register(server.stop)
    return server.start()


def plain_client(url: str = "") -> Any:
    """What another program sees and changes."""
    return redis.Redis.from_url(url or one_redis().url, decode_responses=True)


def redis_store(folder: Path) -> RedisStore:
    """Empty in a folder that is new, the same as before in one that is not."""
    if not (folder / "redis").exists():
        with plain_client() as client:
            client.flushdb()
        (folder / "redis").touch()
    return RedisStore(one_redis().url)
