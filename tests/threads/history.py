"""What every thread asked and what it was told, with the moments when it asked and was told."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.login.stores import Session, SessionStore

UNANSWERED = "unanswered"  # the call raised: done or not, nobody was told
SOMEHOW = "somehow"  # done when the call returned, by this call or by another


@dataclass(frozen=True, repr=False)
class Operation:
    """One call of one thread. Moments are ticks of a counter that all threads share."""

    kind: str  # a method of SessionStore
    began: int
    ended: int
    result: Any  # what was told; True for a create
    id: str = ""  # the session that was asked for, changed or ended
    new: Session | None = None  # the session that was to begin
    user: str | None = None
    word: str | None = None
    flash: tuple[str, ...] | None = None
    seen: float | None = None
    began_before: float | None = None
    thread: int = 0

    def before(self, other: Operation) -> bool:
        """It was over when the other began; of two that overlap, neither was."""
        return self.ended < other.began

    @property
    def answered(self) -> bool:
        return self.result is not UNANSWERED

    def __repr__(self) -> str:
        """Like `write(id='a', word='x') -> True, from 4 to 7`."""
        fields = {name: value for name, value in vars(self).items() if value not in (None, "")}
        told = {"kind", "began", "ended", "result", "thread"}
        about = ", ".join(f"{name}={value!r}" for name, value in fields.items() if name not in told)
        return f"{self.kind}({about}) -> {self.result!r}, from {self.began} to {self.ended}"


@dataclass
class History:
    """The operations of all threads."""

    operations: list[Operation] = field(default_factory=list)
    # One call into C: two threads are never given the same tick, however they take turns.
    tick: Callable[[], int] = field(default_factory=lambda: itertools.count().__next__)

    def note(self, kind: str, call: Callable[[], Any], **about: Any) -> Any:
        """Make the call and write it down, also when it raises."""
        began, result = self.tick(), UNANSWERED
        try:
            result = call()
            return result
        finally:
            self.add(kind, began, result, **about)

    def add(self, kind: str, began: int, result: Any, **about: Any) -> None:
        """Write down a call that ends now."""
        thread = threading.get_ident()
        told = Operation(kind, began, self.tick(), result, thread=thread, **about)
        self.operations.append(told)


class WatchedStore:
    """A store whose calls are written down."""

    def __init__(self, store: SessionStore, history: History) -> None:
        self._store = store
        self._note = history.note

    def create(self, session: Session) -> None:
        def create() -> bool:
            self._store.create(session)
            return True

        self._note("create", create, new=session)

    def find(self, session_id: str) -> Session | None:
        return self._note("find", lambda: self._store.find(session_id), id=session_id)

    def touch(self, session_id: str, seen: float) -> bool:
        return self._note(
            "touch", lambda: self._store.touch(session_id, seen), id=session_id, seen=seen
        )

    def write(
        self, session_id: str, *, word: str | None = None, flash: tuple[str, ...] | None = None
    ) -> bool:
        def write() -> bool:
            return self._store.write(session_id, word=word, flash=flash)

        return self._note("write", write, id=session_id, word=word, flash=flash)

    def replace(self, old_id: str, new: Session) -> bool:
        return self._note("replace", lambda: self._store.replace(old_id, new), id=old_id, new=new)

    def delete(self, session_id: str) -> bool:
        return self._note("delete", lambda: self._store.delete(session_id), id=session_id)

    def all_of(self, user: str) -> list[Session]:
        return self._note("all_of", lambda: self._store.all_of(user), user=user)

    def delete_all_of(self, user: str) -> int:
        return self._note("delete_all_of", lambda: self._store.delete_all_of(user), user=user)

    def sweep(self, began_before: float) -> int:
        return self._note(
            "sweep", lambda: self._store.sweep(began_before), began_before=began_before
        )

    def close(self) -> None:
        self._store.close()


def overlapping_pairs(operations: list[Operation]) -> int:
    """How often two operations on one session were under way at the same time."""
    of_one: dict[str, list[Operation]] = {}
    for operation in operations:
        new_id = operation.new.id if operation.new else ""
        for session_id in {operation.id, new_id} - {""}:
            of_one.setdefault(session_id, []).append(operation)
    pairs = (pair for each in of_one.values() for pair in itertools.combinations(each, 2))
    return sum(not a.before(b) and not b.before(a) for a, b in pairs)
