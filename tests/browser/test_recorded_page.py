"""A recording in Chromium, as somebody who got it by mail: a file, no network, no server."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.trace.recording import Recording
from sandbox.trace.stage import Event
from tests.trace.scenes import SCENES, ended, request, response
from tests.wire.children import Child, Nursery
from tests.wire.raw_http import until

from . import axe
from .test_inspector import change_cookie, log_in, rows

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

HOSTILE = "</script><script>document.title = 'taken'</script><img src=x onerror=document.title=1>"
STRIP = "#recording"
Open = Callable[..., "Page"]


@pytest.fixture
def tabs(chromium: Browser) -> Iterator[Open]:
    """`tabs()` is an empty tab of a fresh profile, which may use the network."""
    contexts = []

    def new_tab(**profile: Any) -> Page:
        contexts.append(chromium.new_context(**profile))
        return contexts[-1].new_page()

    yield new_tab
    for context in contexts:
        context.close()


@pytest.fixture
def opened(tabs: Open) -> Iterator[Open]:
    """`opened(file)`: the file, offline; nothing but the file is asked for, nothing complains."""
    asked, complaints = list[str](), list[str]()
    files: list[str] = []

    def open_it(file: Path, **profile: Any) -> Page:
        tab = tabs(**profile)
        tab.context.set_offline(True)
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("console", lambda said: complaints.append(said.text))
        files.append(file.as_uri())
        tab.goto(file.as_uri())
        tab.locator(STRIP).wait_for()
        return tab

    yield open_it
    assert asked == files
    assert complaints == []


def recorded(path: Path, events: list[Event], close: bool = True, **given: Any) -> Path:
    recording = Recording(path, **given)
    for event in events:
        if event["type"] == "request":
            recording.wants(event["id"])
        recording(event)
    if close:
        recording.close()
    return path


def drawn(page: Page) -> list[list[str]]:
    """Every diagram of the page, each as its texts with their kinds."""
    shown = []
    for row in page.locator("#timeline li.request").all():
        row.click()
        page.locator(f"#request h2:has-text('{row.locator('.number').inner_text()} ')").wait_for()
        found = page.locator("#request .diagram text, #request .lamps li").all()
        shown.append([f"{each.get_attribute('class')}: {each.text_content()}" for each in found])
    return shown


def visit(nursery: Nursery, tabs: Open, *options: str) -> tuple[Child, Page]:
    """A login, a changed cookie, and the inspector that has seen both."""
    child = nursery.serve(*options)
    page, alice = tabs(), tabs()
    page.goto(child.inspector)
    log_in(alice, child)
    change_cookie(alice)
    alice.goto(f"http://localhost:{child.port}/api/me")
    rows(page, 5)
    return child, page


def test_the_file_shows_what_the_living_page_has_shown(
    nursery: Nursery, tabs: Open, opened: Open
) -> None:
    child, living = visit(nursery, tabs, "--record", "seen.html")
    seen, timeline = drawn(living), rows(living, 5)
    child.end(signal.SIGINT)
    page = opened(nursery.folder / "seen.html")
    assert rows(page, 5) == timeline
    assert drawn(page) == seen
    assert "label: check_signature  ✗ BAD_SIGNATURE" in seen[4]


def test_the_console_and_the_page_of_replay_show_it_too(
    nursery: Nursery, tabs: Open, opened: Open
) -> None:
    child, living = visit(nursery, tabs, "--record", "seen.html")
    seen = drawn(living)
    child.end(signal.SIGINT)
    replay = nursery.start("replay", "seen.html", "--inspector")
    address = until(lambda: re.search(r"for this recording: (\S+)", replay.out))[1]
    page = tabs()
    page.goto(address)
    rows(page, 5)
    assert drawn(page) == seen
    assert "Cookies and ids are told by their ends only." in page.locator(STRIP).inner_text()
    assert page.locator(".live:visible").count() == 0


def test_no_id_is_anywhere_in_the_page(nursery: Nursery, tabs: Open, opened: Open) -> None:
    child = nursery.serve("--record", "seen.html")
    alice = tabs()
    log_in(alice, child)
    (cookie,) = alice.context.cookies()
    child.end(signal.SIGINT)
    page = opened(nursery.folder / "seen.html")
    for part in cookie["value"].split(".")[::2]:
        assert part not in page.content()


WHEN = 1_800_000_000.0  # 15 January 2027, 08:00 in London


def test_it_says_when_it_was_recorded_and_what_is_left_out(tmp_path: Path, opened: Open) -> None:
    short = recorded(tmp_path / "a.html", SCENES["OK"], now=lambda: WHEN)
    page = opened(short, timezone_id="Europe/London")
    assert page.locator(STRIP).inner_text() == (
        "A recording of 15 January 2027 at 08:00. Cookies and ids are told by their ends only."
    )
    full = recorded(tmp_path / "b.html", SCENES["OK"], with_cookies=True)
    assert "Cookies are in full." in opened(full).locator(STRIP).inner_text()


def test_it_says_that_it_was_broken_off_and_that_later_requests_are_missing(
    tmp_path: Path, opened: Open
) -> None:
    events = [e(id=n) for n in range(1, 6) for e in (request, response)]
    broken = recorded(tmp_path / "a.html", events, close=False)
    page = opened(broken)
    assert "It was broken off" in page.locator(STRIP).inner_text()
    assert len(rows(page, 5)) == 5
    page = opened(recorded(tmp_path / "b.html", events, most=2))
    assert "Later requests that are not in it: 3." in page.locator(STRIP).inner_text()
    assert "broken off" not in page.locator(STRIP).inner_text()
    assert len(rows(page, 2)) == 2


def test_a_file_that_ends_in_the_middle_of_a_line_opens(tmp_path: Path, opened: Open) -> None:
    whole = recorded(tmp_path / "a.html", SCENES["OK"], close=False).read_text()
    cut = tmp_path / "cut.html"
    cut.write_text(whole[:-30])
    page = opened(cut)
    assert "It was broken off" in page.locator(STRIP).inner_text()
    assert page.locator(".diagram .step").count() > 3


def shown_steps(page: Page) -> list[str]:
    return page.locator(".diagram .step .label").all_text_contents()


def test_the_arrow_keys_go_through_a_request_stage_by_stage(tmp_path: Path, opened: Open) -> None:
    page = opened(recorded(tmp_path / "a.html", SCENES["UNKNOWN_SESSION"]))
    whole = shown_steps(page)
    assert whole[-1].startswith("303")
    seen = [whole]
    for _ in range(len(whole)):
        page.keyboard.press("ArrowLeft")
        seen.append(shown_steps(page))
    assert seen[1] == whole[:-1]
    assert seen[2] == whole[:-2]
    assert seen[-1] == seen[-2] == whole[:1]  # before the first it stops
    assert page.locator(".lamps").count() == 0
    for back in reversed(seen[:-2]):
        page.keyboard.press("ArrowRight")
        assert shown_steps(page) == back
    page.keyboard.press("ArrowRight")
    assert shown_steps(page) == whole


def test_the_buttons_do_the_same_and_keep_the_focus(tmp_path: Path, opened: Open) -> None:
    page = opened(recorded(tmp_path / "a.html", SCENES["OK"]))
    whole = shown_steps(page)
    page.get_by_role("button", name="One stage back").click()
    page.keyboard.press("Enter")
    assert shown_steps(page) == whole[:-2]
    page.get_by_role("button", name="One stage on").click()
    assert shown_steps(page) == whole[:-1]
    assert page.locator(":focus").get_attribute("aria-label") == "One stage on"


def test_keys_in_the_filter_do_not_walk(tmp_path: Path, opened: Open) -> None:
    page = opened(recorded(tmp_path / "a.html", SCENES["OK"]))
    whole = shown_steps(page)
    page.locator("#filter").fill("profile")
    page.keyboard.press("ArrowLeft")
    assert shown_steps(page) == whole


def test_nothing_from_the_wire_runs(tmp_path: Path, opened: Open) -> None:
    cookies = [{"name": "sandbox_session", "ours": True, "value": HOSTILE}]
    host = {"host": HOSTILE, "allowed": [HOSTILE]}
    events = [
        request(path=HOSTILE, visitor=HOSTILE, cookies=cookies, notes=[HOSTILE]),
        ended("check_host", "FOREIGN_HOST", host),
        response(403, "FOREIGN_HOST", location=HOSTILE, set_cookie=[f"{HOSTILE}=1"]),
    ]
    page = opened(recorded(tmp_path / "a.html", events, with_cookies=True))
    assert HOSTILE in page.locator("#request h2").inner_text()
    assert page.title() == "Login Sandbox: inspector"
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 2


def test_a_script_written_into_the_file_by_hand_does_not_run(tmp_path: Path, tabs: Open) -> None:
    path = recorded(tmp_path / "a.html", SCENES["OK"])
    text = path.read_text().replace("<header>", "<script>document.title = 'taken'</script><header>")
    path.write_text(text)
    page = tabs()
    page.goto(path.as_uri())
    page.locator(STRIP).wait_for()
    assert page.title() == "Login Sandbox: inspector"


def test_what_needs_a_living_server_is_not_there(tmp_path: Path, opened: Open) -> None:
    page = opened(recorded(tmp_path / "a.html", SCENES["BAD_SIGNATURE"]))
    assert page.locator(".live").count() > 0  # they are hidden, not missing
    assert page.locator(".live:visible").count() == 0
    assert page.locator(".source").count() == 0
    page.keyboard.press("w")
    assert page.locator("#bench").is_hidden()
    assert "A recording holds no key." in page.locator(".dissect").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("back", [0, 2], ids=["whole", "two stages back"])
def test_axe_finds_nothing_in_a_recording(
    tmp_path: Path, tabs: Open, scheme: str, back: int
) -> None:
    axe.needed()
    page = tabs(color_scheme=scheme, bypass_csp=True)
    page.goto(recorded(tmp_path / "a.html", SCENES["BAD_SIGNATURE"]).as_uri())
    page.locator(STRIP).wait_for()
    for _ in range(back):
        page.keyboard.press("ArrowLeft")
    assert axe.violations(page) == []
