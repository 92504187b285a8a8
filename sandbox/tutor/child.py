"""A program that we started, and that ends when its standard input is closed."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from typing import Any


def end_by_its_input(process: subprocess.Popen[Any], patience: float) -> None:
    """Close its input; kill it if it has not ended by that after so many seconds."""
    if process.stdin is not None:
        with suppress(OSError):  # what was still to be written reaches nobody
            process.stdin.close()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
