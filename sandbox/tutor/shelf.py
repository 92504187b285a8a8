"""Numbered folders: the lessons, the exercises."""

from __future__ import annotations

from pathlib import Path

from sandbox.login.problems import Problem


def folders(place: Path, what: str) -> dict[str, Path]:
    """Each folder by its number; Problem when there are none here, or two have one number.

    `what` is in them: "lesson", "exercise".
    """
    found = sorted(place.glob("[0-9][0-9]_*/README.md"))
    if not found:
        raise Problem(
            f"There are no {what}s in {place.absolute()}. "
            f"Start in the folder of the sandbox, where {what}s/ stands."
        )
    there: dict[str, Path] = {}
    for path in found:
        other = there.setdefault(path.parent.name[:2], path.parent)
        if other != path.parent:
            raise Problem(f"{other.name} and {path.parent.name} have one number; rename one.")
    return there


def folder_of(number: str, place: Path, what: str) -> Path:
    """Where the one with this number stands; Problem when there is none."""
    there = folders(place, what)
    if number.zfill(2) not in there:
        raise Problem(f"There is no {what} {number}. There are {', '.join(there)}.")
    return there[number.zfill(2)]
