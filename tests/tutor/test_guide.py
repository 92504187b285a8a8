"""The guide leads a person through a step; here a browser does what is asked."""

from __future__ import annotations

import io
import re
from contextlib import suppress

import httpx
import pytest

from sandbox.tutor.inbox import Ended, Inbox
from sandbox.tutor.lesson.guide import Guide
from sandbox.tutor.lesson.judge import do_step
from sandbox.tutor.lesson.looking import in_words
from sandbox.tutor.lesson.screen import Screen
from sandbox.tutor.lesson.shelf import find_lesson
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.waiting import Desk
from sandbox.tutor.lesson.world import World


class QuickBrowser(Screen):
    """Sends forms when a request is waited for, and follows each 303 before anybody looks up."""

    forms: tuple[dict[str, str], ...] = ()
    url = ""

    def prompt(self, text: str) -> None:
        super().prompt(text)
        if text == "Enter sends it" and self.forms:
            form, *rest = self.forms
            self.forms = tuple(rest)
            with httpx.Client(follow_redirects=True, trust_env=False) as browser:
                browser.post(self.url, data=form)


def led_by(number: str, step: int, path: str, *forms: dict[str, str], typed: str = "") -> str:
    """What is shown in a step to somebody who sends these forms with a browser."""
    return " ".join(shown_in(number, step, path, *forms, typed=typed).split())


def shown_in(
    number: str, step: int, path: str = "/", *forms: dict[str, str], typed: str = ""
) -> str:
    """The same, line by line."""
    lesson = find_lesson(number)
    out, inbox = io.StringIO(), Inbox(io.StringIO(typed))
    with Site(0, inbox.seen) as site:
        screen = QuickBrowser(out, plain=True)
        screen.url, screen.forms = site.url + path, forms
        guide = Guide(lesson, site, Desk(screen, inbox, lesson.folder, None), step)
        with suppress(Ended):  # nobody presses Enter at the end
            guide.do(lesson.steps[step - 1])
    return out.getvalue()


ALICE = {"username": "alice", "password": "wonderland"}
SKIP_THE_QUESTION = "s\n"


def test_curl_may_send_the_cookie_that_it_is_told_to_send() -> None:
    """Whoever reads `-b lesson10=…` in step 3 of lesson 10 can do it."""
    told = shown_in("10", 3, typed="\nh\n")
    assert told.count("In a second terminal: the key h writes the command.") == 2
    assert "curl -i -b lesson10=" in told
    assert "Only the built-in visitor" not in told


def test_what_is_looked_up_is_as_wide_as_the_prose() -> None:
    told = shown_in("09", 1, typed="y NO_TOKEN\nw\n")
    assert "one blank, and the" in told
    assert "the store holds 0 rows" in told
    assert [line for line in told.splitlines() if len(line) > 80] == []


def test_a_browser_that_follows_a_303_at_once_has_done_the_next_request() -> None:
    told = led_by("02", 3, "/", {"name": "alice"})
    assert "as expected: jar == alice" in told
    assert "Enter goes on" in told


def test_a_redirect_that_a_browser_follows_does_not_take_the_place_of_a_visit_much_later() -> None:
    told = led_by("08", 7, "/login", ALICE, typed=SKIP_THE_QUESTION)
    assert "The clock was moved by +15 min" in told
    assert "Your own browser has not moved with the clock: press Enter." in told
    assert "idle 15 min" not in told
    assert "+16 min" not in told


def test_where_a_browser_was_led_by_a_redirect_it_has_missed_nothing() -> None:
    told = led_by("04", 8, "/", {"word": "tulip"})
    assert "expects row word == rose; observed: tulip." in told
    assert re.search(r"#\d+ GET / ", told), "its card is drawn"
    assert told.count("Seen: ") == 1
    assert "Your browser is on the page." not in told


def test_two_wrong_passwords_of_one_user_do_not_show_an_unknown_name() -> None:
    wrong = {"username": "alice", "password": "wrong"}
    told = led_by("05", 2, "/login", wrong, wrong, typed=SKIP_THE_QUESTION)
    assert "as expected: card check_password contains wrong for alice" in told
    assert "expects card check_password contains the name is not known" in told
    assert "Enter goes on" not in told


def test_a_step_of_two_people_says_whose_turn_it_is() -> None:
    login = led_by("07", 1, "/login", ALICE)
    assert "Another visitor's turn: go on in that window, or press Enter." in login


@pytest.mark.parametrize(
    ("number", "step", "said"),
    [
        ("02", 2, r"GET / by alice"),
        ("02", 4, r"GET http://127\.0\.0\.1:\d+/ by alice"),
        ("03", 2, r"POST /read with cookie=alice\.[\w-]+\.\S{4}…\S\S by bob"),
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
