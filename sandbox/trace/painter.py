"""Events as lines of a card, fitted to the terminal: 80 columns or fewer, colour or none."""

from __future__ import annotations

import textwrap
from collections.abc import Collection
from typing import Any, Literal, TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from sandbox.trace.stage import Event
from sandbox.trace.stage_words import QUIET_WHEN_OK
from sandbox.trace.words import (
    Line,
    in_fewer_words,
    request_lines,
    response_lines,
    stage_lines,
)

INDENTED = ("detail", "place", "attribute")
LABELS = 9  # columns for the lane's name
NARROW = 72  # columns: below, the figures of a signature are not indented
MARKS = "✓✗→…·µ"
# Also what rich draws before an item, beside a quotation and as a rule.
DRAWN = {"•": "*", "▌": "|", "─": "-"}
IN_ASCII = str.maketrans({"✓": "+", "✗": "x", "→": "->", "…": "~", "·": "-", "µ": "u"} | DRAWN)
IN_WORDS = str.maketrans(
    {"✓": "passed", "✗": "refused", "→": "answered", "…": "...", "·": "-", "µ": "u"} | DRAWN
)
# Legible on a dark and on a light terminal; never the only carrier of meaning.
LANE_STYLES = {"browser": "cyan", "signer": "magenta", "store": "green", "guard": "bold"}
PROJECTED = {"head": "bold", "lamps": "bold"}
TEXT_STYLES = {"head": "bold", "detail": "dim", "place": "dim", "lamps": "bold"}


class Terminal(Console):
    """rich ends the program when nobody reads any more; we decide that ourselves."""

    def __init__(
        self, out: TextIO, width: int | None = None, plain: bool = False, **more: Any
    ) -> None:
        colours: Literal["auto"] | None = None if plain else "auto"
        super().__init__(
            file=out,
            width=width,
            color_system=colours,
            highlight=False,
            markup=False,
            emoji=False,
            **more,
        )

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


class Painter:
    """Draw events on a terminal, or into a file as plain text.

    `plain`: no colour and no bold, every sign as a word. `quiet` stages are not drawn when OK.
    """

    faint, good, bad = "dim", "bold green", "bold"
    lane_styles, text_styles = LANE_STYLES, TEXT_STYLES

    def __init__(
        self,
        out: TextIO,
        width: int | None = None,
        plain: bool = False,
        quiet: Collection[str] = QUIET_WHEN_OK,
    ) -> None:
        self._quiet = quiet
        self._console = Terminal(out, width, plain, soft_wrap=True)
        self.width = self._console.width  # columns, asked anew for each event
        self._ascii = not _can_write(out, MARKS)
        self._signs = IN_WORDS if plain else IN_ASCII if self._ascii else {}
        self._had_cookie: dict[int, bool] = {}

    def draw(self, *events: Event) -> None:
        """Draw what these events add to the cards of their requests."""
        self.width = self._console.width
        lines = [text for event in events for text in self._added_by(event)]
        if lines:
            self._console.print(Text("\n").join(lines))

    def say(self, sentence: str) -> None:
        """Lines of their own, between the cards."""
        text = Text(self.writable(sentence))
        self._console.print(Text("\n").join(text.wrap(self._console, self.width)))

    def title(self, text: str) -> None:
        """The heading of what follows; further lines say what to look at."""
        first, *rest = self.writable(text).split("\n")
        width = min(self._console.width, 80)
        wrapped = [Text(part) for line in rest for part in textwrap.wrap(line, width) or [""]]
        heading = [Text("=" * width, self.faint), Text(first, "bold")]
        self._console.print(Text("\n").join(heading + wrapped))

    def _added_by(self, event: Event) -> list[Text]:
        lines = [
            text for line in self._lines(event) for text in self._card_lines(event["id"], line)
        ]
        return [*lines, Text()] if event["type"] == "response" else lines

    def _lines(self, event: Event) -> list[Line]:
        if event["type"] == "request":
            self._had_cookie[event["id"]] = any(cookie["ours"] for cookie in event["cookies"])
            return request_lines(event)
        if event["type"] == "stage_ended":
            return stage_lines(event, self._quiet)
        if event["type"] == "response":
            return response_lines(event, self._had_cookie.pop(event["id"], False))
        return []

    def _card_lines(self, request_id: int, line: Line) -> list[Text]:
        """One line of a card, continued below where the terminal is too narrow for it."""
        start = self._start(request_id, line)
        room = max(self.width - cell_len(start.plain), 1)
        text, right = self.writable(line.text).rstrip(), self.writable(line.right)
        style = self.text_styles.get(line.kind, "")
        first, *more = self._broken(line, text, room)
        gap = room - cell_len(first) - cell_len(right)
        start.append(first, style)
        if right and not more and gap >= 2:
            start.append(" " * gap + right, self.faint)
        below = [Line("detail" if style else "attribute", part) for part in more]
        rest = [each for part in below for each in self._card_lines(request_id, part)]
        return [start, *rest] if first or not rest else rest

    def _broken(self, line: Line, text: str, room: int) -> list[str]:
        if cell_len(self.writable(line.text)) <= room:
            return [text]
        if line.fold:
            return [text[: line.fold].rstrip(), text[line.fold :]]
        return [part.plain.rstrip() for part in Text(text).wrap(self._console, room)]

    def _start(self, request_id: int, line: Line) -> Text:
        """What stands before the words: the request's number, the lane, the code."""
        start = Text().append(f"#{request_id} ", "bold" if line.kind == "head" else self.faint)
        if line.code == "SKIPPED":
            return start.append(f"{line.code:{LABELS}}")
        is_narrow = self.width < NARROW
        if line.kind in INDENTED or (line.kind == "figure" and not is_narrow):
            start.append(" " * LABELS)
        if line.kind == "lane":
            start.append(f"{line.label:{LABELS}}", self.lane_styles.get(line.label, ""))
        if line.code:
            mark, style = ("✓", self.good) if line.code == "OK" else ("✗", self.bad)
            start.append(self.writable(f"{mark} {line.code}  "), style)
        return start

    def writable(self, text: str) -> str:
        """The text in signs that the terminal can show and the reader wants."""
        text = text.translate(self._signs) if self._signs else text
        return text.encode("ascii", "backslashreplace").decode() if self._ascii else text


class ProjectorPainter(Painter):
    """For the last row: nothing faint, refusals inverted, fewer words, air around each card."""

    faint, good, bad = "", "bold", "bold reverse"
    lane_styles = dict.fromkeys(("browser", "server", "signer", "store", "guard"), "bold")
    text_styles = PROJECTED

    def _added_by(self, event: Event) -> list[Text]:
        above = [Text()] if event["type"] == "request" else []
        return above + super()._added_by(event)

    def _lines(self, event: Event) -> list[Line]:
        return in_fewer_words(super()._lines(event))


def _can_write(out: TextIO, marks: str) -> bool:
    try:
        marks.encode(getattr(out, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return False
    return True
