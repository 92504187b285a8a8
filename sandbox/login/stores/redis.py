"""Sessions in a Redis server: they outlive this process, and many servers can share them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sandbox.login.problems import Problem, not_installed
from sandbox.login.refusals import StoreDown
from sandbox.login.sessions import Limits
from sandbox.login.stores import Session
from sandbox.login.stores import redis_scripts as scripts
from sandbox.trace.stage import printable

try:
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry
except ImportError:
    raise not_installed("A Redis store", "redis") from None

TTL = Limits.cookie_age + 60  # seconds: a little longer than a cookie lasts
PATIENCE = 1.0  # seconds for an answer
# Besides Redis' own errors: text that is no UTF-8, and rows that somebody else has spoiled.
NO_ANSWER = (redis.RedisError, OSError, LookupError, TypeError, ValueError)


class RedisStore:
    """The contract of SessionStore, each call one command or one script that Redis runs.

    Redis keeps a row for `ttl` seconds. It is one server, not a cluster; what it keeps when it is
    killed, its own settings say (`appendonly`, `appendfsync`). It must not drop keys of its own
    accord when memory is short (`maxmemory-policy noeviction`, as it comes).
    """

    def __init__(self, url: str, ttl: int = TTL) -> None:
        self._ttl = ttl
        self._redis = _client(url)
        register = self._redis.register_script
        self._scripts = {text: register(scripts.FUNCTIONS + text) for text in scripts.ALL}
        self._refuse_silence()

    def __len__(self) -> int:
        """Those that Redis has dropped by itself count until the next sweep."""
        with _answering():
            count: Any = self._redis.zcard("sessions_by_age")
            return int(count)

    def create(self, session: Session) -> None:
        if not self._run(scripts.CREATE, *self._to_keep(session)):
            raise _in_use()

    def find(self, session_id: str) -> Session | None:
        with _answering():
            row: Any = self._redis.hgetall(f"session:{session_id}")
            return _session(session_id, row) if row else None

    def touch(self, session_id: str, seen: float) -> bool:
        return self._run(scripts.TOUCH, session_id, seen) > 0

    def write(
        self, session_id: str, *, word: str | None = None, flash: tuple[str, ...] | None = None
    ) -> bool:
        as_json = None if flash is None else json.dumps(flash)
        return self._run(scripts.WRITE, session_id, *_fields(word=word, flash=as_json)) > 0

    def replace(self, old_id: str, new: Session) -> bool:
        replaced = self._run(scripts.REPLACE, old_id, *self._to_keep(replace(new, flash=())))
        if replaced < 0:
            raise _in_use()
        return replaced > 0

    def delete(self, session_id: str) -> bool:
        return self._run(scripts.DELETE, session_id) > 0

    def all_of(self, user: str) -> list[Session]:
        with _answering():
            found = self._scripts[scripts.ALL_OF](args=[user])
            rows = [_session(id, dict(zip(row[::2], row[1::2], strict=True))) for id, row in found]
        return sorted(rows, key=lambda row: (-row.seen, row.id))

    def delete_all_of(self, user: str) -> int:
        return self._run(scripts.DELETE_ALL_OF, user)

    def sweep(self, began_before: float) -> int:
        return self._run(scripts.SWEEP, began_before)

    def close(self) -> None:
        """Not of connections in use: closed under its thread's hands a call would crash."""
        self._redis.connection_pool.disconnect(inuse_connections=False)

    def _run(self, script: str, *arguments: str | float) -> int:
        with _answering():
            return int(self._scripts[script](args=arguments))

    def _to_keep(self, session: Session) -> list[str | float]:
        """What the scripts' `keep` takes: the fields of the row come last."""
        list_of_user = "" if session.user is None else f"sessions_of:{session.user}"
        row = vars(session) | {"id": None, "flash": json.dumps(session.flash)}
        return [self._ttl, session.id, session.began, list_of_user, *_fields(**row)]

    def _refuse_silence(self) -> None:
        """Sweep nothing, to see that it answers and runs scripts. Problem: it does not."""
        try:
            self._scripts[scripts.SWEEP](args=["-inf"])
        except TypeError:  # an option that there is not, told only now
            raise _unreadable() from None
        except NO_ANSWER as error:
            raise _unusable(self._redis.get_connection_kwargs(), error) from None


def _client(url: str) -> redis.Redis:
    """A client that asks once: a write may have been done although its answer was lost."""
    try:
        return redis.Redis.from_url(
            url,
            decode_responses=True,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
        )
    except ValueError:
        raise _unreadable() from None


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except NO_ANSWER as error:
        raise StoreDown(store="redis", error=type(error).__name__) from error


def _fields(**fields: str | float | None) -> list[str | float]:
    """Names and values in turn, without those that are None."""
    kept = ((name, value) for name, value in fields.items() if value is not None)
    return [each for pair in kept for each in pair]


def _session(session_id: str, row: Mapping[str, str]) -> Session:
    began, seen, flash = float(row["began"]), float(row["seen"]), tuple(json.loads(row["flash"]))
    return Session(session_id, row.get("user"), began, seen, row["word"], flash)


def _in_use() -> StoreDown:
    return StoreDown(store="redis", error="this id is in use")


def _unreadable() -> Problem:
    """Without the address, which may hold a password."""
    return Problem(
        "The address of the Redis store cannot be read. "
        "Give one like this: --store redis://127.0.0.1:6379/0 (host, port, number of the database)."
    )


def _unusable(server: Mapping[str, Any], error: Exception) -> Problem:
    """Named without its user and password."""
    place = server.get("path") or f"{server.get('host', 'localhost')}:{server.get('port', 6379)}"
    why = printable(str(error)).rstrip(".")
    return Problem(
        f"The Redis store at {place} cannot be used: {why}. "
        "See that it runs and takes the password in the address, if it wants one, "
        "or keep the sessions elsewhere, as in --store sqlite."
    )
