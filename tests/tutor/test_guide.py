"""The guide leads a person through a step; here a browser does what is asked."""

from __future__ import annotations

import io
import re
from contextlib import suppress

import httpx
import pytest

from sandbox.tutor.lesson.guide import Guide
from sandbox.tutor.lesson.inbox import Ended, Inbox
from sandbox.tutor.lesson.judge import do_step
from sandbox.tutor.lesson.looking import in_words
from sandbox.tutor.lesson.screen import Screen
from sandbox.tutor.lesson.shelf import find_lesson
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.waiting import Desk
from sandbox.tutor.lesson.world import World


class QuickBrowser(Screen):
    """Sends alice's form at the first prompt, and follows the 303 before anybody looks up."""

    url = ""

    def prompt(self, text: str) -> None:
        super().prompt(text)
        url, self.url = self.url, ""
        if url:
            with httpx.Client(follow_redirects=True, trust_env=False) as browser:
                browser.post(url, data={"name": "alice"})


def test_a_browser_that_follows_a_303_at_once_has_done_the_next_request() -> None:
    lesson = find_lesson("02")
    step = lesson.steps[2]
    assert [request.method for request in step.requests] == ["POST", "GET"]
    out, inbox = io.StringIO(), Inbox(None)
    with Site(0, inbox.seen) as site:
        screen = QuickBrowser(out, plain=True)
        screen.url = site.url
        guide = Guide(lesson, site, Desk(screen, inbox, lesson.folder, None))
        guide.rebuild(step.number)
        with suppress(Ended):  # nobody presses Enter at the end
            guide.do(step)
    assert "as expected: jar == alice" in out.getvalue()
    assert "Enter goes on" in out.getvalue()


@pytest.mark.parametrize(
    ("number", "step", "said"),
    [
        ("02", 2, r"GET / by alice"),
        ("02", 4, r"GET http://127\.0\.0\.1:\d+/ by alice"),
        ("03", 2, r"POST /read with cookie=alice\.\w+\.\S{4}…\S\S by bob"),
        ("05", 3, r"POST /login with username=alice&password=wonderland\S* by alice"),
    ],
)
def test_what_a_step_waits_for_is_said_with_its_host_and_what_was_filled_in(
    number: str, step: int, said: str
) -> None:
    lesson = find_lesson(number)
    with Site(0) as site:
        world = World(lesson.folder, site)
        for each in lesson.steps[:step]:
            do_step(world, each, lesson.path)
        found = [in_words(request, world) for request in lesson.steps[step - 1].requests]
    assert any(re.fullmatch(said, each) for each in found), found
