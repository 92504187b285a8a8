"""A command of the sandbox in a folder with three exercises: its exit code, and what it says."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import pytest

from sandbox import __main__ as command_line
from tests.exercises.small import (
    COUNT_SOLUTION,
    DOUBLE_SOLUTION,
    GREET_SOLUTION,
    small_course,
)

SOLUTIONS = {
    "01_double.py": DOUBLE_SOLUTION,
    "02_greet.py": GREET_SOLUTION,
    "03_count.py": COUNT_SOLUTION,
}


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str


class Clone:
    """A folder with exercises/ in it, where a student types commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        small_course(folder / "exercises")

    def run(self, *words: str) -> Said:
        """`python -m sandbox WORDS`, in this process, to save time."""
        out, err = self.folder / "out.txt", self.folder / "err.txt"
        with _writable(out) as stdout, _writable(err) as stderr:
            code = self._run(words, stdout, stderr)
        said = Said(code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))
        out.unlink()
        err.unlink()
        return said

    def _run(self, words: Sequence[str], stdout: TextIO, stderr: TextIO) -> int:
        with pytest.MonkeyPatch.context() as here:
            here.chdir(self.folder)
            here.setattr(sys, "stdout", stdout)
            here.setattr(sys, "stderr", stderr)
            here.setattr(sys, "stdin", None)  # nobody types
            here.setattr(signal, "signal", lambda *_: None)  # the tests' own stay
            return command_line.main(list(words))

    def answer(self, name: str, text: str, folder: str = "work/exercises") -> Path:
        """Have this answer stand in the folder."""
        path = self.folder / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def answer_all(self, folder: str = "work/exercises") -> None:
        """Have a solution of each exercise stand in the folder."""
        for name, text in SOLUTIONS.items():
            self.answer(name, text, folder)

    @property
    def progress(self) -> Path:
        return self.folder / "work/progress.json"


def _writable(file: Path) -> TextIO:
    return file.open("w", encoding="utf-8")
