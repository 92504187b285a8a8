"""What the inspector's page is told beside a lesson, and what it is not told."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from sandbox.trace.stage import Event
from sandbox.tutor.inbox import Ended, Inbox
from sandbox.tutor.lesson.guide import Guide
from sandbox.tutor.lesson.judge import MISSING, do_step
from sandbox.tutor.lesson.screen import Screen
from sandbox.tutor.lesson.shelf import find_lesson
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.waiting import Desk
from sandbox.tutor.lesson.world import World


class Page(Screen):
    """A screen that notes what the board said at each prompt, and what a browser had done."""

    site: Site
    told: list[Event]
    meanwhile = ""  # what a browser asks for while the first question is open

    def __init__(self) -> None:
        super().__init__(io.StringIO(), plain=True)
        self.at: dict[str, tuple[dict[str, Any], int]] = {}

    def prompt(self, text: str) -> None:
        super().prompt(text)
        if text.startswith("Your prediction") and self.meanwhile:
            httpx.get(self.site.url + self.meanwhile, trust_env=False)
            self.meanwhile = ""  # the question comes again when that was seen
        requests = [event["type"] for event in self.told].count("request")
        self.at[text.partition(" (")[0]] = (self.site.told_beside()["lesson"], requests)


def led(number: str, step: int, typed: str, meanwhile: str = "") -> Page:
    """The page beside a step of a lesson; the steps before it are done in silence."""
    lesson, inbox = find_lesson(number), Inbox(io.StringIO(typed))
    page = Page()
    page.meanwhile, page.told = meanwhile, []
    with Site(0, inbox.seen) as site:
        page.site, site.board.tell = site, page.told.append
        guide = Guide(lesson, site, Desk(page, inbox, lesson.folder, None), step)
        with suppress(Ended):
            guide.do(lesson.steps[step - 1])
    return page


PREDICTS, SENDS, GOES_ON = "Your prediction", "Enter sends it", "Enter goes on"


def test_the_question_is_told_with_its_options_while_it_is_open_and_then_the_task() -> None:
    step = find_lesson("04").steps[1]
    page = led("04", 2, "1\n\n")
    asked, _ = page.at[PREDICTS]
    assert asked["step"] == f"04.2  {step.title}"
    assert step.prediction is not None
    assert asked["question"] == step.prediction.question
    assert asked["options"] == [
        f"{n}  {each.text}" for n, each in enumerate(step.prediction.options, 1)
    ]
    waits, _ = page.at[SENDS]
    assert "question" not in waits
    assert waits["task"].startswith("This step waits for ")
    over, _ = page.at[GOES_ON]
    assert over["task"] == ""


def test_steps_done_in_silence_are_not_told_and_the_students_own_are() -> None:
    page = led("04", 2, "1\n\n")
    assert page.at[PREDICTS][1] == page.at[SENDS][1] == 0
    assert page.at[GOES_ON][1] == len(find_lesson("04").steps[1].requests)


def test_what_a_browser_does_while_a_question_is_open_is_told_when_it_is_answered() -> None:
    page = led("04", 2, "1\n\n", meanwhile="/")
    assert page.at[PREDICTS][1] == 0
    assert page.at[SENDS][1] == 1


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(0) as started:
        yield started


def told_by(site: Site, number: str) -> dict[str, list[Event]]:
    """What is told of a whole lesson, and under each note on its server."""
    lesson, told = find_lesson(number), dict[str, list[Event]]()
    world = World(lesson.folder, site)

    def tell(event: Event) -> None:
        told.setdefault(site.told_beside()["lesson"]["server"], []).append(event)

    site.board.tell = tell
    for step in lesson.steps:
        site.board.begin(lesson, step)
        with suppress(*MISSING):
            do_step(world, step, lesson.path)
    return told


def test_of_express_it_is_said_that_it_tells_no_stages(site: Site) -> None:
    told = told_by(site, "11")
    (note,) = (each for each in told if each.startswith("Express"))
    assert note == "Express tells no stages: of its requests only what crosses the wire is drawn."
    assert {event["type"] for event in told[note]} == {"request", "response"}
    assert any(each.startswith("Careless server: ") for each in told)
    assert any(event["type"] == "stage_ended" for event in told[""])


def test_a_neighbours_part_is_marked_with_who_called_it(site: Site) -> None:
    events = [event for each in told_by(site, "10").values() for event in each]
    called = [event for event in events if "called_by" in event]
    assert {(event["server"], event["called_by"].split()[0]) for event in called} == {
        ("neighbour", "called")
    }
    numbers = {event["id"] for event in called}
    assert numbers <= {event["id"] for event in events if "called_by" not in event}
