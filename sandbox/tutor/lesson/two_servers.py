"""One app.py in two processes: each answers at one of the site's ports, with one key file."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sandbox.login.keys import Keys, new_key
from sandbox.login.middleware import Environ, StartResponse, is_static
from sandbox.login.problems import Problem
from sandbox.login.stores import Session
from sandbox.login.stores.memory import MemoryStore
from sandbox.serving.bricks import lay_bricks
from sandbox.serving.key_file import KeyFile, change_keys, make_key_file
from sandbox.serving.redis_server import RedisServer
from sandbox.serving.rotation import STEPS
from sandbox.tutor.lesson.exchange import Seen
from sandbox.tutor.lesson.filling import NotAGap
from sandbox.tutor.lesson.process import ServerProcess
from sandbox.tutor.lesson.servers import Server
from sandbox.tutor.lesson.store import MEMORY, SQLITE
from sandbox.tutor.lesson_app import load_app
from sandbox.tutor.proxy import Proxy

if TYPE_CHECKING:
    from sandbox.tutor.lesson.world import World

FIRST, SECOND = "first", "second"
NOTICED = 5.0  # seconds until each server must have seen a change of the key file


class TwoServers(Server):
    """The first listens at `port`, the second at `other port`; each with a memory store."""

    def __init__(self, world: World, path: Path) -> None:
        lesson = load_app(path)
        self._world, self._path = world, path
        self._folder = TemporaryDirectory(prefix="sandbox-lesson-")
        self._key_file = Path(self._folder.name) / "keys"
        make_key_file(self._key_file)
        keys = KeyFile(self._key_file, brought=False, say=lambda _: None)
        self.bricks = lay_bricks(
            MemoryStore(), keys, world.users, world.clock, lesson.limits, lesson.cookie
        )
        self.careless = lesson.careless
        self._redis: RedisServer | None = None
        self._stores = {FIRST: MEMORY, SECOND: MEMORY}
        self._processes = {name: self._started(name) for name in (FIRST, SECOND)}

    def app(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Have the server of this port answer, and tell what it tells."""
        server = self._at(environ["SERVER_PORT"])
        if is_static(environ["PATH_INFO"]):
            return Proxy(server.port)(environ, start_response)
        number = next(self._world.site.ids)
        numbered = environ | {"HTTP_X_REQUEST_ID": str(number)}
        body = Proxy(server.port)(numbered, start_response)
        for event in server.events_of(number):
            self._world.site.recorder(event)
        return body

    @property
    def stores(self) -> dict[str, str]:
        ports = self._world.site.ports
        named = {FIRST: str(ports["port"]), SECOND: str(ports["other port"])}
        return {port: f"the store of the {name} server" for name, port in named.items()}

    @property
    def redis_port(self) -> int:
        """Of the sandbox's own Redis; 0: none was started."""
        return self._redis.port if self._redis else 0

    def look(self, ticket: str, port: str = "") -> Seen | None:
        try:
            seen = self._at(port).ask("look", ticket)
        except Problem:  # it has ended, which is said elsewhere
            return None
        return seen and Seen(seen["rows"], _as_session(seen["row"]))

    def keep_in(self, which: str) -> None:
        """Both start anew, as in `one sqlite store`; such a file or a Redis has what it had."""
        how_many, kind, *_ = which.split()
        if kind == "redis":
            self._stores = dict.fromkeys(self._stores, self._redis_url())
        elif kind == "sqlite":
            file = f"{SQLITE}{self._folder.name}/"
            self._stores = {
                n: f"{file}{'both' if how_many == 'one' else n}.sqlite" for n in self._stores
            }
        else:
            self._stores = dict.fromkeys(self._stores, MEMORY)
        for name in self._stores:
            self.restart(name)

    def restart(self, name: str) -> None:
        """The process of one server ends, and another takes its place."""
        self._processes[name].stop()
        self._processes[name] = self._started(name)

    def kill_store(self) -> None:
        self._own_redis().kill()

    def start_store(self) -> None:
        redis = self._own_redis()
        if redis.is_running:
            raise NotAGap("the store is running; the `server` line `kill the store` ends it")
        redis.start()

    def change_keys(self, step: str) -> None:
        """One step of a rotation; afterwards both servers have seen it."""
        self._after(change_keys(self._key_file, STEPS[step])[1])

    def sign_anew(self) -> None:
        self._after(change_keys(self._key_file, lambda _: (new_key(),))[1])

    def delete(self, ticket: str) -> None:
        for server in self._processes.values():
            server.ask("delete", ticket)

    def forward(self, seconds: float) -> None:
        for server in self._processes.values():
            server.ask("forward", seconds)

    def check(self) -> None:
        for server in self._processes.values():
            server.check()

    def close(self) -> None:
        for server in self._processes.values():
            server.stop()
        if self._redis:
            self._redis.stop()
        self._folder.cleanup()

    def _at(self, port: str) -> ServerProcess:
        is_second = port == str(self._world.site.ports.get("other port"))
        return self._processes[SECOND if is_second else FIRST]

    def _started(self, name: str) -> ServerProcess:
        job = {"path": str(self._path), "store": self._stores[name], "keys": str(self._key_file)}
        return ServerProcess(f"{name} server", job | {"began": self._world.clock()})

    def _redis_url(self) -> str:
        if self._world.site.redis_url:
            return self._world.site.redis_url
        self._redis = self._redis or RedisServer().start()
        return self._redis.url

    def _own_redis(self) -> RedisServer:
        if self._redis is None:
            raise self.cannot("kill or start its store, because it is no Redis of our own")
        return self._redis

    def _after(self, keys: Keys) -> None:
        """Wait until both servers accept these keys: they look at the file twice a second."""
        wanted = [key.decode() for key in keys]
        give_up = time.monotonic() + NOTICED
        for server in self._processes.values():
            while server.ask("keys_now") != wanted:
                if time.monotonic() > give_up:
                    raise Problem(f"The {server.name} has not seen the new keys. Start again.")
                time.sleep(0.05)


def _as_session(row: dict[str, Any] | None) -> Session | None:
    return Session(**{**row, "flash": tuple(row["flash"])}) if row else None
