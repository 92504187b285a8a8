"""Rounds of eight threads that begin, change and end a handful of sessions, all at once.

In each round all threads first try to create the same sessions at once; then each makes calls of
its own choice. Every round has ids, users and words of its own.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field

from sandbox.login.refusals import StoreDown
from sandbox.login.stores import Session, SessionStore
from tests.threads.history import (
    History,
    Operation,
    WatchedStore,
    overlapping_pairs,
)
from tests.threads.judge import Finding, judge
from tests.threads.turns import taking_turns

THREADS = 8
CALLS = 12  # of each thread in a round
GIVE_UP = 30  # seconds to wait for the others: one of them has crashed
SHARED = 4  # sessions at which all threads are busy: so few that they collide


@dataclass
class Round:
    """What the threads of one round share."""

    number: int
    together: threading.Barrier
    history: History = field(default_factory=History)
    known: list[str] = field(default_factory=list)  # ids, the newest last

    def __post_init__(self) -> None:
        self.known += [f"{self.number}: {n}" for n in range(SHARED)]

    @property
    def earliest(self) -> float:
        """Rounds go back in time, so that no sweep reaches the sessions of a round before."""
        return -10.0 * self.number

    @property
    def users(self) -> list[str]:
        return [f"alice {self.number}", f"bob {self.number}"]

    def clear_up(self, store: SessionStore) -> None:
        """When the work is over: who is there, and is nobody there when all were ended?"""
        self.look_at_all(store)
        for user in self.users:
            WatchedStore(store, self.history).delete_all_of(user)
        self.look_at_all(store)

    def look_at_all(self, store: SessionStore) -> None:
        for session_id in self.known:
            WatchedStore(store, self.history).find(session_id)


@dataclass
class Player:
    """One thread in one round."""

    round: Round
    number: int
    store: WatchedStore
    chance: random.Random
    made: int = 0

    def play(self) -> None:
        acts, weights = zip(*ACTS.items(), strict=True)
        with taking_turns(random.Random(self.chance.random())):
            self._begin_shared_ones()
            self.round.together.wait()
            for act in self.chance.choices(acts, weights, k=CALLS):
                with suppress(StoreDown):
                    act(self)

    def _begin_shared_ones(self) -> None:
        """All threads want the same ids: one with a new session, another for one that it has."""
        own_id = self._fresh("session")
        self.store.create(self._session(own_id))
        self.round.known.insert(0, own_id)
        self.round.together.wait()
        for session_id in self.round.known[-SHARED:]:
            with suppress(StoreDown):
                if self.chance.random() < 0.5:
                    self.store.create(self._session(session_id))
                else:
                    self.store.replace(own_id, self._session(session_id))

    def find(self) -> None:
        self.store.find(self._shared_id())

    def look_around(self) -> None:
        for session_id in self.round.known[-SHARED:]:
            self.store.find(session_id)

    def touch(self) -> None:
        self.store.touch(self._shared_id(), self.chance.uniform(0, 100))

    def write(self) -> None:
        word = self._fresh("word")
        self.store.write(self._shared_id(), word=word, flash=self.chance.choice([None, (word,)]))

    def forget_flash(self) -> None:
        self.store.write(self._shared_id(), flash=())

    def create(self) -> None:
        self.store.create(self._session(self._known_beforehand()))

    def replace(self) -> None:
        old_id = self._shared_id()
        self.store.replace(old_id, self._session(self._known_beforehand()))

    def delete(self) -> None:
        self.store.delete(self._shared_id())

    def all_of(self) -> None:
        self.store.all_of(self._user())

    def delete_all_of(self) -> None:
        self.store.delete_all_of(self._user())

    def sweep(self) -> None:
        self.store.sweep(self.round.earliest + self.chance.randrange(4))

    def _session(self, session_id: str) -> Session:
        began = self.round.earliest + self.chance.randrange(10)
        return Session(session_id, self._user(), began, seen=0, word=self._fresh("first word"))

    def _known_beforehand(self) -> str:
        """An id that the others may ask for before its session has begun."""
        session_id = self._fresh("session")
        self.round.known.append(session_id)
        return session_id

    def _shared_id(self) -> str:
        return self.chance.choice(self.round.known[-SHARED:])

    def _user(self) -> str:
        return self.chance.choice(self.round.users)

    def _fresh(self, what: str) -> str:
        self.made += 1
        return f"{self.round.number}: {what} {self.made} of thread {self.number}"


ACTS: dict[Callable[[Player], None], int] = {
    Player.find: 4,
    Player.look_around: 2,
    Player.touch: 3,
    Player.write: 5,
    Player.forget_flash: 1,
    Player.create: 3,
    Player.replace: 3,
    Player.delete: 2,
    Player.all_of: 2,
    Player.delete_all_of: 1,
    Player.sweep: 1,
}


@dataclass
class Tally:
    """What the threads did to each other, and what must not have been."""

    rounds: int = 0
    operations: int = 0
    overlapping: int = 0
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def add(self, history: list[Operation]) -> None:
        self.rounds += 1
        self.operations += len(history)
        self.overlapping += overlapping_pairs(history)
        self.answers.update((each.kind, _in_a_word(each)) for each in history)
        self.findings += judge(history)

    def found(self, *rules: str) -> int:
        return sum(finding.rule in rules for finding in self.findings)


def _in_a_word(operation: Operation) -> str:
    if not operation.answered:
        return "unanswered"
    return "done" if operation.result else "nothing"


def play_rounds(store: SessionStore, rounds: int, seed: int) -> list[Round]:
    """Let eight threads loose on the store, `rounds` times; each round has a history of its own."""
    together = threading.Barrier(THREADS, timeout=GIVE_UP)
    played = [Round(number, together) for number in range(rounds)]
    with ThreadPoolExecutor(THREADS) as threads:
        for each in played:
            watched = WatchedStore(store, each.history)
            players = [
                Player(each, number, watched, random.Random(f"{seed} {each.number} {number}"))
                for number in range(THREADS)
            ]
            list(threads.map(Player.play, players))
            each.clear_up(store)
    return played


def judged(played: list[Round]) -> Tally:
    tally = Tally()
    for each in played:
        tally.add(each.history.operations)
    return tally


def played_and_restarted(make: Callable[[], SessionStore], rounds: int, seed: int) -> Tally:
    """All are looked for once more after a restart: an end is for ever."""
    with closing(make()) as store:
        played = play_rounds(store, rounds, seed)
    with closing(make()) as restarted:
        for each in played:
            each.look_at_all(restarted)
    return judged(played)
