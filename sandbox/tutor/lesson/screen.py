"""The screen of a lesson: its prose, the cards of its requests, what was expected of them."""

from __future__ import annotations

from typing import TextIO

from rich.text import Text

from sandbox.trace.stage import printable
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.judge import Judged
from sandbox.tutor.writing import Writing

LONGEST_PAGE = 240  # characters of a page
IN_LESSONS = ("check_host",)  # the stages that are not drawn when they are OK


class Screen(Writing):
    """Where a lesson is shown."""

    keys = "b back · h hint · w where am I · y CODE why · d what changed · s skip · q quit"

    def __init__(self, out: TextIO, plain: bool) -> None:
        super().__init__(out, plain, quiet=IN_LESSONS)

    def card(self, exchange: Exchange) -> None:
        """The trace of one exchange."""
        self._painter.draw(*exchange.drawn)

    def reasons(self, exchange: Exchange) -> None:
        """Which cookies the browser kept back or refused, and why."""
        for line in exchange.reasons.lines() if exchange.reasons else ():
            self.say(line)

    def page(self, exchange: Exchange) -> None:
        """What the page says; the built-in visitor has no window to show it in."""
        text = printable(exchange.says)
        if text:
            cut = f"{text[:LONGEST_PAGE]}…" if len(text) > LONGEST_PAGE else text
            self.say(f"The page says: {cut}")
            self.say()

    def judged(self, judged: Judged) -> None:
        """One expectation, and what was seen where that says more."""
        if judged.is_met:
            self.say(f"  as expected: {judged.text}")
        else:
            self.say(f"  not as expected: {judged.text}, observed {judged.observed}")

    def address(self, before: str, url: str) -> None:
        """An address that is to be opened."""
        self._console.print(Text(before).append(url, "bold"), soft_wrap=True)
