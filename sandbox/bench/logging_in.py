"""How long a login takes over HTTP, and how much of that is the password hash."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from itertools import chain
from pathlib import Path

from sandbox.bench.harness import Effort, Measure, Row, ratio_of, taking_turns
from sandbox.bench.memory import megabytes
from sandbox.bench.rivals import EXPRESS, FLASK, installed
from sandbox.bench.servers import Server, Start, log_in, serving
from sandbox.login.users import DEMO_ACCOUNTS, owasp_hasher

TITLE = "POST /login over HTTP, one after the other, and its password hash alone"
HASH, OURS = "argon2id alone", "serve (argon2id)"
LABELS = {FLASK: f"{FLASK} (scrypt)", EXPRESS: f"{EXPRESS} (PBKDF2)"}
WARM_UP = 10  # the first hash in each thread of a server also has to ask for its memory
Act = Callable[[], object]
Timings = dict[str, list[list[float]]]


def measure(effort: Effort, folder: Path) -> Measure:
    """Hash alone and log in, in turn; the peers hash as their documentation shows it."""
    with ExitStack() as stack:
        servers = {name: stack.enter_context(start()) for name, start in _starts(folder).items()}
        timings = _timings({HASH: _hash_alone()} | _logins(servers), effort)
        memory = {name: megabytes(server.process_id) for name, server in servers.items()}
    rows = [_row(name, timings[name], memory.get(name)) for name in timings]
    return Measure(TITLE, [*rows, _share(timings)])


def _starts(folder: Path) -> dict[str, Start]:
    ours: dict[str, Start] = {OURS: partial(serving, folder / "logins.sqlite", "off")}
    return ours | {LABELS[peer]: start for peer, start in installed().items()}


def _logins(servers: dict[str, Server]) -> dict[str, Act]:
    return {name: partial(log_in, server.port) for name, server in servers.items()}


def _hash_alone() -> Act:
    """What `serve` does with a password, and nothing else."""
    hasher, password = owasp_hasher(), next(iter(DEMO_ACCOUNTS.values()))
    return partial(hasher.verify, hasher.hash(password), password)


def _timings(acts: dict[str, Act], effort: Effort) -> Timings:
    for act in acts.values():
        _several(act, WARM_UP)
    timings: Timings = {name: [] for name in acts}
    for name in taking_turns(list(acts), effort.pick(8, quick=2)):
        timings[name].append(_several(acts[name], effort.pick(13, quick=3)))
    return timings


def _several(act: Act, times: int) -> list[float]:
    return [_ms(act) for _ in range(times)]


def _ms(act: Act) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def _row(name: str, rounds: list[list[float]], memory: float | None) -> Row:
    percentiles = statistics.quantiles(chain(*rounds), n=100, method="inclusive")
    held = {} if memory is None else {"megabytes": memory}
    return Row(name, {"p50_ms": percentiles[49], "p99_ms": percentiles[98]} | held)


def _share(timings: Timings) -> Row:
    alone, whole = (list(map(statistics.median, timings[name])) for name in (HASH, OURS))
    return Row("share of the hash", {}, ratio_of(alone, whole))
