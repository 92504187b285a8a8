"""`serve` as a child whose password hashes are cheap, so that logins can be frequent."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from tests.wire.children import Child, Nursery, default_signals
from tests.wire.raw_http import FORM, Answer

ACCOUNTS = {
    "alice": "wonderland",
    "bob": "builder",
    "carol": "christmas",
    "dave": "copperfield",
    "erin": "brockovich",
}
SHARED = "shared.sqlite"
CHEAP = f"""
import sys
from argon2 import PasswordHasher
from sandbox.__main__ import main
from sandbox.commands import serve
from sandbox.login.users import make_users

cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
serve.DEMO_ACCOUNTS = {ACCOUNTS!r}
serve.demo_users = lambda: make_users(serve.DEMO_ACCOUNTS, cheap)
"""


def quick_serve(
    nursery: Nursery,
    *arguments: str,
    first: Callable[[], object] = default_signals,
    out_to: Path | None = None,
    also: str = "",
) -> Child:
    """`first` is done in the child before it begins; `also` are lines of Python before `main`."""
    code = f"{CHEAP}{also}\nsys.exit(main())"
    return nursery.start("serve", "--port", "0", *arguments, code=code, first=first, out_to=out_to)


def serve_shared(nursery: Nursery, *arguments: str) -> Child:
    """One of several servers on one SQLite file, told as JSON lines."""
    return quick_serve(nursery, "--store", f"sqlite:{SHARED}", "--trace", "json", *arguments)


def serve_two(nursery: Nursery) -> tuple[Child, Child]:
    first = serve_shared(nursery)
    assert first.port  # it has made the keys that the second one reads
    second = serve_shared(nursery)
    assert second.port
    return first, second


def send(child: Child, path: str, cookie: str = "", **fields: str) -> Answer:
    """A form, as a browser sends it."""
    headers = [FORM, ("Cookie", cookie)] if cookie else [FORM]
    return child.ask("POST", path, list(headers), urlencode(fields).encode())


def log_in(child: Child, name: str = "alice", present: str = "") -> Answer:
    return send(child, "/login", present, username=name, password=ACCOUNTS[name])


def cookie_of(answer: Answer) -> str:
    """What a browser sends back after a login: `name=value`."""
    assert answer.status == 303, answer.text
    return answer.one("Set-Cookie").partition(";")[0]


def get(child: Child, path: str, cookie: str = "") -> Answer:
    return child.ask("GET", path, [("Cookie", cookie)] if cookie else [])


def who(child: Child, cookie: str) -> dict[str, str] | str:
    """The user and the word, or the reason why the server does not say."""
    answer = get(child, "/api/me", cookie)
    told = json.loads(answer.body)
    reason: dict[str, str] | str = told if answer.status == 200 else told["error"]["code"]
    return reason
