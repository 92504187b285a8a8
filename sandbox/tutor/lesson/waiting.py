"""Waiting for somebody: the keys that always work, and what a browser does meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from sandbox.tutor.inbox import Inbox
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.looking import (
    as_curl,
    recipe_in_words,
    what_changed,
    where,
    why_lines,
)
from sandbox.tutor.lesson.parts import Request
from sandbox.tutor.lesson.screen import Screen
from sandbox.tutor.lesson.world import World

T = TypeVar("T")
EMPTY = "Press Enter alone; or type a letter from the line above, then Enter."


class Back(Exception):
    """The student wants to see the step before."""


class Skip(Exception):
    """The student goes on without this."""


class Disturbed(Exception):
    """Somebody has changed the server, so the step cannot go on; the message says what was seen."""


class Quit(Exception):
    """The student stops here; the place is kept."""


class Desk:
    """Where the student sits: the screen, the keyboard, and what may be asked at any time.

    `before` is the folder of the lesson before, None for the first.
    """

    def __init__(
        self, screen: Screen, inbox: Inbox[Exchange], folder: Path, before: Path | None
    ) -> None:
        self.screen = screen
        self.world: World | None = None
        self.waits_for: Request | None = None
        self.takes_others = False  # a browser or curl can do what is waited for, too
        self.hint = ""
        self.code = ""  # of the last request
        self._inbox = inbox
        self._folder, self._before = folder, before

    def wait(
        self,
        prompt: str,
        typed: Callable[[str], T | None],
        seen: Callable[[Exchange], T | None] | None = None,
        after: int = 0,
    ) -> T:
        """Until `typed` or `seen` has an answer; exchanges up to number `after` are too old."""
        self._inbox.forget_keys()
        answer: T | None = None
        while answer is None:
            self.screen.prompt(prompt)
            news = self._news(after if seen else None)
            if isinstance(news, Exchange) or not self._inbox.echoes:
                self.screen.end_prompt()
            if isinstance(news, Exchange):
                answer = seen(news) if seen else None
            elif not self._is_a_key(news):
                answer = typed(news)
        return answer

    def pause(self, prompt: str, after: int = 0) -> None:
        """Nothing goes on before Enter; there is nothing to skip. What others do is shown."""
        with suppress(Skip):
            self.wait(prompt, lambda line: self._only_enter(line) or None, self._show_card, after)

    def _show_card(self, exchange: Exchange) -> None:
        self.code = exchange.verdict
        self.screen.card(exchange)

    def _only_enter(self, line: str) -> bool:
        if line:
            self.screen.say(EMPTY)
        return not line

    def _news(self, after: int | None) -> Exchange | str:
        """What comes next and counts; None: no exchange does."""
        while True:
            news = self._inbox.next()
            if isinstance(news, str) or (after is not None and news.number > after):
                return news

    def _is_a_key(self, line: str) -> bool:
        key, _, rest = line.partition(" ")
        if key in ("b", "s", "q") and not rest:
            raise {"b": Back, "s": Skip, "q": Quit}[key]()
        if key == "y":
            self._tell(why_lines(rest.strip() or self.code))
        elif line == "w":
            self._tell(where(self.world, self.waits_for) if self.world else [])
        elif line == "d":
            self._show(what_changed(self._folder, self._before))
        elif line == "h":
            self._show(self._hints())
        else:
            return False
        return True

    def _hints(self) -> list[str]:
        lines = [self.hint] if self.hint else []
        if self.world and self.waits_for and self.waits_for.recipe:
            lines += recipe_in_words(self.waits_for, self.world)
        elif self.world and self.waits_for and self.takes_others:
            lines += ["With curl in another terminal:", as_curl(self.waits_for, self.world)]
        elif self.world and self.waits_for:
            lines.append("Only the built-in visitor can do this one: press Enter.")
        return lines or ["Read the text above. Nothing has to be sent here."]

    def _tell(self, sentences: list[str]) -> None:
        """What is read; a command or a line of a program is shown in one piece."""
        self.screen.say()
        for sentence in sentences:
            self.screen.say(sentence)

    def _show(self, lines: list[str]) -> None:
        self.screen.say()
        for line in lines:
            self.screen.line(line)
