"""A lesson that waits on a real terminal, while somebody visits it with a browser or with curl."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.process.terminals import Shown, terminal
from tests.wire.children import ROOT, environment

WIDE = 400  # columns: a curl command stands on one line
ADDRESS = re.compile(r"http://(?:localhost|127\.0\.0\.1):(\d+)/start")
CURL_WAITS = 20.0  # seconds


class Desk:
    """`python -m sandbox lesson` on a terminal; a line break is read as a space."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self._url = ""

    @property
    def url(self) -> str:
        """Where the lesson's server listens, once its terminal has shown an address."""
        assert self._url, "no address was shown so far"
        return self._url

    def reads(self, words: str) -> str:
        """Wait until these words are shown; all that was said since the last time, with them."""
        self._shown.expect(r"\s+".join(map(re.escape, words.split())))
        return self._said(self._shown.before + self._shown.after)

    def meets(self, expectation: str) -> None:
        """Wait until it says that this expectation was met."""
        self._shown.expect(r"\n *as expected: " + re.escape(expectation) + r"\r")

    def asks(self, prompt: str = "Enter sends it") -> str:
        """Wait until it asks; all that was said since the last time."""
        return self.reads(f"{prompt} >")

    def types(self, line: str = "") -> None:
        """Type a line and Enter; Enter alone unless given."""
        self._shown.sendline(line)

    def where(self) -> str:
        """What the key w shows."""
        self.types("w")
        return self.asks()

    def curl_of_hint(self) -> str:
        """The command that the key h shows."""
        self.types("h")
        self._shown.expect(r"\n(curl [^\r\n]*)")
        command: str = self._shown.match[1]
        self.asks()
        return command

    def end(self) -> None:
        self.types("q")
        self._shown.expect("Your place is kept")

    def _said(self, text: str) -> str:
        found = ADDRESS.search(text)
        if found:
            self._url = f"http://localhost:{found[1]}"
        return " ".join(text.split())


@contextmanager
def lesson(folder: Path, number: str, step: int) -> Iterator[Desk]:
    """Lead somebody through a lesson from a step on; the place is kept in this folder."""
    if not (folder / "lessons").exists():
        (folder / "lessons").symlink_to(ROOT / "lessons")
    arguments = ("lesson", number, "--from", str(step), "--port", "0", "--plain")
    with terminal(*arguments, folder=folder, env=environment(), columns=WIDE) as shown:
        yield Desk(shown)


def curl(*arguments: str) -> str:
    """What curl prints: the response, with its head."""
    program = shutil.which("curl")
    if program is None:
        pytest.skip("curl is not installed: apt install curl")
    words = [program, "--silent", "--show-error", "--include", "--noproxy", "*", *arguments]
    done = subprocess.run(words, capture_output=True, text=True, timeout=CURL_WAITS, check=True)
    return done.stdout


def as_typed(command: str) -> str:
    """What a curl command prints that was copied from the terminal."""
    program, *arguments = shlex.split(command)
    assert program == "curl"
    return curl(*arguments)
