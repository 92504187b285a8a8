"""A server that is killed while browsers log in, write words and log out; what is left of it."""

from __future__ import annotations

import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field

from tests.faults.quick import ACCOUNTS, cookie_of, log_in, quick_serve, send, who
from tests.wire.children import Child, Nursery
from tests.wire.raw_http import Answer

BROWSERS = 8
SHORTEST, LONGEST = 0.05, 0.4  # seconds until the kill
DATABASE = "sessions.sqlite"
Found = dict[str, str] | str
CUT_OFF = (OSError, AssertionError)  # no answer, or one that ends too soon


@dataclass
class Browser:
    """One browser, one request at a time; it keeps what was acknowledged and what was under way."""

    number: int
    chance: random.Random
    cookie: str = ""
    user: str = ""
    word: str = ""
    written: int = 0
    under_way: str = ""
    new_word: str = ""
    ended: list[str] = field(default_factory=list)
    acknowledged: Counter[str] = field(default_factory=Counter)

    def work(self, child: Child, stop: threading.Event) -> None:
        """Go on until the server is killed."""
        while not stop.is_set():
            try:
                self._step(child)
            except CUT_OFF:
                return

    def _step(self, child: Child) -> None:
        if not self.cookie:
            return self._log_in(child)
        acts = (self._write, self._write, self._write, self._log_out, self._log_in)
        return self.chance.choice(acts)(child)

    def _log_in(self, child: Child) -> None:
        """With a cookie the present session is replaced: its word stays with the same user."""
        user = self.chance.choice(list(ACCOUNTS))
        answer = self._ask("login", lambda: log_in(child, user, self.cookie))
        keeps_word = bool(self.cookie) and user == self.user
        self._let_go()
        self.cookie, self.user = cookie_of(answer), user
        self.word = self.word if keeps_word else ""

    def _write(self, child: Child) -> None:
        self.written += 1
        self.new_word = f"{self.user} {self.number} {self.written}"
        self._ask("word", lambda: send(child, "/word", self.cookie, word=self.new_word))
        self.word = self.new_word

    def _log_out(self, child: Child) -> None:
        self._ask("logout", lambda: send(child, "/logout", self.cookie))
        self._let_go()

    def _let_go(self) -> None:
        if self.cookie:
            self.ended.append(self.cookie)
        self.cookie = ""

    def _ask(self, what: str, request: Callable[[], Answer]) -> Answer:
        self.under_way = what
        try:
            answer = request()
        except ConnectionRefusedError:  # the server was dead already: nothing was sent
            self.under_way = ""
            raise
        assert len(answer.body) == int(answer.one("Content-Length"))
        if answer.status != 303:
            raise RuntimeError(f"{what} was answered {answer.status}: {answer.text}")
        self.under_way = ""
        self.acknowledged[what] += 1
        return answer

    def may_find(self) -> list[Found]:
        """What the server may say of this browser's cookie after the kill."""
        kept: Found = {"user": self.user, "word": self.word}
        if self.under_way == "word":
            return [kept, {"user": self.user, "word": self.new_word}]
        return [kept, "UNKNOWN_SESSION"] if self.under_way else [kept]

    def take_up(self, found: Found) -> None:
        """Go on with what was found."""
        if isinstance(found, str):
            self._let_go()
        else:
            self.user, self.word = found["user"], found["word"]
        self.under_way = ""


@dataclass
class Tally:
    """What became of everything that was acknowledged."""

    rounds: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)
    under_way: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    resurrected: list[str] = field(default_factory=list)
    swapped: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    strays: int = 0  # sessions of logins that were under way: in the store, opened by no cookie

    def judge(self, browser: Browser, found: Found) -> None:
        if found in browser.may_find():
            return
        is_other = isinstance(found, dict) and found["user"] != browser.user
        note = f"round {self.rounds}: {browser.may_find()} expected, {found} found"
        (self.swapped if is_other else self.lost).append(note)


def kill_again_and_again(nursery: Nursery, rounds: int, seed: int) -> Tally:
    """Kill and restart a server on one file, `rounds` times."""
    chance, tally = random.Random(seed), Tally()
    browsers = [Browser(number, random.Random(chance.random())) for number in range(BROWSERS)]
    child = quick_serve(nursery, "--store", f"sqlite:{DATABASE}", "--trace", "off")
    for tally.rounds in range(1, rounds + 1):
        _work_and_kill(child, browsers, chance.uniform(SHORTEST, LONGEST))
        _count(browsers, tally)
        ended = [cookie for browser in browsers for cookie in browser.ended]
        child = quick_serve(nursery, "--store", f"sqlite:{DATABASE}", "--trace", "off")
        _look_at_all(child, browsers, tally)
        _look_for_the_dead(child, ended if tally.rounds == rounds else ended[-100:], tally)
    child.end()
    _look_into_the_file(nursery, browsers, tally)
    return tally


def _work_and_kill(child: Child, browsers: list[Browser], seconds: float) -> None:
    stop, port = threading.Event(), child.port
    assert port
    with ThreadPoolExecutor(len(browsers)) as threads:
        working = [threads.submit(browser.work, child, stop) for browser in browsers]
        time.sleep(seconds)
        child.process.send_signal(signal.SIGKILL)
        child.wait()
        stop.set()
    for each in working:
        each.result()


def _count(browsers: list[Browser], tally: Tally) -> None:
    for browser in browsers:
        tally.acknowledged += browser.acknowledged
        browser.acknowledged.clear()
        if browser.under_way:
            tally.under_way[browser.under_way] += 1


def _look_at_all(child: Child, browsers: list[Browser], tally: Tally) -> None:
    for browser in browsers:
        if browser.cookie:
            found = who(child, browser.cookie)
            tally.judge(browser, found)
            browser.take_up(found)
        browser.under_way = ""
    tally.damaged += _damage(child)


def _damage(child: Child) -> list[str]:
    with closing(sqlite3.connect(child.folder / DATABASE)) as connection:
        says = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    return [line for line in says if line != "ok"]


def _look_for_the_dead(child: Child, ended: list[str], tally: Tally) -> None:
    for cookie in ended:
        found = who(child, cookie)
        if found != "UNKNOWN_SESSION":
            tally.resurrected.append(f"round {tally.rounds}: {found}")


def _look_into_the_file(nursery: Nursery, browsers: list[Browser], tally: Tally) -> None:
    with closing(sqlite3.connect(nursery.folder / DATABASE)) as connection:
        (rows,) = connection.execute("SELECT count(*) FROM sessions").fetchone()
    tally.strays = rows - sum(bool(browser.cookie) for browser in browsers)
