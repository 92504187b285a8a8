"""A teaching text on the terminal: prose, sentences, a prompt, one below the other."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection
from typing import ClassVar, TextIO

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Markdown, MarkdownElement, TableElement
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from sandbox.trace.painter import Painter, Terminal
from sandbox.trace.stage import printable

WIDEST = 80  # columns of prose
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
BOTH_ESCAPED = r"\_\_"  # or Markdown takes __init__ for a strong init
LINK = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")


class FoldedTable(TableElement):
    """A table whose words stay whole: what is too long for its column goes on below."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for drawn in super().__rich_console__(console, options):
            if isinstance(drawn, Table):
                for column in drawn.columns:
                    column.overflow = "fold"
            yield drawn


class Prose(Markdown):
    """Markdown in which nothing is left out."""

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "table_open": FoldedTable,
    }


class Writing:
    """Where a student reads; `plain`: no colour, every sign as a word. Nothing is redrawn."""

    keys = ""  # the line above each prompt

    def __init__(self, out: TextIO, plain: bool, quiet: Collection[str] = ()) -> None:
        self._out = out
        self._plain = plain
        self._painter = Painter(out, plain=plain, quiet=quiet)
        self._console = Terminal(out, plain=plain, theme=THEME)

    def title(self, text: str) -> None:
        self._painter.say("")
        self._painter.title(text)

    def strong(self, sentence: str) -> None:
        """A sentence that stands out."""
        width = min(self._console.width, WIDEST)
        lines = textwrap.wrap(self._painter.writable(printable(sentence)), width)
        self._console.print(Text("\n".join(lines), "bold"))

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
                self._console.print(Prose(text, hyperlinks=False), width=width)
            self._out.write("\n" + PADDING.sub("", self._painter.writable(drawn.get())))

    def prompt(self, text: str) -> None:
        """The keys, then what is waited for; the cursor stays behind it."""
        width = min(self._console.width, WIDEST)
        keys = "\n".join(textwrap.wrap(self._painter.writable(self.keys), width))
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
    path = to if to.startswith("http") else to.lstrip("./")
    return f"{words} ({path.replace('__', BOTH_ESCAPED)})"
