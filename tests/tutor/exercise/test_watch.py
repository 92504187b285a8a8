"""Watching a file: what counts as a save, and what is only the middle of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.tutor.exercise import watch
from sandbox.tutor.exercise.watch import Watch
from tests.wire.raw_http import until

LOOKS = 4  # that the watch must have had before nothing counts as nothing


class Watched:
    """A file that is watched, with a count of how often it was looked at."""

    def __init__(self, file: Path) -> None:
        self.file, self.saves, self.looks = file, list[str](), 0

    def saved(self, file: Path) -> None:
        self.saves.append(file.read_text() if file.exists() else "gone")

    def state_of(self, file: Path) -> watch.State:
        self.looks += 1
        return STATE_OF(file)

    def after_some_looks(self) -> list[str]:
        enough = self.looks + LOOKS
        until(lambda: self.looks >= enough, 10)
        return self.saves


STATE_OF = watch.state_of


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """For a file that is gone, the watch waits longer than any test takes."""
    file = tmp_path / "answer.py"
    file.write_text("first")
    watched = Watched(file)
    monkeypatch.setattr(watch, "POLL", 0.01)
    monkeypatch.setattr(watch, "GONE_FOR", 60.0)
    monkeypatch.setattr(watch, "state_of", watched.state_of)
    watching = Watch(file, watched.saved)
    yield watched
    watching.end()


def test_what_was_there_before_is_no_save(watched: Watched) -> None:
    assert watched.after_some_looks() == []


def test_each_save_is_told_once(watched: Watched) -> None:
    watched.file.write_text("second")
    until(lambda: watched.saves, 10)
    assert watched.after_some_looks() == ["second"]


@pytest.mark.parametrize("size", [5, 7])
def test_a_file_that_is_empty_for_a_moment_is_being_written(watched: Watched, size: int) -> None:
    watched.file.write_text("")
    assert watched.after_some_looks() == []
    watched.file.write_text("x" * size)
    until(lambda: watched.saves, 10)
    assert watched.after_some_looks() == ["x" * size]


def test_a_file_that_is_gone_for_a_moment_is_being_replaced(watched: Watched) -> None:
    watched.file.unlink()
    assert watched.after_some_looks() == []
    watched.file.write_text("")
    assert watched.after_some_looks() == []
    watched.file.write_text("second")
    until(lambda: watched.saves, 10)
    assert watched.after_some_looks() == ["second"]


@pytest.mark.parametrize(
    ("act", "told"), [(Path.unlink, "gone"), (lambda file: file.write_text(""), "")]
)
def test_a_file_that_stays_gone_or_empty_is_told_once(
    watched: Watched,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[Path], object],
    told: str,
) -> None:
    monkeypatch.setattr(watch, "GONE_FOR", 0.05)
    act(watched.file)
    until(lambda: watched.saves, 10)
    assert watched.after_some_looks() == [told]
