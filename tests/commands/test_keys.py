"""`keys` lists and rotates the signing keys of a file, and shows none of them.

Fingerprints are computed here with hashlib alone, files are read here line by line.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import os
import re
import stat
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from sandbox import __main__ as command_line
from sandbox.commands import keys as command
from sandbox.login.problems import Problem
from sandbox.serving import key_file
from sandbox.serving.key_file import LOOK_EVERY, change_keys
from tests.mortals import told_without_privileges

OLD, MIDDLE, LAST = b"old-key-3UpzVbXzq0", b"middle-key-Zk41nYc7pQ", b"last-key-8dWq2LrTmA"
STEPS = ("--add", "--promote", "--retire")
NAME = "our.keys"
PATIENCE = 30.0  # seconds
Lines = list[bytes]


def fingerprint(key: bytes) -> str:
    return hashlib.sha256(b"fingerprint" + key).hexdigest()[:8]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / NAME


def written(path: Path, *keys: bytes) -> Path:
    path.write_bytes(b"".join(key + b"\n" for key in keys))
    return path


def lines_of(path: Path) -> Lines:
    return path.read_bytes().split(b"\n")[:-1]


def run(*words: str) -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    assert command.run(parser.parse_args(words), sleep=lambda _: None) == 0


Ask = Callable[..., str]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """`text = ask(path, "--add")`: what is printed; no time passes."""

    def ask_keys(path: Path | None, *words: str) -> str:
        run(*words, *(["--keys", str(path)] if path else []))
        captured = capsys.readouterr()
        assert captured.err == ""
        return captured.out

    return ask_keys


def table(text: str) -> list[str]:
    """The lines that tell of one key each, as words."""
    return [" ".join(line.split()) for line in text.splitlines() if re.match(r"  \d+ of", line)]


# Listing


def test_the_keys_are_listed_by_fingerprint_and_what_each_does(ask: Ask, path: Path) -> None:
    text = ask(written(path, OLD, LAST))
    assert text.startswith(f"{path}, oldest key first:\n")
    assert table(text) == [
        f"1 of 2 {fingerprint(OLD)} is accepted",
        f"2 of 2 {fingerprint(LAST)} signs, is accepted",
    ]


def test_listing_changes_nothing(ask: Ask, path: Path) -> None:
    before = written(path, OLD, OLD, b"", LAST).stat()
    ask(path)
    assert path.stat() == before
    assert os.listdir(path.parent) == [NAME]


def test_a_key_that_stands_twice_is_said_to(ask: Ask, path: Path) -> None:
    assert table(ask(written(path, LAST, OLD, LAST))) == [
        f"1 of 3 {fingerprint(LAST)} stands again below",
        f"2 of 3 {fingerprint(OLD)} is accepted",
        f"3 of 3 {fingerprint(LAST)} signs, is accepted",
    ]


def test_no_key_is_ever_shown(ask: Ask, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(path, OLD, MIDDLE, LAST)
    text = ask(path)
    keys = set(lines_of(path))
    for step in ("--add", "--promote", "--retire", "--retire", "--retire"):
        text += ask(path, step)
        keys |= set(lines_of(path))
    with pytest.raises(Problem) as refused:
        ask(path, "--retire")
    text += str(refused.value)
    assert len(keys) == 4
    for key in keys:
        assert key.decode() not in text
        assert key.decode()[:8] not in text


def test_a_name_with_odd_characters_does_no_harm_to_the_terminal(ask: Ask, path: Path) -> None:
    text = ask(written(path.with_name("a\x1b[31m\nb.keys"), LAST))
    assert text.replace("\n", "").isprintable()
    assert text.count("\n") == 2


# The three steps


def test_add_puts_a_new_key_before_the_last(ask: Ask, path: Path) -> None:
    text = ask(written(path, OLD, LAST), "--add")
    old, new, last = lines_of(path)
    assert (old, last) == (OLD, LAST)
    assert re.fullmatch(rb"[A-Za-z0-9_-]{43}", new), "256 bits in base64"
    assert f"Added key {fingerprint(new)}" in text
    assert table(text)[1:] == [
        f"2 of 3 {fingerprint(new)} is accepted",
        f"3 of 3 {fingerprint(LAST)} signs, is accepted",
    ]
    assert "Next: --promote" in text


def test_every_added_key_is_another(ask: Ask, path: Path) -> None:
    written(path, LAST)
    for _ in range(20):
        ask(path, "--add")
    assert len(set(lines_of(path))) == 21


def test_promote_lets_the_key_before_the_last_sign(ask: Ask, path: Path) -> None:
    text = ask(written(path, OLD, MIDDLE, LAST), "--promote")
    assert lines_of(path) == [OLD, LAST, MIDDLE]
    assert f"Key {fingerprint(MIDDLE)} signs from now on; {fingerprint(LAST)}" in text
    assert "wait 24 h" in text, "as long as a cookie is accepted"
    assert f"then --retire\ndrops key {fingerprint(OLD)}" in text


def test_a_second_promote_takes_the_first_back(ask: Ask, path: Path) -> None:
    written(path, OLD, MIDDLE, LAST)
    assert "A second --promote takes this back." in ask(path, "--promote")
    ask(path, "--promote")
    assert lines_of(path) == [OLD, MIDDLE, LAST]


def test_retire_drops_the_first_key_and_names_it(ask: Ask, path: Path) -> None:
    text = ask(written(path, OLD, MIDDLE, LAST), "--retire")
    assert lines_of(path) == [MIDDLE, LAST]
    assert (
        f"Dropped key {fingerprint(OLD)}: its cookies, if it ever signed, are BAD_SIGNATURE."
        in text
    )
    assert f"--retire drops key {fingerprint(MIDDLE)}" in text
    assert "Next: nothing" in ask(path, "--retire")


@pytest.mark.parametrize(
    ("step", "advice"), [("--promote", "--add"), ("--retire", "First --add another")]
)
@pytest.mark.parametrize("content", [b"only\n", b"only\nonly\n", b"\n only \r\n\n"])
def test_with_one_key_nothing_is_promoted_or_retired(
    ask: Ask, path: Path, step: str, advice: str, content: bytes
) -> None:
    path.write_bytes(content)
    with pytest.raises(Problem, match=advice):
        ask(path, step)
    assert path.read_bytes() == content
    assert os.listdir(path.parent) == [NAME]


def test_whatever_the_steps_retire_drops_the_key_that_signed_longest_ago() -> None:
    """Or one that never signed; and never the one that signs. Nothing else drops a key."""
    for steps in itertools.product(STEPS, repeat=6):
        keys: tuple[bytes, ...] = (LAST,)
        signed = {LAST: 0}  # when each key signed last
        for now, step in enumerate(steps, 1):
            before = keys
            with suppress(Problem):
                keys = command.STEPS[step[2:]].change(keys)
            signed[keys[-1]] = now
            for dropped in set(before) - set(keys):
                assert step == "--retire"
                assert dropped != before[-1]
                assert signed.get(dropped, -1) < min(signed[key] for key in keys if key in signed)


def test_a_rotation_in_the_usual_order_ends_with_the_new_key_alone(ask: Ask, path: Path) -> None:
    written(path, LAST)
    ask(path, "--add")
    new = lines_of(path)[0]
    ask(path, "--promote")
    ask(path, "--retire")
    assert lines_of(path) == [new]


@pytest.mark.parametrize(
    ("content", "after"),
    [
        (b"old\nnew", [b"new", b"old"]),
        (b"old\r\nnew\r\n", [b"new", b"old"]),
        (b"\n  old \t\n\n\nnew\n\n", [b"new", b"old"]),
        (b"two words\n\xff\x00\x1b\n", [b"\xff\x00\x1b", b"two words"]),
        (b"old\nold\nnew\n", [b"new", b"old"]),
        (b"old\nnew\nold\n", [b"old", b"new"]),  # the old one signs again, until the new one does
        (b"old\nnew\nold\nnew\n", [b"new", b"old"]),
        (b"a,b\nc,d\n", [b"c,d", b"a,b"]),
    ],
)
def test_a_file_written_by_hand_is_understood(
    ask: Ask, path: Path, content: bytes, after: Lines
) -> None:
    path.write_bytes(content)
    ask(path, "--promote")
    assert path.read_bytes() == b"".join(key + b"\n" for key in after)


def test_a_retired_key_does_not_stay_in_another_line(ask: Ask, path: Path) -> None:
    ask(written(path, OLD, OLD, LAST), "--retire")
    assert lines_of(path) == [LAST]


# Which file


def test_without_a_word_it_is_the_file_beside_the_usual_database(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "work").mkdir()
    written(tmp_path / "work" / "sessions.sqlite.keys", LAST)
    written(tmp_path / "class.db.keys", OLD)
    assert table(ask(None)) == [f"1 of 1 {fingerprint(LAST)} signs, is accepted"]
    assert table(ask(None, "--store", "sqlite")) == table(ask(None))
    named = table(ask(None, "--store", "sqlite:class.db"))
    assert named == [f"1 of 1 {fingerprint(OLD)} signs, is accepted"]


def test_keys_brought_along_count_as_they_do_for_serve(ask: Ask, path: Path) -> None:
    for store in ("memory", "sqlite", "sqlite:no/such/file"):
        assert fingerprint(LAST) in ask(written(path, LAST), "--store", store)


@pytest.mark.parametrize("step", ["", *STEPS])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--store memory", r"memory store .* Give --store sqlite:FILE, or .* --keys FILE"),
        ("--store redis", r"no store 'redis'\. Give .* redis://"),
        ("--store http://:hunter2@host", r"no store 'http'\. Give"),
        (
            "--store redis://host",
            r"no key file work/sessions\.redis\.keys yet\. Start `serve` once",
        ),
        ("--store rediss://host", r"no key file work/sessions\.redis\.keys yet"),
        ("--store sqlite", r"no key file work/sessions\.sqlite\.keys yet\. Start `serve` once"),
        ("--store sqlite:no/such/file", r"no key file no/such/file\.keys yet\. Start `serve`"),
        ("--store sqlite:.", r"no key file"),
        (f"--store sqlite:{'long' * 99}", r"cannot be read"),
        ("--keys missing", r"key file missing cannot be read .* Name a readable file"),
        ("--keys empty", r"holds no key"),
        ("--keys .", r"cannot be read"),
        ("--keys empty/keys", r"cannot be read"),
    ],
)
def test_where_there_are_no_keys_it_is_said_what_to_do(
    ask: Ask,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    said: str,
    step: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(Problem, match=said):
        ask(None, *words.split(), *step.split())
    assert os.listdir(tmp_path) == ["empty"]


def test_two_steps_at_once_are_refused(
    ask: Ask, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(path, OLD, LAST)
    for two in itertools.combinations(STEPS, 2):
        with pytest.raises(SystemExit, match="2"):
            command_line.main(["keys", "--keys", str(path), *two])
        assert "not allowed with" in capsys.readouterr().err
    assert lines_of(path) == [OLD, LAST]


# How the file is changed


def retired(keys: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return keys[1:]


def change_at_once(path: Path) -> None:
    change_keys(path, retired, sleep=lambda _: None)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o400])
def test_the_mode_of_the_file_is_kept(path: Path, mode: int) -> None:
    written(path, OLD, LAST).chmod(mode)
    change_at_once(path)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert lines_of(path) == [LAST]


@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_the_owner_of_the_file_is_kept(path: Path, mode: int) -> None:
    """When root rotates, the server of somebody else must go on reading its keys."""
    written(path, OLD, LAST).chmod(mode)
    if os.geteuid() == 0:
        os.chown(path, 1234, 1234)
    before = path.stat()
    change_at_once(path)
    assert path.stat().st_uid == before.st_uid
    if mode & 0o040:
        assert path.stat().st_gid == before.st_gid


def test_the_file_is_replaced_so_that_nobody_reads_half_of_it(path: Path) -> None:
    with written(path, OLD, LAST).open("rb") as reader:
        change_at_once(path)
        assert reader.read().split() == [OLD, LAST]
    assert lines_of(path) == [LAST]
    assert os.listdir(path.parent) == [NAME]


def test_a_link_stays_a_link_and_the_file_behind_it_is_changed(tmp_path: Path) -> None:
    (tmp_path / "safe").mkdir()
    (tmp_path / "work").mkdir()
    real = written(tmp_path / "safe" / NAME, OLD, LAST)
    link, second = tmp_path / "work" / "link.keys", tmp_path / "second.keys"
    link.symlink_to("../safe/our.keys")
    second.symlink_to(link)
    change_at_once(second)
    assert (second.is_symlink(), link.is_symlink(), real.is_symlink()) == (True, True, False)
    assert lines_of(real) == [LAST]
    assert os.listdir(tmp_path / "work") == ["link.keys"]
    assert os.listdir(tmp_path / "safe") == [NAME]


def failing(error: BaseException) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("call", ["open", "fsync", "chmod", "replace"])
def test_when_a_call_fails_the_file_is_as_it_was_and_that_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    written(path, OLD, LAST)
    monkeypatch.setattr(key_file.os, call, failing(OSError(5, "Input/output error")))
    with pytest.raises(Problem, match=r"\(Input/output error\)\. It is as it was\. Try"):
        change_at_once(path)
    monkeypatch.undo()
    assert lines_of(path) == [OLD, LAST]
    assert os.listdir(path.parent) == [NAME]


def test_a_folder_that_cannot_be_synced_is_no_obstacle(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bool] = []

    def sync(handle: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(handle).st_mode))
        if synced[-1]:
            raise OSError(22, "Invalid argument")

    written(path, OLD, LAST)
    monkeypatch.setattr(key_file.os, "fsync", sync)
    change_at_once(path)
    assert synced == [False, True], "first the file, then its folder"
    assert lines_of(path) == [LAST]


@pytest.mark.parametrize("leave", [KeyboardInterrupt, SystemExit])
def test_an_interrupted_wait_leaves_nothing_behind(path: Path, leave: type[BaseException]) -> None:
    written(path, OLD, LAST)
    with pytest.raises(leave):
        change_keys(path, retired, sleep=failing(leave()))
    assert lines_of(path) == [OLD, LAST]
    assert os.listdir(path.parent) == [NAME]


def test_in_a_folder_without_write_permission_nothing_is_changed(open_folder: Path) -> None:
    path = written(open_folder / NAME, OLD, LAST)
    path.chmod(0o666)
    open_folder.chmod(0o555)
    told = told_without_privileges(lambda: change_at_once(path))
    open_folder.chmod(0o755)
    assert told.startswith(f"Problem: The key file {path} cannot be changed (Permission denied).")
    assert lines_of(path) == [OLD, LAST]
    assert os.listdir(open_folder) == [NAME]


@pytest.mark.parametrize("words", [[], ["--add"]])
def test_a_file_that_may_not_be_read_is_refused(open_folder: Path, words: list[str]) -> None:
    path = written(open_folder / NAME, OLD, LAST)
    path.chmod(0)
    told = told_without_privileges(lambda: run("--keys", str(path), *words))
    assert told.startswith(f"Problem: The key file {path} cannot be read (Permission denied).")
    assert os.listdir(open_folder) == [NAME]


@pytest.mark.parametrize("words", [[], ["--add"]])
def test_in_a_folder_that_may_not_be_entered_the_file_is_not_said_to_be_missing(
    open_folder: Path, words: list[str]
) -> None:
    written(open_folder / "s.sqlite.keys", OLD, LAST)
    open_folder.chmod(0)
    store = f"sqlite:{open_folder}/s.sqlite"
    told = told_without_privileges(lambda: run("--store", store, *words))
    open_folder.chmod(0o755)
    assert told.startswith("Problem: The key file")
    assert "cannot be read (Permission denied)" in told


# Not too soon after the last change


@pytest.mark.parametrize(
    ("age", "waits"),
    [
        (0.0, [1.0]),
        (0.25, [0.75]),
        (0.99, [0.01]),
        (1.0, []),
        (1e6, []),
        (-0.1, [1.0]),
        (-1e9, [1.0]),
    ],
)
def test_a_change_waits_until_running_servers_know_the_last_one(
    path: Path, age: float, waits: list[float]
) -> None:
    """Twice as long as a server may go without a look; a time in the future says nothing."""
    assert LOOK_EVERY == 0.5
    state = written(path, OLD, LAST).stat()
    slept: list[float] = []
    change_keys(path, retired, now=lambda: state.st_ctime + age, sleep=slept.append)
    assert slept == pytest.approx(waits, abs=1e-5)
    assert lines_of(path) == [LAST]


def test_a_file_with_an_old_time_that_was_put_there_just_now_is_waited_for(path: Path) -> None:
    """As `cp -p` and `mv` leave it."""
    written(path, OLD, LAST)
    os.utime(path, (1, 1))
    slept: list[float] = []
    change_keys(path, retired, sleep=slept.append)
    assert slept
    assert 0 < slept[0] <= 1


def test_a_time_in_the_future_is_not_waited_for(path: Path) -> None:
    written(path, OLD, LAST)
    os.utime(path, (4e9, 4e9))
    slept: list[float] = []
    change_keys(path, retired, sleep=slept.append)
    assert slept == [1.0]


def test_what_is_written_during_the_wait_counts(path: Path) -> None:
    written(path, OLD, LAST)
    change_keys(path, retired, sleep=lambda _: written(path, OLD, MIDDLE, LAST) and None)
    assert lines_of(path) == [MIDDLE, LAST]


# Two at once


def test_of_two_changes_at_once_one_is_refused(path: Path) -> None:
    written(path, OLD, MIDDLE, LAST)
    told: list[str] = []

    def meanwhile(_: float) -> None:
        with pytest.raises(Problem, match="Another command is changing the key file") as refused:
            change_at_once(path)
        told.append(str(refused.value))

    change_keys(path, retired, sleep=meanwhile)
    assert lines_of(path) == [MIDDLE, LAST]
    assert told[0].endswith(f"if none is running, delete {path}.lock.")
    change_at_once(path)
    assert lines_of(path) == [LAST]


def test_the_lock_of_a_command_that_was_killed_can_be_deleted_as_advised(path: Path) -> None:
    written(path, OLD, LAST)
    lock = path.with_name(f"{NAME}.lock")
    lock.touch()
    with pytest.raises(Problem, match="delete") as refused:
        change_at_once(path)
    assert lines_of(path) == [OLD, LAST]
    assert lock.exists(), "it may be somebody's who is still at work"
    Path(str(refused.value).rpartition("delete ")[2][:-1]).unlink()
    change_at_once(path)
    assert lines_of(path) == [LAST]


def test_through_a_link_it_is_the_same_lock(path: Path) -> None:
    written(path, OLD, LAST).with_name("our.keys.lock").touch()
    link = path.with_name("link.keys")
    link.symlink_to(path)
    with pytest.raises(Problem, match="Another command"):
        change_at_once(link)


def added_at_last(path: Path, key: bytes) -> int:
    """Try until it is not refused; how often it was."""
    last = time.monotonic() + PATIENCE
    refused = 0
    while True:
        try:
            change_keys(path, lambda keys: (key, *keys), sleep=lambda _: None)
            return refused
        except Problem:
            assert time.monotonic() < last, "refused again and again"
            refused += 1


@pytest.mark.usefixtures("often_switched")
def test_many_at_once_lose_no_key(path: Path) -> None:
    written(path, LAST)
    keys = [f"key-{number}".encode() for number in range(40)]
    with ThreadPoolExecutor(8) as threads:
        refused = list(threads.map(partial(added_at_last, path), keys))
    assert sorted(lines_of(path)) == sorted([*keys, LAST])
    assert any(refused), "none were ever at work at once"
    assert os.listdir(path.parent) == [NAME]
