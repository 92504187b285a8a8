"""Standard output for the trace, and what the person at the terminal is told when it fails."""

from __future__ import annotations

import errno
import io
import select
import sys
import threading
from contextlib import suppress
from typing import Any, BinaryIO, TextIO, cast

A_MOMENT = 0.2  # seconds for a sentence
NO_ROOM = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))


class Output(io.RawIOBase):
    """Standard output without a buffer: each write is whole, and waiting in one holds no lock.

    Python flushes `sys.stdout` at its end. If a thread that waits for a stopped terminal held that
    buffer, the server could not be ended.
    """

    def __init__(self, out: TextIO) -> None:
        self._raw = open(out.fileno(), "wb", buffering=0, closefd=False)  # noqa: SIM115  # until the end

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._raw.isatty()

    def fileno(self) -> int:
        return self._raw.fileno()

    def write(self, data: Any) -> int:
        rest = memoryview(data)
        while rest:
            written = self._raw.write(rest)
            if written is None:  # another program on this terminal asked it not to wait
                select.select([], [self._raw], [])
            rest = rest[written or 0 :]
        return len(data)


def text_output(out: TextIO) -> TextIO:
    """The same for text, encoded as `out` encodes it."""
    return io.TextIOWrapper(
        cast(BinaryIO, Output(out)),
        encoding=out.encoding,
        errors=out.errors,
        write_through=True,
    )


def is_full(error: Exception) -> bool:
    """No byte finds room: not the same as a reader that has left."""
    return isinstance(error, OSError) and error.errno in NO_ROOM


def say_switched_off(listener: object, error: BaseException) -> None:
    """Its kind is said, and the system's words for it; others might hold a secret."""
    why = error.strerror if isinstance(error, OSError) else None
    say_aloud(
        f"The trace's {type(listener).__name__} failed ({why or type(error).__name__}) and is "
        "switched off. The server goes on; restart it to see the trace again."
    )


def say_aloud(sentence: str) -> None:
    """On standard error; if nobody takes it there, too, there is nobody left to tell."""
    speaking = threading.Thread(target=_say, args=(sentence,), daemon=True)
    speaking.start()
    speaking.join(A_MOMENT)


def _say(sentence: str) -> None:
    with suppress(OSError, ValueError):
        print(sentence, file=sys.stderr, flush=True)
