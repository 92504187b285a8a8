"""The clock never goes back by a little, and follows a large jump, saying so once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.serving.clock import Clock


class Wall:
    """A wall clock whose hands a test sets, and what our clock said about it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.said: list[str] = []

    def __call__(self) -> float:
        return self.now

    def clock(self) -> Clock:
        return Clock(wall=self, say=self.said.append)


@pytest.fixture
def wall() -> Wall:
    return Wall()


def set_to(wall: Wall, clock: Callable[[], float], *times: float) -> list[float]:
    answers = []
    for wall.now in times:
        answers.append(clock())
    return answers


def test_it_goes_forward_with_the_wall(wall: Wall) -> None:
    assert set_to(wall, wall.clock(), 1000, 1001.5, 5000) == [1000, 1001.5, 5000]


def test_a_small_step_back_is_answered_with_the_latest_time_seen(wall: Wall) -> None:
    assert set_to(wall, wall.clock(), 1000, 999, 940, 1000, 1001) == [1000, 1000, 1000, 1000, 1001]
    assert wall.said == []


def test_sixty_seconds_back_are_small_and_more_are_a_jump(wall: Wall) -> None:
    assert set_to(wall, wall.clock(), 1000, 940) == [1000, 1000]
    assert set_to(wall, wall.clock(), 1000, 939.5) == [1000, 939.5]


def test_many_small_steps_back_do_not_add_up_to_a_drift(wall: Wall) -> None:
    assert set_to(wall, wall.clock(), 1000, 970, 945) == [1000, 1000, 1000]


def test_a_jump_back_is_followed_and_said_once(wall: Wall) -> None:
    assert set_to(wall, wall.clock(), 1000, 500, 501, 100) == [1000, 500, 501, 100]
    assert len(wall.said) == 1
    assert "500 s" in wall.said[0]


def test_after_a_jump_small_steps_back_are_clamped_again(wall: Wall) -> None:
    assert set_to(wall, wall.clock(), 1000, 500, 490, 510) == [1000, 500, 500, 510]


def test_a_jump_is_said_on_standard_error(wall: Wall, capsys: pytest.CaptureFixture[str]) -> None:
    set_to(wall, Clock(wall=wall), 1000, 1)
    said = capsys.readouterr()
    assert "went back by 999 s" in said.err
    assert said.out == ""
