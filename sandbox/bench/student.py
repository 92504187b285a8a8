"""Somebody in front of a terminal, for what a student waits for."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.bench.children import Child, open_terminal, program
from sandbox.login.problems import Problem

SANDBOX = Path(__file__).parents[2]
PATIENCE = 20.0  # seconds until something must be shown


class Student:
    """Presses Enter, and waits until words are shown."""

    def __init__(self, child: Child, near: int) -> None:
        self._child, self._near = child, near
        self._shown = b""

    def presses_enter(self) -> None:
        os.write(self._near, b"\n")

    def waits_for(self, words: bytes) -> None:
        """Until these words stand on the screen, below what was waited for before."""
        until = time.perf_counter() + PATIENCE
        while words not in self._shown:
            readable, _, _ = select.select([self._near], [], [], 0.1)
            if readable:
                self._shown += os.read(self._near, 65536)
            elif self._child.process.poll() is not None:
                self._child.fail()
            elif time.perf_counter() > until:
                raise Problem(f"What is measured did not come to {words.decode()!r}.")
        self._shown = self._shown.partition(words)[2]


@contextmanager
def at_a_terminal(folder: Path, *command: str) -> Iterator[Student]:
    """`python -m sandbox …` in this folder, on a terminal of 80 columns."""
    near, far = open_terminal()
    words, here = [sys.executable, "-m", "sandbox", *command], {"PYTHONPATH": str(SANDBOX)}
    try:
        with program(words, here, stdin=far, stdout=far, cwd=folder) as child:
            yield Student(child, near)
    finally:
        os.close(far)
        os.close(near)


def ms_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
