"""The student's answers: copied on first use, never overwritten, kept when begun afresh."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast

import pytest

from sandbox.login.problems import Problem
from sandbox.tutor.exercise import answers as module
from sandbox.tutor.exercise.answers import file_of, is_begun, is_untouched, make_copies, reset
from sandbox.tutor.exercise.shelf import Exercise
from tests.exercises.bad_input import RIGHT, small_exercise
from tests.mortals import told_without_privileges

STARTER = b"def double(x):\n    return 0\n"


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    return small_exercise(tmp_path / "exercises")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the answers stand; it is not there yet."""
    return tmp_path / "work" / "exercises"


def problem(act: Callable[[], object]) -> str:
    with pytest.raises(Problem) as caught:
        act()
    return str(caught.value)


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


# Copies


def test_the_starter_is_copied_on_first_use(exercise: Exercise, folder: Path) -> None:
    file = folder / "01_double.py"
    assert make_copies([exercise], folder) == [file]
    assert (file.read_bytes(), file_of(exercise, folder)) == (STARTER, file)


def test_every_byte_of_the_starter_is_copied(exercise: Exercise, folder: Path) -> None:
    exercise.starter.write_bytes(b"# \xc3\xa9\r\nx = 1")
    make_copies([exercise], folder)
    assert file_of(exercise, folder).read_bytes() == b"# \xc3\xa9\r\nx = 1"


@pytest.mark.parametrize("mine", [RIGHT, "", "\n"])
def test_an_answer_is_never_overwritten(exercise: Exercise, folder: Path, mine: str) -> None:
    make_copies([exercise], folder)
    file_of(exercise, folder).write_text(mine)
    assert make_copies([exercise], folder) == []
    assert file_of(exercise, folder).read_text() == mine


def test_a_folder_with_the_name_of_an_answer_is_left_alone(
    exercise: Exercise, folder: Path
) -> None:
    file_of(exercise, folder).mkdir(parents=True)
    assert make_copies([exercise], folder) == []
    assert file_of(exercise, folder).is_dir()


