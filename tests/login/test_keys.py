"""Where the signing keys come from, and what happens when their file changes."""

from __future__ import annotations

import base64
import itertools
import multiprocessing
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.login.keys import Keys, MemoryKeys, new_key
from sandbox.login.problems import Problem, say_at_the_terminal
from sandbox.serving import key_file
from sandbox.serving.key_file import LOOK_EVERY, KeyFile, make_key_file, read_keys
from tests.conftest import HandClock
from tests.mortals import told_without_privileges

ROUNDS = 10


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sessions.sqlite.keys"


@pytest.fixture
def said() -> list[str]:
    """What the key file told the person at the terminal."""
    return []


@pytest.mark.parametrize(
    ("content", "keys"),
    [
        (b"one\n", (b"one",)),
        (b"one", (b"one",)),
        (b"old\nnew\n", (b"old", b"new")),
        (b"old\r\nnew\r\n", (b"old", b"new")),
        (b"\n\nold\n \t \nnew\n\n", (b"old", b"new")),
        (b"  old \t\nnew  ", (b"old", b"new")),
        (b"two words\n", (b"two words",)),
        (b"\xff\x00\x1b\n", (b"\xff\x00\x1b",)),
        (b"same\nsame\n", (b"same", b"same")),
    ],
)
def test_a_file_has_one_key_per_line_oldest_first(path: Path, content: bytes, keys: Keys) -> None:
    path.write_bytes(content)
    assert read_keys(path) == keys
    assert KeyFile(path, brought=True).current() == keys


@pytest.mark.parametrize("content", [b"", b"\n", b"\r\n\r\n", b" \t\n  "])
def test_a_file_without_a_key_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(Problem, match=r"holds no key\. Write one key per line") as refused:
        KeyFile(path, brought=True)
    assert str(path) in str(refused.value)


def test_a_missing_file_is_refused_and_not_made(path: Path) -> None:
    with pytest.raises(Problem, match=r"cannot be read .* Name a readable file") as refused:
        KeyFile(path, brought=True)
    assert str(path) in str(refused.value)
    assert not path.exists()


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot be read"):
        KeyFile(tmp_path, brought=True)


def watched(path: Path, say: Callable[[str], None] = say_at_the_terminal) -> KeyFile:
    """A key file of a server at which a second passes between two requests."""
    return KeyFile(path, brought=False, say=say, now=itertools.count().__next__)


def test_a_busy_server_looks_at_the_file_twice_a_second(path: Path, clock: HandClock) -> None:
    path.write_bytes(b"old\n")
    keys = KeyFile(path, brought=False, say=lambda _: None, now=clock)
    path.write_bytes(b"old\nnew\n")
    assert keys.current() == (b"old",)
    clock.now += LOOK_EVERY
    assert keys.current() == (b"old", b"new")


def test_a_file_rewritten_in_place_is_noticed(path: Path, said: list[str]) -> None:
    path.write_bytes(b"old\n")
    keys = watched(path, said.append)
    path.write_bytes(b"old\nnew\n")
    assert keys.current() == (b"old", b"new")
    assert said == ["The key file has changed: 2 key(s), the last one signs."]


def test_a_file_renamed_over_it_is_noticed(path: Path, said: list[str]) -> None:
    """Even one of the same length and the same time, as an editor or a script may leave it."""
    path.write_bytes(b"old\n")
    keys = watched(path, said.append)
    other = path.with_name("other")
    other.write_bytes(b"new\n")
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.rename(path)
    assert keys.current() == (b"new",)
    assert len(said) == 1


def test_a_rewrite_of_the_same_length_is_noticed_by_its_time(path: Path) -> None:
    path.write_bytes(b"old\n")
    keys = watched(path, lambda _: None)
    path.write_bytes(b"new\n")
    os.utime(path, ns=(1, 1))
    assert keys.current() == (b"new",)


def test_an_unchanged_file_is_not_read_again(path: Path, said: list[str]) -> None:
    path.write_bytes(b"old\n")
    keys = watched(path, said.append)
    assert keys.current() is keys.current()
    assert said == []


def test_a_damaged_rewrite_keeps_the_old_keys_and_says_so_once(path: Path, said: list[str]) -> None:
    path.write_bytes(b"old\n")
    keys = watched(path, said.append)
    path.write_bytes(b"\n\n\n")
    assert [keys.current(), keys.current()] == [(b"old",)] * 2
    (sentence,) = said
    assert "holds no key" in sentence
    assert sentence.endswith("The keys read before stay in use.")


def test_a_file_taken_away_keeps_the_old_keys_and_says_so_once(path: Path, said: list[str]) -> None:
    path.write_bytes(b"old\n")
    keys = watched(path, said.append)
    path.unlink()
    assert [keys.current(), keys.current()] == [(b"old",)] * 2
    assert len(said) == 1
    assert "cannot be read" in said[0]


def test_a_file_mended_after_the_damage_is_noticed(path: Path, said: list[str]) -> None:
    path.write_bytes(b"old\n")
    keys = watched(path, said.append)
    path.write_bytes(b"")
    keys.current()
    path.write_bytes(b"new\n")
    assert keys.current() == (b"new",)
    assert len(said) == 2


