"""`python -m sandbox keys` as a process: interrupted, killed, on a full disk, in a hurry."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.wire.children import Child, Nursery, command, default_signals, environment
from tests.wire.raw_http import until

NAME, KEYS = "our.keys", [b"old-key-3UpzVbXzq0", b"new-key-8dWq2LrTmA"]
CONTENT = b"\n".join(KEYS) + b"\n"
NOT_NICE = ("Traceback", "Error", "  File ")
STEPS = ("--add", "--promote", "--retire")


@pytest.fixture
def path(nursery: Nursery) -> Path:
    """Written in the future, so that the command waits a second, however busy the machine is."""
    path = nursery.folder / NAME
    path.write_bytes(CONTENT)
    os.utime(path, (4e9, 4e9))
    return path


def beside(path: Path) -> list[str]:
    """What stands in the folder but for the output of the children."""
    return sorted(
        each.name for each in path.parent.iterdir() if each.suffix not in (".out", ".err")
    )


def waiting(nursery: Nursery, path: Path, step: str = "--promote") -> Child:
    """A command that has begun and waits until it may change the file."""
    child = nursery.start("keys", "--keys", path.name, step)
    until(lambda: Path(f"{path}.lock").exists())
    return child


def assert_says_nothing_odd(child: Child) -> None:
    assert not any(mark in child.out + child.err for mark in NOT_NICE), child.err


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_interrupted_it_ends_at_once_and_the_file_is_as_it_was(
    nursery: Nursery, path: Path, how: signal.Signals
) -> None:
    child = waiting(nursery, path)
    assert child.end(how) == 128 + how
    assert path.read_bytes() == CONTENT
    assert beside(path) == [NAME]
    assert (child.out, child.err) == ("", "")


@pytest.mark.slow
def test_killed_the_file_is_as_it_was_and_the_next_one_says_how_to_go_on(
    nursery: Nursery, path: Path
) -> None:
    waiting(nursery, path).end(signal.SIGKILL)
    assert path.read_bytes() == CONTENT
    code, out, err = nursery.run("keys", "--keys", NAME, "--promote")
    assert (code, out) == (2, "")
    assert "if none is running, delete" in err
    assert nursery.run("keys", "--keys", NAME)[0] == 0, "listing is possible at any time"
    Path(err.rpartition("delete ")[2].strip()[:-1]).unlink()
    assert nursery.run("keys", "--keys", NAME, "--promote")[0] == 0
    assert path.read_bytes().splitlines() == KEYS[::-1]


ROTATE_FOR_EVER = f"""
from pathlib import Path
from sandbox.serving.key_file import change_keys
while True:
    change_keys(Path("{NAME}"), lambda keys: (*keys[1:], keys[0]), sleep=lambda _: None)
"""


@pytest.mark.slow
def test_killed_at_any_moment_the_file_is_whole(nursery: Nursery, path: Path) -> None:
    lines = [b"a-key-" + letter * 37 for letter in (b"1", b"2", b"3")]
    path.write_bytes(b"\n".join(lines) + b"\n")
    seen = set()
    for number in range(25):
        before = path.stat().st_ino
        child = nursery.start(code=ROTATE_FOR_EVER)
        until(lambda before=before: path.stat().st_ino != before)  # type: ignore[misc]
        time.sleep(number / 2500)
        child.end(signal.SIGKILL)
        Path(f"{path}.lock").unlink(missing_ok=True)
        content = path.read_bytes()
        assert sorted(content.split(b"\n")) == [b"", *lines]
        seen.add(content)
    assert len(seen) > 1


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_on_a_full_disk_it_says_so_and_the_file_is_as_it_was(path: Path, step: str) -> None:
    pytest.importorskip("resource", reason="needs limits of Unix")
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))"
    main = "import sys; from sandbox.__main__ import main; sys.exit(main())"
    ended = subprocess.run(
        [sys.executable, "-c", f"{full}; {main}", "keys", "--keys", NAME, step],
        cwd=path.parent,
        env=environment(),
        capture_output=True,  # pipes take bytes on a full disk
        text=True,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "cannot be changed (File too large). It is as it was." in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert path.read_bytes() == CONTENT
    assert beside(path) == [NAME]


def test_nobody_reading_what_it_says_is_no_reason_for_a_traceback(path: Path) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    ended = subprocess.run(
        command("keys", "--keys", NAME),
        cwd=path.parent,
        env=environment(),
        stdout=theirs,
        stderr=subprocess.PIPE,
        preexec_fn=default_signals,
        timeout=60,
    )
    os.close(theirs)
    assert (ended.returncode, ended.stderr) == (1, b"")


def test_a_name_that_the_terminal_cannot_write_is_written_otherwise(nursery: Nursery) -> None:
    (nursery.folder / "schlüssel→").write_bytes(CONTENT)
    ascii_only = environment(LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="1")
    code, out, err = nursery.run("keys", "--keys", "schlüssel→", env=ascii_only)
    assert (code, err) == (0, "")
    assert out.startswith("schl\\xfcssel\\u2192, oldest key first:\n")


NEEDLESS = ("rich", "bottle", "waitress", "jinja2", "argon2", "httpx", "sqlite3", "pytest")


def test_it_imports_nothing_that_only_a_server_or_a_screen_needs(
    nursery: Nursery, path: Path
) -> None:
    """So that three steps in a row are no test of patience."""
    look = "from sandbox.__main__ import main; import sys; main(); print(*sys.modules, sep='\\n')"
    child = nursery.start("keys", "--keys", NAME, code=look)
    assert child.wait() == 0
    loaded = set(child.out.splitlines())
    assert "sandbox.commands.keys" in loaded
    assert loaded.isdisjoint(NEEDLESS)
