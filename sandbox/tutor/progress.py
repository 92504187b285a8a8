"""How far a student is, kept in one readable JSON file.

    {"version": 1,
     "lessons": {"03": {"step": 4, "finished": false, "skipped": [2], "missed": [3]}},
     "exercises": {"04": {"passed": true, "solution_seen": false, "hints": {"CHECK": 2}}}}

Fields that are not known are ignored, and what is missing counts as not yet done.
"""

from __future__ import annotations

import itertools
import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from sandbox.login.problems import say_at_the_terminal

VERSION = 1
PROGRESS = Path("work/progress.json")


@dataclass
class LessonProgress:
    """One lesson: the step to go on with, the steps skipped, the predictions missed.

    A step is missed while its prediction was wrong or "don't know", until a review of it is
    answered right. The lesson may have lost steps since: `step` may be larger than it has.
    """

    step: int = 1
    finished: bool = False
    skipped: list[int] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)


@dataclass
class ExerciseProgress:
    """One exercise: passed once, its solution seen, how many hints were read for which check."""

    passed: bool = False
    solution_seen: bool = False
    hints: dict[str, int] = field(default_factory=dict)


Kept = LessonProgress | ExerciseProgress
# By the part of the file and the number in it, such as ("lessons", "03").
Records = dict[tuple[str, str], Kept]
PARTS: dict[str, type[LessonProgress] | type[ExerciseProgress]] = {
    "lessons": LessonProgress,
    "exercises": ExerciseProgress,
}
AnyKept = TypeVar("AnyKept", LessonProgress, ExerciseProgress)


class Progress:
    """The progress of one student; of two commands at once, each saves what it has changed."""

    def __init__(self, path: Path, say: Callable[[str], None]) -> None:
        self.path = path
        self._kept: Records = {}
        self._as_read: Records = {}
        self._say = say
        self._may_write = True
        self._told = False

    @classmethod
    def load(cls, path: Path, say: Callable[[str], None] = say_at_the_terminal) -> Progress:
        """What the file says; a damaged one is kept aside, said, and progress begins afresh."""
        progress = cls(path, say)
        try:
            progress._kept = _read(path)
            progress._as_read = deepcopy(progress._kept)
        except _Damaged as damage:
            progress._begin_afresh(str(damage))
        except OSError as error:
            progress._leave_it_alone(f"cannot be read ({error.strerror})")
        return progress

    def of(self, lesson: str) -> LessonProgress:
        """The progress in a lesson, by its number as text ("03"); changes to it are saved, too."""
        return self._find("lessons", lesson, LessonProgress())

    def exercise(self, number: str) -> ExerciseProgress:
        """The progress in an exercise; changes to it are saved, too."""
        return self._find("exercises", number, ExerciseProgress())

    def _find(self, part: str, number: str, fresh: AnyKept) -> AnyKept:
        return cast("AnyKept", self._kept.setdefault((part, number), fresh))

    def save(self) -> None:
        """Write all of it, whole or not at all. What hinders is said once; the lesson goes on."""
        if self._may_write:
            try:
                _replace(_real(self.path), _text(self._beside_others()))
                self._as_read = deepcopy(self._kept)
            except OSError as error:
                self._say_not_kept(f"cannot be written ({error.strerror})")

    def _beside_others(self) -> Records:
        """What another command has written meanwhile stays, but for what was changed here."""
        with suppress(_Damaged, OSError):
            for key, theirs in _read(self.path).items():
                fresh = PARTS[key[0]]()
                mine = self._kept.setdefault(key, fresh)
                before = vars(self._as_read.get(key, fresh))
                own = {name for name, value in vars(mine).items() if value != before[name]}
                new = {name: value for name, value in vars(theirs).items() if name not in own}
                vars(mine).update(new)  # the same object: it may be in use
        return self._kept

    def _begin_afresh(self, damage: str) -> None:
        try:
            aside = _put_aside(_real(self.path))
        except FileNotFoundError:  # another command has put it aside, and says so
            return
        except OSError as error:
            self._leave_it_alone(f"{damage} and cannot be put aside ({error.strerror})")
            return
        kept = f"it is kept as {aside.name}, and your progress begins afresh."
        self._say(f"The progress file {self.path} {damage}: {kept}")

    def _leave_it_alone(self, hindrance: str) -> None:
        self._may_write = False
        self._say_not_kept(hindrance)

    def _say_not_kept(self, hindrance: str) -> None:
        if not self._told:
            self._told = True
            self._say(
                f"The progress file {self.path} {hindrance}, so your progress is not kept: "
                "make the file and its folder yours to read and write, with room on the disk."
            )