def test_a_file_that_is_being_written_is_read_at_the_next_look(
    path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(b"old\n")
    keys = watched(path, said.append)
    path.write_bytes(b"old\nhal")

    def read_while_it_is_written(path: Path) -> Keys:
        half = read_keys(path)
        path.write_bytes(b"old\nhalf of it\n")
        return half

    monkeypatch.setattr(key_file, "read_keys", read_while_it_is_written)
    assert keys.current() == (b"old",)
    monkeypatch.undo()
    assert keys.current() == (b"old", b"half of it")
    assert len(said) == 1


def test_a_thread_that_was_held_up_does_not_bring_old_keys_back_for_good(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has read the file, and another thread has read a newer one since."""
    path.write_bytes(b"old\n")
    keys = watched(path, lambda _: None)
    path.write_bytes(b"newer\n")
    hurried = threading.Event()
    stamps = itertools.count(1)

    def stamp_and_wait(path: Path) -> key_file.Stamp:
        stamp = stamp_of(path)
        if threading.current_thread().name == "slow" and next(stamps) == 2:
            held_up.set()
            assert hurried.wait(10)
        return stamp

    stamp_of, held_up = key_file._stamp, threading.Event()
    monkeypatch.setattr(key_file, "_stamp", stamp_and_wait)
    slow = threading.Thread(target=keys.current, name="slow")
    slow.start()
    assert held_up.wait(10)
    path.write_bytes(b"newest of all\n")
    assert keys.current() == (b"newest of all",)
    hurried.set()
    slow.join()
    assert keys.current() == (b"newest of all",)


def test_what_is_said_shows_no_key(path: Path, said: list[str]) -> None:
    path.write_bytes(b"hunter2\n")
    keys = watched(path, said.append)
    for content in (b"hunter2\nhunter2\n", b"", b"hunter2\n"):
        path.write_bytes(content)
        keys.current()
    assert len(said) == 3
    assert "hunter2" not in " ".join(said)


def test_a_change_is_said_on_standard_error(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_bytes(b"old\n")
    keys = watched(path)
    path.write_bytes(b"old\nnew\n")
    keys.current()
    captured = capsys.readouterr()
    assert "The key file has changed" in captured.err
    assert captured.out == ""


@pytest.mark.parametrize("brought", [True, False])
def test_a_key_file_knows_whether_it_was_brought_along(path: Path, brought: bool) -> None:
    path.write_bytes(b"key\n")
    assert KeyFile(path, brought).brought is brought


def test_keys_in_memory_are_the_sandbox_s_own() -> None:
    assert MemoryKeys(b"key").brought is False
    assert MemoryKeys(b"old", b"new").current() == (b"old", b"new")


def test_without_a_key_in_memory_one_is_made() -> None:
    (one,), (other,) = MemoryKeys().current(), MemoryKeys().current()
    assert one != other


def test_a_new_key_is_256_random_bits() -> None:
    assert len(base64.urlsafe_b64decode(new_key() + b"=")) == 32
    assert len({new_key() for _ in range(100)}) == 100


def test_a_made_file_holds_one_key_for_its_owner_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        assert make_key_file(path) is True
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (key,) = read_keys(path)
    assert len(base64.urlsafe_b64decode(key + b"=")) == 32


def test_making_a_file_leaves_nothing_else_behind(path: Path) -> None:
    make_key_file(path)
    make_key_file(path)
    assert list(path.parent.iterdir()) == [path]


def test_on_a_full_disk_making_a_file_leaves_nothing_behind(open_folder: Path) -> None:
    resource = pytest.importorskip("resource", reason="needs limits of Unix")
    open_folder.chmod(0o777)

    def make_it() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))
        make_key_file(open_folder / "our.keys")

    told = told_without_privileges(make_it)
    assert told.startswith(f"Problem: The key file {open_folder}/our.keys cannot be made (File too")
    assert list(open_folder.iterdir()) == []


@pytest.mark.parametrize("content", [b"mine\n", b"", b"\xff"])
def test_a_file_that_is_there_is_never_overwritten(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o640)
    assert make_key_file(path) is False
    assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_servers_started_at_once_read_the_same_key(tmp_path: Path) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("needs os.fork")
    fork = multiprocessing.get_context("fork")
    together, answers = fork.Barrier(8), fork.SimpleQueue()

    def start() -> None:
        for number in range(ROUNDS):
            path = tmp_path / f"{number}.keys"
            together.wait(10)
            try:
                answers.put((number, make_key_file(path), read_keys(path)))
            except BaseException as error:
                answers.put((number, False, repr(error)))

    servers = [fork.Process(target=start) for _ in range(8)]
    for server in servers:
        server.start()
    told = [answers.get() for _ in range(8 * ROUNDS)]
    for server in servers:
        server.join()
    for number in range(ROUNDS):
        of_round = [(made, keys) for each, made, keys in told if each == number]
        assert [made for made, _ in of_round].count(True) == 1
        assert {keys for _, keys in of_round} == {read_keys(tmp_path / f"{number}.keys")}
