"""Eight tabs of a few browsers that log in, look, write and log out, all at once.

The tabs of one browser share its cookie. What the stories tell them is written down with the
whole cookie as the session's id, so it is judged by what a browser can know.
"""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.login.flow import Bricks, Visitor, log_in, log_out, recognise
from sandbox.login.refusals import StoreDown, UnknownSession
from sandbox.login.stores import Session
from sandbox.login.word import write_word
from tests.threads.history import SOMEHOW, UNANSWERED, History
from tests.threads.rounds import GIVE_UP, THREADS
from tests.threads.turns import taking_turns

if TYPE_CHECKING:
    from tests.conftest import HandClock

PASSWORDS = {"alice": "wonderland", "bob": "builder"}
BROWSERS = 3
VISITS = 15  # of each tab
STEP = 20  # seconds between two visits of the first tab: a touch is due now and then


@dataclass
class Browser:
    """A jar with one cookie, or none: ''."""

    cookie: str = ""


@dataclass
class Street:
    """All browsers, and every cookie that was ever handed out."""

    bricks: Bricks
    clock: HandClock
    history: History = field(default_factory=History)
    browsers: list[Browser] = field(default_factory=lambda: [Browser() for _ in range(BROWSERS)])
    cookies: list[str] = field(default_factory=list)

    def look(self, cookie: str) -> Visitor | None:
        """Who has this cookie? None: its session is unknown. Any other refusal is raised."""
        visitors: list[Visitor] = []

        def find() -> Session | None:
            try:
                visitor = recognise(self.bricks, cookie)
            except UnknownSession:
                return None
            visitors.append(visitor)
            return _row(cookie, visitor.user, visitor.session.word)

        self.history.note("find", find, id=cookie)
        return visitors[0] if visitors else None

    def look_at_all(self) -> None:
        for cookie in self.cookies:
            self.look(cookie)


def _row(cookie: str, user: str | None, word: str = "") -> Session:
    """A session as a browser knows it; no page tells its times."""
    return Session(cookie, user, began=0, seen=0, word=word)


@dataclass
class Tab:
    """One thread. It often comes with its browser's cookie, sometimes with an old one."""

    street: Street
    number: int
    together: threading.Barrier
    chance: random.Random
    words: int = 0

    def play(self) -> None:
        acts, weights = zip(*ACTS.items(), strict=True)
        self.together.wait()
        with taking_turns(random.Random(self.chance.random())):
            for act in self.chance.choices(acts, weights, k=VISITS):
                if self.number == 0:
                    self.street.clock.now += STEP
                with suppress(StoreDown):
                    act(self)

    def look(self) -> None:
        self._visitor(self._any_browser())

    def write(self) -> None:
        browser = self._any_browser()
        cookie, visitor = self._visitor(browser)
        if visitor is None:
            return
        self.words += 1
        word = f"{visitor.user} {self.number} {self.words}"

        def write() -> bool:
            try:
                write_word(self.street.bricks.store, visitor.session, word)
            except UnknownSession:
                return False
            return True

        self.street.history.note("write", write, id=cookie, word=word)

    def log_out(self) -> None:
        cookie, visitor = self._visitor(self._any_browser())
        self._log_out("delete", visitor, everywhere=False, id=cookie)

    def log_out_everywhere(self) -> None:
        _, visitor = self._visitor(self._any_browser())
        user = visitor.user if visitor else None
        self._log_out("delete_all_of", visitor, everywhere=True, user=user)

    def _log_out(self, kind: str, visitor: Visitor | None, everywhere: bool, **about: str) -> None:
        if visitor is None:
            return

        def log_out_now() -> str:
            log_out(self.street.bricks, visitor.session, everywhere)
            return SOMEHOW

        self.street.history.note(kind, log_out_now, **about)

    def log_in(self) -> None:
        browser, name = self._any_browser(), self.chance.choice(list(PASSWORDS))
        cookie, visitor = self._visitor(browser)
        present, history = visitor.session if visitor else None, self.street.history
        began = history.tick()
        try:
            header = log_in(self.street.bricks, name, PASSWORDS[name], "127.0.0.1", present)
        except StoreDown:
            history.add("delete", began, UNANSWERED, id=cookie)
            raise
        fresh = browser.cookie = header.partition(";")[0]
        self._note_login(began, _row(fresh, name), cookie, visitor)
        self.street.cookies.append(fresh)

    def _note_login(self, began: int, new: Session, cookie: str, visitor: Visitor | None) -> None:
        """The same user's word is carried over, another user's session ends."""
        add = self.street.history.add
        if visitor is not None and visitor.user == new.user:
            return add("replace", began, SOMEHOW, id=cookie, new=new)
        if visitor is not None:
            add("delete", began, SOMEHOW, id=cookie)
        return add("create", began, True, new=new)

    def _visitor(self, browser: Browser) -> tuple[str, Visitor | None]:
        cookie = browser.cookie
        if self.street.cookies and self.chance.random() < 0.1:
            cookie = self.chance.choice(self.street.cookies)
        return cookie, self.street.look(cookie) if cookie else None

    def _any_browser(self) -> Browser:
        return self.chance.choice(self.street.browsers)


ACTS = {Tab.look: 6, Tab.write: 5, Tab.log_in: 4, Tab.log_out: 1, Tab.log_out_everywhere: 1}


def play_visits(street: Street, seed: str) -> None:
    """Let eight tabs loose on the street, then look at every cookie that was handed out."""
    together = threading.Barrier(THREADS, timeout=GIVE_UP)
    tabs = [
        Tab(street, number, together, random.Random(f"{seed} {number}"))
        for number in range(THREADS)
    ]
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(Tab.play, tabs))
    street.look_at_all()
