"""No expectation of a lesson holds either way; and the run that says so can see one that does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.tutor.lesson import judge
from sandbox.tutor.lesson.expectations import parse_expectation
from sandbox.tutor.lesson.site import Site
from tests.lessons.small import GOOD, line_of, write_lesson
from tests.lessons.turned import LESSONS, turn_all, turned_round, with_line_turned

READMES = sorted(LESSONS.glob("[0-9][0-9]_*/README.md"))
LINES_OF_SMALL = 11  # counted by hand


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site(0) as started:
        yield started


@pytest.mark.slow
@pytest.mark.parametrize("readme", READMES, ids=lambda readme: readme.parent.name)
def test_a_lesson_fails_at_each_line_that_is_turned_round(readme: Path, site: Site) -> None:
    turns = turn_all(readme, site)
    assert turns
    assert [str(turn) for turn in turns if turn.instead] == []


def test_each_line_of_the_steps_and_of_the_reviews_is_turned(tmp_path: Path, site: Site) -> None:
    turns = turn_all(write_lesson(tmp_path / "07_small"), site)
    assert len(turns) == LINES_OF_SMALL
    assert [turn.instead for turn in turns] == [""] * LINES_OF_SMALL


def test_a_line_that_holds_either_way_is_seen(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(operator: str, seen: str | None, value: str) -> bool:
        return "303" in value or is_met(operator, seen, value)

    is_met = judge.is_met
    monkeypatch.setattr(judge, "is_met", careless)
    turns = turn_all(write_lesson(tmp_path / "07_small"), site)
    (missed,) = [turn for turn in turns if turn.instead]
    assert missed.expectation.text == "status == 303"
    assert missed.instead == "nothing failed"


def test_a_failure_at_another_line_does_not_count(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the line after the one that was turned is what fails."""
    readme = write_lesson(tmp_path / "07_small")
    status = line_of(GOOD, "status == 303")

    def careless(operator: str, seen: str | None, value: str) -> bool:
        if value == "303":
            turned.append(operator == "!=")
            return True
        return is_met(operator, seen, value) and not (value == "/" and turned[-1])

    turned: list[bool] = []
    is_met = judge.is_met
    monkeypatch.setattr(judge, "is_met", careless)
    (missed,) = [turn for turn in turn_all(readme, site) if turn.instead]
    assert missed.expectation.line == status
    assert missed.instead == f"failed at line {status + 1}"


def test_the_lesson_itself_is_not_touched(tmp_path: Path, site: Site) -> None:
    readme = write_lesson(tmp_path / "07_small")
    turn_all(readme, site)
    assert readme.read_text(encoding="utf-8") == GOOD


def test_exactly_one_line_is_turned(tmp_path: Path) -> None:
    readme = write_lesson(tmp_path / "07_small")
    line = line_of(GOOD, "rows == 0", "## 1.")
    turned = with_line_turned(readme, parse_expectation("rows == 0", line)).split("\n")
    before = GOOD.split("\n")
    assert [n for n, each in enumerate(turned, 1) if each != before[n - 1]] == [line]
    assert turned[line - 1] == "rows != 0"


def test_a_line_that_was_read_from_elsewhere_is_not_turned(tmp_path: Path) -> None:
    readme = write_lesson(tmp_path / "07_small")
    elsewhere = replace(parse_expectation("rows == 0", 1), line=3)
    with pytest.raises(AssertionError, match="another line"):
        with_line_turned(readme, elsewhere)
    assert turned_round(elsewhere).text == "rows != 0"
