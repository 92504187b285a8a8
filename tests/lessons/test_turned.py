"""No expectation of a lesson holds either way; and the run that says so can see one that does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.tutor.lesson import judge
from sandbox.tutor.lesson.expectations import parse_expectation
from sandbox.tutor.lesson.judge import Judged, Sighting
from sandbox.tutor.lesson.parts import Request
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.world import World
from tests.lessons.ours import READMES
from tests.lessons.small import write_lesson
from tests.lessons.turned import turn_all, turned_round

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
    assert missed.instead == "it holds either way"


def test_a_line_that_the_lesson_never_judges_is_seen(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = judge.judged_by

    def all_but_the_first(request: Request, sighting: Sighting, world: World) -> Iterator[Judged]:
        return really(replace(request, expectations=request.expectations[1:]), sighting, world)

    monkeypatch.setattr(judge, "judged_by", all_but_the_first)
    turns = turn_all(write_lesson(tmp_path / "07_small"), site)
    assert {turn.instead for turn in turns} == {"", "it was never judged"}


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        ("rows == 0", "rows != 0"),
        ("header Location != /", "header Location == /"),
        ("body lacks alice", "body contains alice"),
        ("jar absent", "jar present"),
    ],
)
def test_a_line_is_turned_to_its_operators_pair(text: str, turned: str) -> None:
    assert turned_round(parse_expectation(text, 3)) == parse_expectation(turned, 3)
