"""How far a student is, kept in a file: nothing is lost, and nothing stops a lesson."""

from __future__ import annotations

import errno
import json
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.tutor import progress as module
from sandbox.tutor.progress import LessonProgress, Progress
from tests.mortals import FORK, told_without_privileges

FULL = b'{"version": 1, "lessons": {"03": {"step": 4, "missed": [3]}}}'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "work" / "progress.json"


@pytest.fixture
def said() -> list[str]:
    """What was told at the terminal."""
    return []


def written(path: Path, content: bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def names_beside(path: Path) -> list[str]:
    return sorted(os.listdir(path.parent))


# What is kept


def test_who_has_done_nothing_begins_every_lesson_at_its_first_step(
    path: Path, said: list[str]
) -> None:
    lesson = Progress.load(path, said.append).of("03")
    assert (lesson.step, lesson.finished, lesson.skipped, lesson.missed) == (1, False, [], [])
    assert said == []


def test_what_was_saved_is_found_again(path: Path, said: list[str]) -> None:
    progress = Progress.load(path, said.append)
    progress.of("03").step = 4
    progress.of("03").missed.append(3)
    progress.of("01").finished = True
    progress.of("01").skipped.append(2)
    progress.save()
    again = Progress.load(path, said.append)
    assert again.of("03") == LessonProgress(step=4, missed=[3])
    assert again.of("01") == LessonProgress(finished=True, skipped=[2])
    assert (said, names_beside(path)) == ([], ["progress.json"])


def test_the_file_is_readable_and_names_the_lessons_begun_in_order(path: Path) -> None:
    progress = Progress.load(path)
    progress.of("02")  # looked at, not begun
    progress.of("10").step = 2
    progress.of("03").finished = True
    progress.save()
    text = path.read_text(encoding="utf-8")
    assert json.loads(text) == {
        "version": 1,
        "lessons": {
            "03": {"step": 1, "finished": True, "skipped": [], "missed": []},
            "10": {"step": 2, "finished": False, "skipped": [], "missed": []},
        },
        "exercises": {},
    }
    assert text.index('\n    "03": {\n') < text.index('\n    "10": {\n')


@pytest.mark.parametrize(
    "content",
    [
        FULL,
        b"\xef\xbb\xbf" + FULL,  # an editor on Windows has saved it
        FULL.replace(b'"step"', b'"of a later day": {"a": [1]}, "step"'),
        FULL.replace(b'"version"', b'"name": "alice", "version"'),
    ],
)
def test_what_somebody_has_added_does_no_harm(path: Path, said: list[str], content: bytes) -> None:
    assert Progress.load(written(path, content), said.append).of("03").step == 4
    assert (said, names_beside(path)) == ([], ["progress.json"])


def test_a_link_to_the_file_stays_a_link(path: Path, tmp_path: Path) -> None:
    real = written(tmp_path / "mine" / "kept.json", FULL)
    path.parent.mkdir()
    path.symlink_to(real)
    progress = Progress.load(path)
    progress.of("03").step = 5
    progress.save()
    assert path.is_symlink()
    assert json.loads(real.read_bytes())["lessons"]["03"]["step"] == 5


# A damaged file


def lesson(**fields: Any) -> bytes:
    return json.dumps({"version": 1, "lessons": {"03": fields}}).encode()


DAMAGED = {
    "empty": (b"", "is not JSON"),
    "half of it": (FULL[:30], "is not JSON"),
    "not UTF-8": (b"\xff\xfe" + FULL, "is not UTF-8 text"),
    "nested too deep": (b"[" * 100_000, "is not JSON"),
    "a number too long": (b"9" * 5000, "is not JSON"),
    "a list": (b"[1]", "does not hold the progress of a student"),
    "another file": (b'{"name": "x"}', "does not hold the progress of a student"),
    "version true": (b'{"version": true}', "does not hold the progress of a student"),
    "version 0": (b'{"version": 0}', "does not hold the progress of a student"),
    "a newer version": (b'{"version": 2}', "was written by a newer version of the sandbox"),
    "lessons in a list": (b'{"version": 1, "lessons": []}', "has no list of lessons"),
    "a lesson twice": (b'{"version": 1, "lessons": {"03": {}, "03": {}}}', "holds a name twice"),
    "no lesson": (b'{"version": 1, "lessons": {"03": 4}}', "something odd about lesson '03'"),
    "step 0": (lesson(step=0), "something odd about lesson '03'"),
    "step true": (lesson(step=True), "something odd about lesson '03'"),
    "step in words": (lesson(step="4"), "something odd about lesson '03'"),
    "step 1.5": (lesson(step=1.5), "something odd about lesson '03'"),
    "finished 1": (lesson(finished=1), "something odd about lesson '03'"),
    "skipped 2": (lesson(skipped=2), "something odd about lesson '03'"),
    "skipped a word": (lesson(skipped=["2"]), "something odd about lesson '03'"),
    "missed null": (lesson(missed=None), "something odd about lesson '03'"),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_file_is_kept_aside_and_said(path: Path, said: list[str], what: str) -> None:
    content, damage = DAMAGED[what]
    progress = Progress.load(written(path, content), said.append)
    assert names_beside(path) == ["progress.json.damaged"]
    assert (path.parent / "progress.json.damaged").read_bytes() == content
    assert progress.of("03") == LessonProgress()
    (sentence,) = said
    assert f"{path} " in sentence
    assert damage in sentence
    assert "it is kept as progress.json.damaged, and your progress begins afresh." in sentence


def test_what_was_kept_aside_is_never_overwritten(path: Path, said: list[str]) -> None:
    for content in (b"one", b"two", b"three"):
        Progress.load(written(path, content), said.append)
    kept = [path.parent / f"progress.json.damaged{end}" for end in ("", "-2", "-3")]
    assert [each.read_bytes() for each in kept] == [b"one", b"two", b"three"]
    assert "kept as progress.json.damaged-3, " in said[2]


def test_after_a_damaged_file_progress_is_saved_again(path: Path, said: list[str]) -> None:
    progress = Progress.load(written(path, b"?"), said.append)
    progress.of("01").step = 2
    progress.save()
    assert Progress.load(path, said.append).of("01").step == 2
    assert len(said) == 1


@pytest.mark.parametrize("inside", ["nothing", "something"])
def test_a_folder_in_its_place_is_kept_aside_with_what_is_in_it(
    path: Path, said: list[str], inside: str
) -> None:
    path.mkdir(parents=True)
    (path.parent / "progress.json.damaged").write_bytes(b"older")
    if inside == "something":
        (path / "mine").write_bytes(b"mine")
    Progress.load(path, said.append).save()
    assert (path.parent / "progress.json.damaged").read_bytes() == b"older"
    kept = path.parent / "progress.json.damaged-2"
    assert kept.is_dir()
    assert os.listdir(kept) == (["mine"] if inside == "something" else [])
    assert "is not a file: it is kept as progress.json.damaged-2, " in said[0]
    assert path.is_file()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_in_its_place_is_not_waited_for(path: Path, said: list[str]) -> None:
    path.parent.mkdir()
    os.mkfifo(path)
    Progress.load(path, said.append)
    assert "is not a file" in said[0]


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["version", "lessons", "03", "step", "missed"]) | st.text(),
                    inner,
                    max_size=3,
                )
            ),
            max_leaves=12,
        ).map(lambda value: json.dumps({"version": 1, "lessons": {"03": value}}).encode()),
    )
)
def test_whatever_the_file_holds_nothing_is_lost_and_the_lesson_goes_on(content: bytes) -> None:
    said: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder) / "progress.json", content)
        progress = Progress.load(path, said.append)
        kept = path.parent / ("progress.json.damaged" if said else "progress.json")
        assert kept.read_bytes() == content
        progress.of("01").step = 2
        progress.save()
        assert Progress.load(path, said.append).of("01").step == 2
        assert len(said) == len(names_beside(path)) - 1