def test_of_two_commands_at_once_one_makes_the_copy(exercise: Exercise, folder: Path) -> None:
    made: list[Path] = []
    together = threading.Barrier(8)

    def command() -> None:
        together.wait()
        made.extend(make_copies([exercise], folder))

    threads = [threading.Thread(target=command) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [file_of(exercise, folder)]
    assert file_of(exercise, folder).read_bytes() == STARTER


def test_a_file_that_appears_in_the_last_moment_is_not_overwritten(
    exercise: Exercise, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir(parents=True)
    file_of(exercise, folder).write_text(RIGHT)
    monkeypatch.setattr(module.os.path, "lexists", lambda _: False)
    assert make_copies([exercise], folder) == []
    assert file_of(exercise, folder).read_text() == RIGHT


# Begin afresh


def test_beginning_afresh_keeps_the_old_file(exercise: Exercise, folder: Path) -> None:
    make_copies([exercise], folder)
    file_of(exercise, folder).write_text("first")
    kept = reset(exercise, folder)
    assert kept == folder / "01_double.old-1.py"
    assert (kept.read_text(), file_of(exercise, folder).read_bytes()) == ("first", STARTER)


def test_beginning_afresh_twice_keeps_two_old_files(exercise: Exercise, folder: Path) -> None:
    make_copies([exercise], folder)
    for mine in ("first", "second"):
        file_of(exercise, folder).write_text(mine)
        reset(exercise, folder)
    assert names(folder) == ["01_double.old-1.py", "01_double.old-2.py", "01_double.py"]
    assert (folder / "01_double.old-1.py").read_text() == "first"
    assert (folder / "01_double.old-2.py").read_text() == "second"


def test_beginning_afresh_takes_no_name_that_is_taken(exercise: Exercise, folder: Path) -> None:
    make_copies([exercise], folder)
    (folder / "01_double.old-1.py").symlink_to("nowhere")
    assert reset(exercise, folder) == folder / "01_double.old-2.py"
    assert os.readlink(folder / "01_double.old-1.py") == "nowhere"


def test_without_an_old_file_there_is_none_to_keep(exercise: Exercise, folder: Path) -> None:
    assert reset(exercise, folder) is None
    assert file_of(exercise, folder).read_bytes() == STARTER


# What is in the way


def test_a_folder_that_may_not_be_written_is_said(open_folder: Path) -> None:
    exercise = small_exercise(open_folder)
    work = open_folder / "work"
    work.mkdir(mode=0o555)
    told = told_without_privileges(lambda: make_copies([exercise], work))
    assert told == (
        f"Problem: {file_of(exercise, work)} cannot be written (Permission denied). Your "
        f"answers stand in {work}: make that folder yours to write, with room on the "
        "disk, then start again."
    )


def test_an_answer_that_may_not_be_put_aside_stays_and_is_said(open_folder: Path) -> None:
    exercise = small_exercise(open_folder)
    file = file_of(exercise, open_folder / "work")
    file.parent.mkdir()
    file.write_text(RIGHT)
    file.parent.chmod(0o555)
    told = told_without_privileges(lambda: reset(exercise, file.parent))
    file.parent.chmod(0o755)  # or nobody but root could delete it
    assert told.startswith(f"Problem: {file} cannot be written (Permission denied).")
    assert (names(file.parent), file.read_text()) == (["01_double.py"], RIGHT)


@pytest.mark.parametrize("taken", ["work", "work/exercises"])
def test_a_file_in_the_place_of_a_folder_is_said(
    exercise: Exercise, folder: Path, taken: str
) -> None:
    place = folder.parent.parent / taken
    place.parent.mkdir(exist_ok=True)
    place.write_text("mine")
    says = problem(lambda: make_copies([exercise], folder))
    assert says == f"{place} is not a folder. Move it out of the way."
    assert place.read_text() == "mine"


@pytest.mark.parametrize("taken", ["work", "work/exercises"])
def test_a_link_that_leads_nowhere_in_the_place_of_a_folder_is_said(
    exercise: Exercise, folder: Path, taken: str
) -> None:
    place = folder.parent.parent / taken
    place.parent.mkdir(exist_ok=True)
    place.symlink_to("nowhere")
    says = problem(lambda: make_copies([exercise], folder))
    assert says == f"{place} is not a folder. Move it out of the way."


def test_an_answer_that_is_a_link_to_nowhere_is_left_alone(
    exercise: Exercise, folder: Path, tmp_path: Path
) -> None:
    folder.mkdir(parents=True)
    file_of(exercise, folder).symlink_to(tmp_path / "elsewhere.py")
    assert make_copies([exercise], folder) == []
    assert not (tmp_path / "elsewhere.py").exists()


def test_beginning_afresh_puts_a_link_to_nowhere_aside(
    exercise: Exercise, folder: Path, tmp_path: Path
) -> None:
    folder.mkdir(parents=True)
    file_of(exercise, folder).symlink_to(tmp_path / "elsewhere.py")
    kept = reset(exercise, folder)
    assert kept is not None
    assert kept.is_symlink()
    assert file_of(exercise, folder).read_bytes() == STARTER
    assert not file_of(exercise, folder).is_symlink()


class FullDisk:
    """A file to which nothing more can be written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __enter__(self) -> FullDisk:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, content: bytes) -> int:
        self._file.write(content[:5])
        raise OSError(28, "No space left on device")


def test_half_a_starter_on_a_full_disk_is_not_taken_for_an_answer(
    exercise: Exercise, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really_open = Path.open

    def open_on_a_full_disk(path: Path, mode: str, *more: Any) -> Any:
        file = really_open(path, mode, *more)
        return FullDisk(cast("IO[bytes]", file)) if "x" in mode else file

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", open_on_a_full_disk)
        says = problem(lambda: make_copies([exercise], folder))
    assert "cannot be written (No space left on device)" in says
    make_copies([exercise], folder)
    assert file_of(exercise, folder).read_bytes() == STARTER


# Untouched


@pytest.mark.parametrize("content", [STARTER, STARTER.replace(b"\n", b"\r\n"), STARTER[:-1]])
def test_a_starter_is_untouched_whatever_its_line_ends(
    exercise: Exercise, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "answer.py"
    file.write_bytes(content)
    assert is_untouched(exercise, file)


@pytest.mark.parametrize("content", [STARTER + b"\n", STARTER.replace(b"0", b"1"), b""])
def test_a_starter_with_anything_changed_is_touched(
    exercise: Exercise, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "answer.py"
    file.write_bytes(content)
    assert not is_untouched(exercise, file)


def test_a_file_that_is_not_there_is_not_untouched(exercise: Exercise, tmp_path: Path) -> None:
    assert not is_untouched(exercise, tmp_path / "answer.py")
    assert not is_untouched(exercise, tmp_path)


def test_an_answer_that_nobody_may_look_for_is_neither_begun_nor_the_starter(
    exercise: Exercise, folder: Path
) -> None:
    file = folder / ("n" * 300) / "01_double.py"  # the system refuses to look
    assert not is_begun(exercise, file)
    assert not is_untouched(exercise, file)
