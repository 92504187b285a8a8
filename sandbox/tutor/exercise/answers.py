"""The student's answers: copies of the starters, made on first use, never overwritten."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

from sandbox.login.problems import Problem
from sandbox.tutor.exercise.shelf import ANSWERS, Exercise


def file_of(exercise: Exercise, folder: Path = ANSWERS) -> Path:
    """Where the answer to this exercise stands."""
    return folder / exercise.file_name


def make_copies(exercises: Iterable[Exercise], folder: Path = ANSWERS) -> list[Path]:
    """Copy each starter that has no answer yet; the files that were made. Problem: it cannot be."""
    wanted = [(each, file_of(each, folder)) for each in exercises]
    return [file for each, file in wanted if not os.path.lexists(file) and _copy(each, file)]


def reset(exercise: Exercise, folder: Path = ANSWERS) -> Path | None:
    """Begin afresh; where the old file was kept, None when there was none."""
    file = file_of(exercise, folder)
    kept = _put_aside(file) if os.path.lexists(file) else None
    _copy(exercise, file)
    return kept


def is_begun(exercise: Exercise, file: Path) -> bool:
    """Is there an answer that is no starter any more? Not when nobody may look for it."""
    return os.path.exists(file) and not is_untouched(exercise, file)


def is_untouched(exercise: Exercise, file: Path) -> bool:
    """Is it the starter still, but for its line ends?"""
    try:
        return file.is_file() and _lines(file) == _lines(exercise.starter)
    except OSError:
        return False


def _lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines()


def _copy(exercise: Exercise, file: Path) -> bool:
    content = exercise.starter.read_bytes()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        copy = file.open("xb")  # x: a file that another command has just made stays
    except OSError as error:
        _refuse_no_folder(file.parent)
        if isinstance(error, FileExistsError):
            return False
        raise _cannot_write(file, error) from None
    _fill(copy, content, file)
    return True


def _fill(copy: IO[bytes], content: bytes, file: Path) -> None:
    """Half a starter, on a full disk, would be taken for an answer: it is deleted."""
    try:
        with copy:
            copy.write(content)
    except OSError as error:
        with suppress(OSError):
            file.unlink()
        raise _cannot_write(file, error) from None


def _refuse_no_folder(folder: Path) -> None:
    """Problem: it, or a folder that it should stand in, is a file or a link to nowhere."""
    for place in (*reversed(folder.parents), folder):
        if os.path.lexists(place) and not place.is_dir():
            raise Problem(f"{place} is not a folder. Move it out of the way.")


def _put_aside(file: Path) -> Path:
    """Rename it to a free name: NAME.old-1.py, NAME.old-2.py."""
    for number in itertools.count(1):
        aside = file.with_name(f"{file.stem}.old-{number}.py")
        if not os.path.lexists(aside):
            try:
                file.rename(aside)
            except OSError as error:
                raise _cannot_write(file, error) from None
            return aside
    raise AssertionError("there is always a free name")


def _cannot_write(file: Path, error: OSError) -> Problem:
    return Problem(
        f"{file} cannot be written ({error.strerror}). Your answers stand in {file.parent}: make "
        "that folder yours to write, with room on the disk, then start again."
    )
