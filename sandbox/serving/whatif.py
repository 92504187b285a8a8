"""What if? One cookie under other circumstances; no clock, key or row of the server is touched."""

from __future__ import annotations

from contextvars import Context
from dataclasses import replace
from functools import partial

from sandbox.login.flow import Bricks, recognise
from sandbox.login.keys import Keys, MemoryKeys, new_key
from sandbox.login.refusals import Refusal
from sandbox.login.signing import SessionSigner
from sandbox.login.stores import Session
from sandbox.login.stores.memory import MemoryStore


def what_if(
    bricks: Bricks,
    cookie: str,
    row: Session | None,
    *,
    keys: Keys | None = None,
    salt: str | None = None,
    later: float = 0.0,
) -> Refusal | None:
    """How this cookie would be refused with this row in the store; `later` in seconds."""
    live = bricks.signer
    store = MemoryStore()
    if row is not None:
        store.create(row)
    moment = bricks.clock() + later
    clock = partial(float, moment)
    ring = MemoryKeys(*(live.keys.current() if keys is None else keys))
    signer = SessionSigner(ring, clock, live.max_age, live.salt if salt is None else salt)
    elsewhere = replace(bricks, store=store, clock=clock, signer=signer)
    return Context().run(_refusal, elsewhere, cookie)  # in a context of its own: nobody listens


def what_ifs(bricks: Bricks, cookie: str, row: Session | None) -> dict[str, Refusal | None]:
    """One cookie under each circumstance, and how it would be refused; None: it is accepted."""
    limits, keys, another = bricks.limits, bricks.signer.keys.current(), (new_key(),)
    ask = partial(what_if, bricks, cookie, row)
    busy = replace(row, seen=bricks.clock() + limits.lifetime) if row else None
    ask_busy = partial(what_if, bricks, cookie, busy)
    return {
        "as it is": ask(),
        "one character changed": what_if(bricks, one_changed(cookie), row),
        "a newer key signs, this one is still listed": ask(keys=keys + another),
        "its key was retired": ask(keys=another),
        "checked with another salt": ask(salt="another salt"),
        "the signature removed": what_if(bricks, cookie.rpartition(".")[0], row),
        "after silence longer than the idle limit": ask(later=limits.idle + 1),
        "never silent, but past the lifetime": ask_busy(later=limits.lifetime + 1),
        "past the cookie's age": ask(later=limits.cookie_age + 1),
        "after logout": what_if(bricks, cookie, None),
        "restart, memory store: the key is gone, too": what_if(bricks, cookie, None, keys=another),
    }


def one_changed(cookie: str) -> str:
    """Another character in the middle of the signature: its last one has spare bits."""
    middle = (cookie.rfind(".") + len(cookie)) // 2
    other = "A" if cookie[middle] != "A" else "B"
    return cookie[:middle] + other + cookie[middle + 1 :]


def _refusal(bricks: Bricks, cookie: str) -> Refusal | None:
    try:
        recognise(bricks, f"{bricks.cookie.name}={cookie}")
    except Refusal as refusal:
        return refusal
    return None
