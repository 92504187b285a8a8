"""A real terminal of a given width, and what was shown on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect

from tests.wire.children import Environment, command, default_signals

PATIENCE = 40  # seconds, on a busy machine
STYLE = re.compile(r"\x1b\[([0-9;]*)m")
# ECMA-48 section 8.3.117: 30 to 49 set a colour, so do 90 to 107; 1 is bold and 2 is faint.
COLOUR = re.compile(r"3\d|4\d|9\d|10[0-7]")


class Shown(pexpect.spawn):  # type: ignore[misc]
    """A child on a terminal; keeps all that it wrote."""

    @property
    def everything(self) -> str:
        return self.logfile_read.text  # type: ignore[no-any-return]


class _Log:
    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        """Nothing is held back."""


@contextmanager
def terminal(
    *arguments: str,
    folder: Path,
    env: Environment,
    columns: int = 80,
    code: str = "",
) -> Iterator[Shown]:
    """`python -m sandbox …` on a terminal of 24 lines; ended whatever happens."""
    program, *rest = command(*arguments)
    shown = Shown(
        program,
        ["-c", code, *arguments] if code else rest,
        cwd=str(folder),
        env=env,
        dimensions=(24, columns),
        encoding="utf-8",
        timeout=PATIENCE,
        preexec_fn=default_signals,
        echo=False,
    )
    shown.logfile_read = _Log()
    try:
        yield shown
    finally:
        close_terminal(shown)


def close_terminal(shown: Shown) -> None:
    shown.close(force=True)


def read_until(shown: Shown, pattern: str) -> None:
    shown.expect(pattern)


def press_ctrl_c(shown: Shown) -> None:
    shown.sendintr()


def colours(text: str) -> list[str]:
    """The escapes that set a colour; bold and faint are none."""
    return [
        found[0]
        for found in STYLE.finditer(text)
        if any(COLOUR.fullmatch(part) for part in found[1].split(";"))
    ]


def plain_lines(text: str) -> list[str]:
    """What stands on each line, without the styles."""
    return STYLE.sub("", text).replace("\r", "").split("\n")