class _Damaged(Exception):
    """What is wrong with a progress file, as the end of a sentence about it."""


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # a link to the file stays a link


def _read(path: Path) -> Records:
    if path.exists() and not path.is_file():
        raise _Damaged("is not a file")
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    try:
        return _records(json.loads(content.decode("utf-8-sig"), object_pairs_hook=_each_once))
    except UnicodeDecodeError:
        raise _Damaged("is not UTF-8 text") from None
    except (ValueError, RecursionError):
        raise _Damaged("is not JSON") from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON lets a name stand twice; one of the two would be lost without a word."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise _Damaged("holds a name twice")
    return dict(pairs)


def _records(found: Any) -> Records:
    version = found.get("version") if isinstance(found, dict) else None
    if type(version) is int and version > VERSION:
        raise _Damaged("was written by a newer version of the sandbox")
    if type(version) is not int or version != VERSION:
        raise _Damaged("does not hold the progress of a student")
    return {
        (part, number): _record(part, number, fields)
        for part in PARTS
        for number, fields in _part(found, part).items()
    }


def _part(found: dict[str, Any], name: str) -> dict[str, Any]:
    part = found.get(name, {})
    if not isinstance(part, dict):
        raise _Damaged(f"has no list of {name}")
    return part


def _record(part: str, number: str, found: Any) -> Kept:
    sound = SOUND[part]
    if isinstance(found, dict):
        known = {each: found[each] for each in sound if each in found}
        if all(sound[each](value) for each, value in known.items()):
            return PARTS[part](**known)
    raise _Damaged(f"says something odd about {part[:-1]} {number!a:.20}")


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 1  # not isinstance: True is an int, too


def _are_steps(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_count, value))


def _are_hints(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_count, value.values()))


def _is_yes_or_no(value: Any) -> bool:
    return isinstance(value, bool)


SOUND: dict[str, dict[str, Callable[[Any], bool]]] = {
    "lessons": {
        "step": _is_count,
        "finished": _is_yes_or_no,
        "skipped": _are_steps,
        "missed": _are_steps,
    },
    "exercises": {"passed": _is_yes_or_no, "solution_seen": _is_yes_or_no, "hints": _are_hints},
}


def _text(records: Records) -> str:
    """Only what was begun, in order."""
    parts: dict[str, Any] = {part: {} for part in PARTS}
    for (part, number), kept in sorted(records.items(), key=lambda item: item[0]):
        if kept != PARTS[part]():
            parts[part][number] = asdict(kept)
    return json.dumps({"version": VERSION, **parts}, indent=2) + "\n"


def _replace(path: Path, text: str) -> None:
    """Written aside and then renamed: whoever reads finds the old file or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with aside.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    finally:
        with suppress(OSError):
            aside.unlink()


def _put_aside(path: Path) -> Path:
    """Rename a damaged file to a free name."""
    for number in itertools.count(1):
        aside = path.with_name(f"{path.name}.damaged{f'-{number}' if number > 1 else ''}")
        if not os.path.lexists(aside) and _move(path, aside):
            return aside
    raise AssertionError("there is always a free name")


def _move(path: Path, aside: Path) -> bool:
    """Move it there, unless that name is taken: renaming would overwrite a file."""
    if path.is_dir():
        path.rename(aside)  # a folder takes the place of nothing but an empty folder
        return True
    try:
        aside.open("x").close()
    except FileExistsError:
        return False
    try:
        os.replace(path, aside)
    except OSError:
        aside.unlink()
        raise
    return True