# What hinders


def fails(*_: object, **__: object) -> NoReturn:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_a_save_that_fails_midway_leaves_the_old_file_whole_and_is_said_once(
    path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    progress = Progress.load(written(path, FULL), said.append)
    progress.of("03").step = 5
    with monkeypatch.context() as patched:
        patched.setattr(module.os, step, fails)
        progress.save()
        progress.save()
    (sentence,) = said
    assert f"{path} cannot be written (No space left on device), so your progress is " in sentence
    assert "room on the disk" in sentence
    assert path.read_bytes() == FULL
    assert names_beside(path) == ["progress.json"]


def test_once_there_is_room_again_it_is_saved(
    path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = Progress.load(path, said.append)
    progress.of("03").step = 5
    with monkeypatch.context() as patched:
        patched.setattr(module.os, "replace", fails)
        progress.save()
    progress.save()
    assert Progress.load(path, said.append).of("03").step == 5


@pytest.mark.skipif(FORK is None, reason="needs os.fork")
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_whoever_is_killed_midway_leaves_the_old_file_whole(
    path: Path, said: list[str], step: str
) -> None:
    def die(*_: object) -> NoReturn:
        os._exit(9)

    def save_and_die() -> None:
        setattr(module.os, step, die)
        change_and_save(path, said)

    assert FORK is not None
    child = FORK.Process(target=save_and_die)
    written(path, FULL)
    child.start()
    child.join()
    assert child.exitcode == 9
    assert path.read_bytes() == FULL
    change_and_save(path, said)
    assert (Progress.load(path, said.append).of("03").step, said) == (5, [])


def change_and_save(path: Path, said: list[str]) -> None:
    progress = Progress.load(path, said.append)
    progress.of("03").step = 5
    progress.save()


def test_the_new_file_is_on_the_disk_before_it_takes_the_place_of_the_old_one(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, replace = os.fsync, os.replace

    def note(name: str, act: Callable[..., None]) -> Callable[..., None]:
        def noted(*arguments: object) -> None:
            done.append(name)
            assert path.read_bytes() == FULL
            act(*arguments)

        return noted

    progress = Progress.load(written(path, FULL))
    monkeypatch.setattr(module.os, "fsync", note("fsync", sync))
    monkeypatch.setattr(module.os, "replace", note("replace", replace))
    progress.of("03").step = 5
    progress.save()
    assert done == ["fsync", "replace"]


def load_and_save(path: Path) -> NoReturn:
    """In a process of its own: what it was told comes back as the error."""
    said: list[str] = []
    progress = Progress.load(path, said.append)
    progress.of("03").step = 5
    progress.save()
    progress.save()
    raise AssertionError(f"{len(said)} {progress.of('03').step} {said}")


@pytest.fixture
def reachable(open_folder: Path) -> Iterator[Path]:
    """A path that another user can reach, too."""
    path = open_folder / "work" / "progress.json"
    yield path
    path.parent.chmod(0o755)  # so that it can be deleted


def test_in_a_folder_that_may_only_be_read_the_lesson_goes_on(reachable: Path) -> None:
    path = written(reachable, FULL)
    path.chmod(0o644)
    path.parent.chmod(0o555)
    told = told_without_privileges(lambda: load_and_save(path))
    assert told.startswith("AssertionError: 1 5 ")
    assert "cannot be written (Permission denied)" in told
    assert path.read_bytes() == FULL


def test_a_file_that_may_not_be_read_is_left_alone_and_said_at_once(reachable: Path) -> None:
    path = written(reachable, FULL)
    path.parent.chmod(0o777)
    path.chmod(0)
    told = told_without_privileges(lambda: load_and_save(path))
    path.chmod(0o600)
    assert told.startswith("AssertionError: 1 5 ")
    assert "cannot be read (Permission denied)" in told
    assert (path.read_bytes(), names_beside(path)) == (FULL, ["progress.json"])


def test_a_damaged_file_that_cannot_be_put_aside_is_left_alone(reachable: Path) -> None:
    path = written(reachable, b"?")
    path.chmod(0o644)
    path.parent.chmod(0o555)
    told = told_without_privileges(lambda: load_and_save(path))
    assert told.startswith("AssertionError: 1 5 ")
    assert "is not JSON and cannot be put aside (Permission denied)" in told
    assert path.read_bytes() == b"?"


def test_a_damaged_file_is_not_overwritten_when_only_putting_it_aside_fails(
    path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(module.os, "replace", fails)
        progress = Progress.load(written(path, b"?"), said.append)
    progress.of("03").step = 5
    progress.save()
    assert (path.read_bytes(), names_beside(path)) == (b"?", ["progress.json"])
    assert len(said) == 1


def test_a_file_in_the_place_of_its_folder_is_said(path: Path, said: list[str]) -> None:
    path.parent.write_bytes(b"")
    progress = Progress.load(path, said.append)
    progress.save()
    (sentence,) = said
    assert "cannot be written" in sentence


# Two at once


def test_of_two_commands_each_saves_what_it_has_changed(path: Path, said: list[str]) -> None:
    one, other = Progress.load(path, said.append), Progress.load(path, said.append)
    one.of("01").step = 2
    other.of("02").step = 3
    one.save()
    other.save()
    last = Progress.load(path, said.append)
    one.of("01").step = 4
    one.save()
    last = Progress.load(path, said.append)
    assert last.of("02").step == 3
    one.of("01").step = 2
    one.save()
    last = Progress.load(path, said.append)
    assert (last.of("01").step, last.of("02").step, said) == (2, 3, [])


def test_what_is_in_use_is_saved_after_a_save_that_changed_nothing(
    path: Path, said: list[str]
) -> None:
    progress = Progress.load(path, said.append)
    progress.of("01").step = 5
    progress.save()
    in_use = Progress.load(path, said.append)
    mine = in_use.of("01")
    in_use.save()
    mine.step = 6
    in_use.save()
    assert Progress.load(path, said.append).of("01").step == 6


def test_of_two_commands_at_one_exercise_each_saves_the_fields_that_it_has_changed(
    path: Path,
) -> None:
    one, other = Progress.load(path), Progress.load(path)
    one.exercise("04").passed = True
    one.save()
    other.exercise("04").hints["a_changed_cookie_is_refused"] = 1
    other.save()
    one.exercise("04").solution_seen = True
    one.save()
    hints = {"a_changed_cookie_is_refused": 1}
    found = json.loads(path.read_text())["exercises"]
    assert found == {"04": {"passed": True, "solution_seen": True, "hints": hints}}


def test_whoever_reads_while_others_save_never_finds_a_torn_file(
    path: Path, said: list[str]
) -> None:
    over = threading.Event()
    long = {number: Progress.load(path, said.append) for number in (2, 300)}
    for number, progress in long.items():
        progress.of("01").step = number
        progress.of("01").skipped = [number] * number
        progress.save()

    def go_on_saving(progress: Progress) -> None:
        while not over.is_set():
            progress.save()

    writers = [threading.Thread(target=go_on_saving, args=(each,)) for each in long.values()]
    for writer in writers:
        writer.start()
    try:
        for _ in range(200):
            found = Progress.load(path, said.append).of("01")
            assert found.skipped == [found.step] * found.step
    finally:
        over.set()
        for writer in writers:
            writer.join()
    assert (said, names_beside(path)) == ([], ["progress.json"])


def test_two_commands_that_find_the_same_damage_keep_it_once(
    path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second has read the damaged file, and then the first puts it aside."""
    put_aside = module._put_aside

    def after_another(real: Path) -> Path:
        put_aside(real)
        return put_aside(real)

    monkeypatch.setattr(module, "_put_aside", after_another)
    progress = Progress.load(written(path, b"?"), said.append)
    progress.of("01").step = 2
    progress.save()
    assert names_beside(path) == ["progress.json", "progress.json.damaged"]
    assert (path.parent / "progress.json.damaged").read_bytes() == b"?"


def test_a_name_that_another_command_takes_at_that_moment_is_not_overwritten(
    path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Progress.load(written(path, b"theirs"), said.append)
    monkeypatch.setattr(module.os.path, "lexists", lambda _: False)
    Progress.load(written(path, b"ours"), said.append)
    assert (path.parent / "progress.json.damaged").read_bytes() == b"theirs"
    assert (path.parent / "progress.json.damaged-2").read_bytes() == b"ours"
