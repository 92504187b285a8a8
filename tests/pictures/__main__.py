"""`make pictures`: take the README's pictures anew, in Chromium."""

from __future__ import annotations

import sys

from playwright.sync_api import Page, sync_playwright

from sandbox.login.guard import LOOPBACK_NAMES
from sandbox.serving.inspected import InspectorServer
from sandbox.tutor.chromium import arguments, find_executable
from tests.pictures import FOLDER, MADE_FROM, PICTURES, as_text, events, made_from

SIZE = {"width": 1280, "height": 1000}
MARGIN = 20


def take(page: Page, name: str, number: int) -> None:
    """One request, down to where its cookie was compared."""
    page.locator("#timeline [role=option]", has_text=f"#{number}").first.click()
    page.locator("#request h2", has_text=f"#{number} ").wait_for()
    page.mouse.move(0, 0)
    _make_room_for(page, ".dissect")
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")


def _make_room_for(page: Page, last: str) -> None:
    """The window is as high as this needs, which is the last that is to be seen."""
    page.set_viewport_size(SIZE)  # type: ignore[arg-type]  # it is a TypedDict
    box = page.locator(last).bounding_box()
    assert box
    height = int(box["y"] + box["height"]) + MARGIN
    page.set_viewport_size(SIZE | {"height": height})  # type: ignore[arg-type]


def main() -> None:
    inspector = InspectorServer(LOOPBACK_NAMES)
    for event in events():
        inspector.buffer(event)
    inspector.server.start()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_executable(), args=arguments())
        profile = chromium.new_context(
            viewport=SIZE, locale="en-GB", timezone_id="UTC", color_scheme="light"
        )
        page = profile.new_page()
        page.goto(inspector.url)
        for name, number in PICTURES.items():
            take(page, name, number)
        chromium.close()
    inspector.server.stop()
    MADE_FROM.write_text(as_text(made_from()), encoding="utf-8")
    sys.stdout.write(f"Made {', '.join(PICTURES)} in {FOLDER.name}/. Look at them.\n")


if __name__ == "__main__":
    main()
