"""A lesson on a real terminal with the inspector in Chromium beside it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.lessons.course import small_course
from tests.process.test_lesson_in_a_terminal import (
    BEGINS,
    GOES_ON,
    PREDICTS,
    SENDS,
    Student,
    at_a_terminal,
)
from tests.wire.children import command, environment

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    small_course(tmp_path / "lessons")
    return tmp_path


def beside(chromium: Browser, shown: str) -> Page:
    """The page whose address the lesson has printed."""
    found = re.search(r"Inspector, for this run: (\S+)", shown)
    assert found
    page = chromium.new_page()
    page.goto(found[1])
    return page


def walked_to_the_question(student: Student) -> None:
    student.types("", SENDS)
    student.types("", GOES_ON)
    student.types("", PREDICTS)


def test_the_page_shows_the_step_its_question_and_its_requests(
    desk: Path, chromium: Browser
) -> None:
    with at_a_terminal(desk, "01") as student:
        page = beside(chromium, student.waits(BEGINS))
        strip, rows = page.locator("#lesson"), page.locator("#timeline li.request")
        student.types("", SENDS)
        strip.get_by_text("This step waits for GET / by alice.").wait_for()
        assert strip.locator("b").text_content() == "01.1  A stranger comes"
        assert rows.count() == 0
        student.types("", GOES_ON)
        rows.first.wait_for()
        assert "GET /" in rows.first.inner_text()
        student.types("", PREDICTS)
        strip.get_by_text("Where is the word?").wait_for()
        assert strip.locator(".option").all_inner_texts() == [
            "1  A word in the cookie",
            "2  A row in the store",
            "3  Two rows in the store",
        ]
        # Read only, and no option is unlike the others.
        assert page.locator(".live:visible").count() == 0
        assert strip.locator("button, input, a, [tabindex]").count() == 0
        assert len({each.get_attribute("class") for each in strip.locator(".option").all()}) == 1
        student.types("2", SENDS)
        strip.get_by_text("Where is the word?").wait_for(state="detached")
        student.types("", GOES_ON)
        page.locator("#timeline li.answer", has_text="Set-Cookie").wait_for()
    page.close()


def test_a_step_done_again_in_silence_is_not_told_twice(desk: Path, chromium: Browser) -> None:
    with at_a_terminal(desk, "01") as student:
        page = beside(chromium, student.waits(BEGINS))
        walked_to_the_question(student)
        rows = page.locator("#timeline li.request")
        page.locator("#lesson").get_by_text("Where is the word?").wait_for()
        assert rows.count() == 1
        student.types("b", SENDS)
        student.types("s", PREDICTS)  # step 1 is done once more, and nobody sees it
        page.locator("#lesson").get_by_text("Where is the word?").wait_for()
        assert rows.count() == 1
    page.close()


def test_without_an_inspector_none_is_printed(desk: Path) -> None:
    with at_a_terminal(desk, "01", "--no-inspector") as student:
        assert "Inspector" not in student.waits(BEGINS)


@pytest.mark.parametrize("mode", [("01", "--auto"), ("01", "--lint"), ("--list",)])
def test_without_a_keyboard_there_is_no_inspector(desk: Path, mode: tuple[str, ...]) -> None:
    run = subprocess.run(
        command("lesson", *mode), cwd=desk, env=environment(), capture_output=True, timeout=60
    )
    assert run.returncode == 0
    assert b"nspector" not in run.stdout + run.stderr
