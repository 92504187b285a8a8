"""Any calls in any order: every store answers as a plain dictionary would, restarts included."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from sandbox.login.refusals import StoreDown
from sandbox.login.stores import Session, SessionStore
from tests.login.test_stores import STORES

FORGETFUL = {"memory"}  # stores that are empty after a restart
SLOWER = {"redis": 4}  # each call goes to another process: so many times fewer examples


@dataclass
class Row:
    user: str | None
    began: float
    seen: float
    word: str
    flash: tuple[str, ...]


@dataclass
class Plain:
    """The contract of a store once more, with nothing but a dictionary."""

    rows: dict[str, Row] = field(default_factory=dict)

    def create(self, id: str, row: Row) -> str | None:
        if id in self.rows:
            return "StoreDown"
        self.rows[id] = row
        return None

    def find(self, id: str) -> Session | None:
        return Session(id, **vars(self.rows[id])) if id in self.rows else None

    def touch(self, id: str, seen: float) -> bool:
        if id not in self.rows:
            return False
        if seen > self.rows[id].seen:
            self.rows[id].seen = seen
        return True

    def write(self, id: str, word: str | None, flash: tuple[str, ...] | None) -> bool:
        if id not in self.rows:
            return False
        if word is not None:
            self.rows[id].word = word
        if flash is not None:
            self.rows[id].flash = flash
        return True

    def replace(self, old: str, new: str, row: Row) -> bool | str:
        if old not in self.rows:
            return False
        if new in self.rows and new != old:
            return "StoreDown"
        word = self.rows[old].word
        del self.rows[old]
        self.rows[new] = Row(row.user, row.began, row.seen, word, ())
        return True

    def delete(self, id: str) -> bool:
        return self.rows.pop(id, None) is not None

    def all_of(self, user: str) -> list[Session | None]:
        ids = [id for id, row in self.rows.items() if row.user == user]
        ids.sort()
        ids.sort(key=lambda id: self.rows[id].seen, reverse=True)  # stable
        return [self.find(id) for id in ids]

    def delete_all_of(self, user: str) -> int:
        return sum(self.delete(id) for id in list(self.rows) if self.rows[id].user == user)

    def sweep(self, began_before: float) -> int:
        old = [id for id, row in self.rows.items() if row.began < began_before]
        return sum(self.delete(id) for id in old)


# Pairs that one careless comparison takes for the same: case, accents made in two ways, blanks,
# what follows a NUL, numbers, wildcards.
IDS = ("", "a", "A", "a ", "é", "e\u0301", "a\x00", "a\x00b", "1", "01", "%", "'; --", "💐")
USERS = ("alice", "Alice", "bob", "", "None", "%", "al\x00ice", "álice", "' OR 1 --")
TIMES = (0.0, 0.1, -0.1, 0.1 + 2**-50, 1, 1.5, -7, 1_800_000_000.25, 1_800_000_000.5, 1e300, -1e300)

ids, users = st.sampled_from(IDS), st.sampled_from(USERS)
times = st.sampled_from(TIMES) | st.floats(allow_nan=False)
ODD = ("'", '"', "\x00", "a\x00b", "NULL", "\u2028", "[]", " a", "a ", "\n", "01")
texts = st.text(max_size=8) | st.sampled_from(ODD)
flashes = st.lists(texts, max_size=3).map(tuple)
rows = st.builds(Row, st.none() | users, times, times, texts, flashes)
many = st.dictionaries(ids, rows, min_size=6, max_size=9)
calls = st.one_of(
    *[st.tuples(st.just("create"), ids, rows)] * 3,  # or soon there is nobody left
    st.tuples(st.just("touch"), ids, times),
    st.tuples(st.just("write"), ids, st.none() | texts, st.none() | flashes),
    st.tuples(st.just("replace"), ids, ids, rows),
    st.tuples(st.just("delete"), ids),
    st.tuples(st.just("delete_all_of"), users),
    st.tuples(st.just("sweep"), times),
    st.tuples(st.just("restart")),
)


def said(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except StoreDown:
        return "StoreDown"


class Twins(RuleBasedStateMachine):
    """A store and the plain dictionary: each step is done to both, then both are looked through."""

    name: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store: SessionStore = STORES[self.name](Path(self.folder.name))
        self.plain = Plain()

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @initialize(some=many)
    def create_many(self, some: dict[str, Row]) -> None:
        for id, row in some.items():
            self.create(id, row)

    @rule(call=calls)
    def one_call(self, call: tuple[Any, ...]) -> None:
        """One rule for all: of several, Hypothesis leaves some out for the whole of a run."""
        name, *arguments = call
        getattr(self, name)(*arguments)

    def create(self, id: str, row: Row) -> None:
        session = Session(id, **vars(row))
        answer = self.plain.create(id, Row(**vars(row)))
        assert said(lambda: self.store.create(session)) == answer

    def touch(self, id: str, seen: float) -> None:
        assert self.store.touch(id, seen) is self.plain.touch(id, seen)

    def write(self, id: str, word: str | None, flash: tuple[str, ...] | None) -> None:
        assert self.store.write(id, word=word, flash=flash) is self.plain.write(id, word, flash)

    def replace(self, old: str, new: str, row: Row) -> None:
        session = Session(new, **vars(row))
        answer = self.plain.replace(old, new, row)
        assert said(lambda: self.store.replace(old, session)) == answer

    def delete(self, id: str) -> None:
        assert self.store.delete(id) is self.plain.delete(id)

    def delete_all_of(self, user: str) -> None:
        assert self.store.delete_all_of(user) == self.plain.delete_all_of(user)

    def sweep(self, began_before: float) -> None:
        assert self.store.sweep(began_before) == self.plain.sweep(began_before)

    def restart(self) -> None:
        self.store.close()
        self.store = STORES[self.name](Path(self.folder.name))
        if self.name in FORGETFUL:
            self.plain.rows.clear()

    @invariant()
    def they_are_alike(self) -> None:
        for id in IDS:
            assert self.store.find(id) == self.plain.find(id)
        for user in USERS:
            assert self.store.all_of(user) == self.plain.all_of(user)


def machine_of(name: str) -> type[Twins]:
    return type(f"TwinsOf_{name}", (Twins,), {"name": name})


@pytest.mark.parametrize("name", STORES)
@pytest.mark.parametrize(
    ("examples", "steps", "phases"),
    [
        (80, 15, [Phase.generate]),  # what fails is not made smaller: that takes minutes
        pytest.param(300, 40, [Phase.generate, Phase.shrink], marks=pytest.mark.slow),
    ],
)
def test_whatever_is_called_in_whatever_order_a_store_answers_as_a_plain_dictionary(
    name: str, examples: int, steps: int, phases: list[Phase]
) -> None:
    quietly = settings(
        max_examples=examples // SLOWER.get(name, 1),
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=True,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine_of(name), settings=quietly)
