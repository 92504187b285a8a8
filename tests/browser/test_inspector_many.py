"""The inspector with as many requests as it keeps: it lets the oldest go, and stays quick."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from sandbox.serving.inspected import InspectorServer
from tests.trace.scenes import SCENES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

MOST = 10_000  # what README and the page say
MORE = 40
SLOWER = 3.0  # times; when every row was laid out alone it was ten
REST = 2_000  # milliseconds in which what was left to do after loading is done
SECONDS = 120_000  # milliseconds that loading may take on a busy machine


class Crowded:
    """An inspector that has heard of so many requests, and its page."""

    def __init__(self, chromium: Browser, count: int) -> None:
        self.inspector = InspectorServer(("localhost",))
        self._last = 0
        self.hear(count)
        self.inspector.server.start()
        self.page: Page = chromium.new_page()
        self.page.set_default_timeout(SECONDS)
        self._session = self.page.context.new_cdp_session(self.page)
        self._session.send("Performance.enable")
        self.page.goto(self.inspector.url)
        self.wait_for_last()

    def hear(self, count: int, pause: float = 0) -> None:
        """Every third was redirected to the login page."""
        for _ in range(count):
            self._last += 1
            for event in SCENES["OK" if self._last % 3 else "NO_COOKIE"]:
                self.inspector.buffer(event | {"id": self._last})
            time.sleep(pause)

    def wait_for_last(self) -> None:
        lot = self.page.locator("#timeline ol:last-child")
        lot.get_by_text(f"#{self._last}", exact=True).wait_for(state="attached")

    @property
    def busy(self) -> float:
        """Milliseconds that the page has worked so far."""
        told = self._session.send("Performance.getMetrics")["metrics"]
        return next(each["value"] for each in told if each["name"] == "TaskDuration") * 1000

    def work_of_one(self) -> float:
        """Milliseconds of work for each of some more requests, each told by a poll of its own."""
        self.page.wait_for_timeout(REST)
        before = self.busy
        self.hear(MORE, pause=0.11)
        self.wait_for_last()
        return (self.busy - before) / MORE

    def close(self) -> None:
        self.page.close()
        self.inspector.server.stop()


@pytest.fixture
def crowded(chromium: Browser) -> Iterator[Callable[[int], Crowded]]:
    started: list[Crowded] = []

    def start(count: int) -> Crowded:
        started.append(Crowded(chromium, count))
        return started[-1]

    yield start
    for each in started:
        each.close()


def test_of_more_than_ten_thousand_the_oldest_rows_go_and_are_counted(
    crowded: Callable[[int], Crowded],
) -> None:
    full = crowded(MOST + MORE)  # the server has let go of these before the page came
    rows = full.page.locator("#timeline li.request")
    assert rows.count() == MOST
    assert full.page.locator("#let-go").inner_text().endswith("were let go: 40 by the server.")
    full.hear(MORE)
    full.wait_for_last()
    said = full.page.locator("#let-go", has_text="80 by the server, 40 by this page.")
    said.wait_for()
    assert said.inner_text().startswith("Beyond 10,000 requests the oldest")
    assert rows.count() == MOST
    assert rows.first.locator(".number").text_content() == "#81"  # no text is drawn there
    assert full.page.locator("#timeline li.answer").count() == len(
        range(81, MOST + 2 * MORE + 1, 3)
    )
    full.page.locator("#filter").fill("#5000 ")
    assert full.page.locator("#timeline li:visible .number").all_inner_texts() == ["#5000"]


def test_ten_thousand_requests_make_a_poll_hardly_slower(crowded: Callable[[int], Crowded]) -> None:
    few = crowded(200).work_of_one()
    many = crowded(MOST).work_of_one()

    assert many < few * SLOWER, f"{few:.1f} and {many:.1f} ms"


def test_the_arrow_keys_go_from_lot_to_lot(crowded: Callable[[int], Crowded]) -> None:
    page = crowded(160).page  # a lot has a hundred rows, 53 of them here are answers
    page.locator("#timeline").focus()
    for _ in range(125):
        page.keyboard.press("ArrowUp")
    chosen = page.locator("#timeline [aria-selected=true] .what")
    up = chosen.inner_text()
    assert page.locator("#timeline li .what").all_text_contents()[-1 - 125] == up
    for _ in range(125):
        page.keyboard.press("ArrowDown")
    assert page.locator("#timeline [aria-selected=true] .number").inner_text() == "#160"
