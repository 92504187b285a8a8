"""Standard output for the trace: whole writes, no buffer; and what is said when it fails."""

from __future__ import annotations

import errno
import io
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from sandbox.login.problems import say_at_the_terminal
from sandbox.trace.output import Output, is_full, say_aloud, say_switched_off, text_output

LONG = bytes(range(256)) * 2000  # eight times what a pipe holds


class Pipe:
    """A pipe in the place of standard output, and all that came out of it."""

    def __init__(self) -> None:
        self.reading, writing = os.pipe()
        self.out = open(writing, "w", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115

    def read_slowly(self) -> bytes:
        received = bytearray()
        while piece := os.read(self.reading, 30_000):
            received += piece
            time.sleep(0.001)
        return bytes(received)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    pipe.out.close()
    os.close(pipe.reading)


def written_slowly(pipe: Pipe, data: bytes) -> bytes:
    """What a slow reader gets of one write."""

    def write() -> None:
        Output(pipe.out).write(data)
        pipe.out.close()

    writer = threading.Thread(target=write)
    writer.start()
    received = pipe.read_slowly()
    writer.join()
    return received


def test_a_write_is_whole_however_slow_the_reader(pipe: Pipe) -> None:
    assert written_slowly(pipe, LONG) == LONG


def test_a_write_is_whole_though_another_program_asked_the_terminal_not_to_wait(
    pipe: Pipe,
) -> None:
    os.set_blocking(pipe.out.fileno(), False)
    assert written_slowly(pipe, LONG) == LONG


def test_nothing_is_held_back(pipe: Pipe) -> None:
    text_output(pipe.out).write("at once")
    assert os.read(pipe.reading, 100) == b"at once"


def test_text_is_encoded_as_standard_output_encodes_it(pipe: Pipe) -> None:
    pipe.out.reconfigure(encoding="ascii", errors="backslashreplace")
    text = text_output(pipe.out)
    text.write("→ é")
    assert (text.encoding, text.errors) == ("ascii", "backslashreplace")
    assert os.read(pipe.reading, 100) == b"\\u2192 \\xe9"


def test_standard_output_stays_open_when_the_trace_lets_go_of_it(pipe: Pipe) -> None:
    text_output(pipe.out).close()
    pipe.out.write("still there")
    pipe.out.flush()
    assert os.read(pipe.reading, 100) == b"still there"


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EFBIG, "File too large"), True),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), False),
        (OSError(errno.EIO, "the terminal is gone"), False),
        (ValueError("I/O operation on closed file"), False),
    ],
    ids=lambda each: str(each),
)
def test_a_full_disk_is_told_from_a_reader_that_has_left(error: Exception, full: bool) -> None:
    assert is_full(error) is full


def test_the_systems_words_are_said_and_no_others(capsys: pytest.CaptureFixture[str]) -> None:
    say_switched_off(io.StringIO(), OSError(errno.ENOSPC, "No space left on device"))
    say_switched_off(io.StringIO(), RuntimeError("a secret"))
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("The trace's StringIO failed (No space left on device) and is")
    assert second.startswith("The trace's StringIO failed (RuntimeError) and is switched off.")


@pytest.mark.parametrize("say", [say_aloud, say_at_the_terminal])
def test_whoever_cannot_be_told_is_not_told(
    say: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock, the key file and the listeners say what they have to say inside a request."""

    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "stderr", Full())
    say("nobody hears this")
