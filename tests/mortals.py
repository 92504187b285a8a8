"""What somebody without privileges is told, also when root runs the tests."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable

import pytest

NOBODY = 65534
FORK = multiprocessing.get_context("fork") if hasattr(os, "fork") else None


def told_without_privileges(act: Callable[[], object]) -> str:
    """The error that comes of it in a process that is not root, or "done"."""
    if FORK is None:
        pytest.skip("needs os.fork")
    ours, theirs = FORK.Pipe()

    def try_it() -> None:
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        try:
            act()
        except BaseException as error:
            theirs.send(f"{type(error).__name__}: {error}")
        else:
            theirs.send("done")

    child = FORK.Process(target=try_it)
    child.start()
    told: str = ours.recv() if ours.poll(10) else "nothing"
    child.join()
    return told
