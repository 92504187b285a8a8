"""A lesson on the terminal: prose, cards, questions, one below the other; nothing is redrawn."""

from __future__ import annotations

import re
import textwrap
from typing import TextIO

from rich.markdown import Markdown
from rich.text import Text
from rich.theme import Theme

from sandbox.trace.painter import Painter, Terminal
from sandbox.trace.stage import printable
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.judge import Judged

WIDEST = 80  # columns of prose
LONGEST_PAGE = 240  # characters of a page
KEYS = "b back · h hint · w where am I · y CODE why · d what changed · s skip · q quit"
IN_LESSONS = ("check_host",)  # the stages that are not drawn when they are OK
# Legible on a dark and on a light terminal.
THEME = Theme(
    {
        "markdown.code": "bold",
        "markdown.code_block": "none",
        "markdown.h2": "bold",
        "markdown.h3": "bold",
        "markdown.item.bullet": "none",
        "markdown.item.number": "none",
        "markdown.link": "underline",
        "markdown.link_url": "none",
    }
)
PADDING = re.compile(r" +$", re.MULTILINE)
LINK = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")


class Screen:
    """Where a lesson is shown; `plain`: no colour, every sign as a word."""

    def __init__(self, out: TextIO, plain: bool) -> None:
        self._out = out
        self._plain = plain
        self._painter = Painter(out, plain=plain, quiet=IN_LESSONS)
        self._console = Terminal(out, plain=plain, theme=THEME)

    def title(self, text: str) -> None:
        self._painter.say("")
        self._painter.title(text)

    def say(self, sentence: str = "") -> None:
        """A line; what does not fit stands below, as far in as the line began."""
        sentence = printable(sentence)
        width = min(self._console.width, WIDEST)
        inner = sentence[: len(sentence) - len(sentence.lstrip())] + "  "
        lines = textwrap.wrap(sentence, width, subsequent_indent=inner) or [""]
        self._painter.say("\n".join(lines))

    def line(self, text: str) -> None:
        """A line in one piece, such as one of a program or a command."""
        self._console.print(Text(self._painter.writable(printable(text))), soft_wrap=True)

    def prose(self, markdown: str) -> None:
        """Markdown as a person reads it; of a link to a file, its words and its path."""
        if markdown:
            text = LINK.sub(_link_in_words, self._painter.writable(markdown))
            width = min(self._console.width, WIDEST)
            with self._console.capture() as drawn:  # rich draws signs of its own
                self._console.print(Markdown(text, hyperlinks=False), width=width)
            self._out.write("\n" + PADDING.sub("", self._painter.writable(drawn.get())))

    def card(self, exchange: Exchange) -> None:
        """The trace of one exchange."""
        self._painter.draw(*exchange.events)

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

    def prompt(self, text: str) -> None:
        """The keys, then what is waited for; the cursor stays behind it."""
        width = min(self._console.width, WIDEST)
        keys = "\n".join(textwrap.wrap(self._painter.writable(KEYS), width))
        self._console.print(Text(f"\n{keys}", "dim"), soft_wrap=True)
        self._console.print(Text(self._painter.writable(text), "bold"), end=" > ")

    def end_prompt(self) -> None:
        """Something else than a key came: go on below the prompt."""
        self._out.write("\n")
        self._out.flush()


def _link_in_words(link: re.Match[str]) -> str:
    words, to = link.groups()
    if words == to:
        return words
    return f"{words} ({to})" if to.startswith("http") else f"{words} ({to.lstrip('./')})"
