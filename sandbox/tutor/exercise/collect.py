"""What a class has handed in: a file for each student, holding lines of `check --json`.

FOLDER/alice.jsonl and FOLDER/alice/results.json both belong to alice. Nothing in such a file is
trusted. What cannot be read is left out with a sentence, and all the rest counts.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.login.problems import Problem
from sandbox.trace.stage import printable
from sandbox.tutor.exercise.result import OUTCOMES, VERSION, CheckResult, Result

LARGEST = 5_000_000  # bytes of one file
LONGEST_SENTENCE = 300  # characters
SUFFIXES = (".json", ".jsonl")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # PowerShell writes it for `>`
EXERCISE = re.compile("[0-9]{2}")
NAME_IT = "Name the one that holds your students' results."
MAKE_IT_YOURS = "Make it yours to read."
NO_JSON = "is no whole line of `check --json`. Examine this answer again."
NOT_OURS = "is JSON, but no result of an examination. Examine this answer again."
NEWER = "was written by a newer version of the sandbox. Bring this clone up to date."


@dataclass(frozen=True)
class Student:
    """One student's name, and of each exercise the last result."""

    name: str
    results: dict[str, Result]


@dataclass
class Collected:
    """The students in order of their names, and a sentence for each thing left out."""

    students: list[Student] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


class _Unusable(Exception):
    """Why a line or a file is left out, as the end of a sentence about it."""


def collect(folder: Path) -> Collected:
    """Everybody's results. Problem: there is no such folder, or it cannot be read."""
    collected = Collected()
    files = _files(folder, collected.left_out)
    for path, name in _names(files, folder).items():
        results = _results(path, path.relative_to(folder).as_posix(), collected.left_out)
        if results:
            collected.students.append(Student(_short(name), results))
    collected.students.sort(key=lambda student: student.name)
    return collected


def _files(folder: Path, left_out: list[str]) -> list[Path]:
    """The files with our suffixes, in the folder and in those directly inside it."""
    try:
        inside = _visible(folder)
    except OSError as error:
        raise Problem(_no_folder(folder, error)) from None
    files = [path for each in inside for path in _inside(each, left_out)]
    return [path for path in files if path.suffix.lower() in SUFFIXES]


def _no_folder(folder: Path, error: OSError) -> str:
    name = printable(str(folder))
    if isinstance(error, FileNotFoundError):
        return f"There is no folder {name}. {NAME_IT}"
    if isinstance(error, NotADirectoryError):
        return f"{name} is not a folder. {NAME_IT}"
    return f"The folder {name} cannot be read ({error.strerror}). {MAKE_IT_YOURS}"


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _inside(path: Path, left_out: list[str]) -> list[Path]:
    """A file itself; of a folder what it holds."""
    try:
        return _visible(path) if path.is_dir() else [path]
    except OSError as error:
        left_out.append(f"{path.name} cannot be read ({error.strerror}). {MAKE_IT_YOURS}")
        return []


def _names(files: list[Path], folder: Path) -> dict[Path, str]:
    """The stem, or the subfolder when every stem is the same; the whole path for namesakes."""
    all_the_same = len({path.stem for path in files}) == 1
    named = {
        path: path.parent.name if all_the_same and path.parent != folder else path.stem
        for path in files
    }
    times = Counter(map(_short, named.values()))
    return {
        path: name if times[_short(name)] == 1 else path.relative_to(folder).as_posix()
        for path, name in named.items()
    }


def _results(path: Path, name: str, left_out: list[str]) -> dict[str, Result]:
    """Of each exercise the last result in the file."""
    try:
        lines = _lines(path)
    except _Unusable as why:
        left_out.append(f"{name} {why}")
        return {}
    results: dict[str, Result] = {}
    unusable: dict[str, list[int]] = {}
    for number, line in lines:
        try:
            result = result_of(line)
            results[result.exercise] = result
        except _Unusable as why:
            unusable.setdefault(str(why), []).append(number)
    left_out += [f"{name}: {_counted(numbers)} {why}" for why, numbers in unusable.items()]
    return results


def _counted(numbers: list[int]) -> str:
    first, *others = numbers
    return f"line {first}{f' (and {len(others)} more)' if others else ''}"


def _lines(path: Path) -> list[tuple[int, str]]:
    """Those that are not blank, numbered from 1. _Unusable: there are none."""
    content = _content(path)
    encoding = "utf-16" if content.startswith(UTF_16) else "utf-8-sig"
    lines = content.decode(encoding, errors="replace").split("\n")
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not numbered:
        raise _Unusable("is empty. Examine this answer again.")
    return numbered


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():  # reading a pipe would wait for ever
            raise _Unusable("is not a file, or leads nowhere. Put the file itself there.")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise _Unusable(f"cannot be read ({error.strerror}). {MAKE_IT_YOURS}") from None
    if len(content) > LARGEST:
        raise _Unusable(f"is larger than {LARGEST // 10**6} MB. Keep its last lines only.")
    return content


def result_of(line: str) -> Result:
    """The result in one line, without its transcripts. _Unusable: there is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise _Unusable(NO_JSON) from None
    _check_version(found)
    exercise = _text(found, "exercise")
    if not EXERCISE.fullmatch(exercise):
        raise _Unusable(NOT_OURS)
    checks = [_check(each) for each in _list(found, "checks")]
    return Result(exercise, _text(found, "title"), "", checks, _text(found, "says"))


def _check_version(found: Any) -> None:
    version = found.get("v") if isinstance(found, dict) else None
    if type(version) is int and version > VERSION:
        raise _Unusable(NEWER)
    if type(version) is not int or version != VERSION:
        raise _Unusable(NOT_OURS)


def _check(found: Any) -> CheckResult:
    if not isinstance(found, dict) or found.get("outcome") not in OUTCOMES:
        raise _Unusable(NOT_OURS)
    return CheckResult(_text(found, "name"), _text(found, "sentence"), found["outcome"])


def _text(found: dict[str, Any], field_name: str) -> str:
    value = found.get(field_name)
    if not isinstance(value, str):
        raise _Unusable(NOT_OURS)
    return _short(value)


def _list(found: dict[str, Any], field_name: str) -> list[Any]:
    value = found.get(field_name)
    if not isinstance(value, list):
        raise _Unusable(NOT_OURS)
    return value


def _short(text: str) -> str:
    """Safe for a terminal, on one line, not longer than a sentence."""
    shown = str(printable(text[:LONGEST_SENTENCE]))
    return shown if len(text) <= LONGEST_SENTENCE else f"{shown}…"
