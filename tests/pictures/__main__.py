"""`make pictures`: take the README's pictures anew, in Chromium."""

from __future__ import annotations

import sys

from playwright.sync_api import Page, sync_playwright

from sandbox.login.guard import LOOPBACK_NAMES
from sandbox.serving.inspected import InspectorServer
from sandbox.tutor.chromium import arguments, find_executable
from tests.pictures import FOLDER, MADE_FROM, PICTURES, as_text, events, made_from

SIZE = {"width": 1280, "height": 1000}


def take(page: Page, name: str, number: int) -> None:
    """One request as a projector shows it."""
    page.locator("#timeline [role=option]", has_text=f"#{number}").first.click()
    page.locator("#request h2", has_text=f"#{number} ").wait_for()
    page.mouse.move(0, 0)
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")


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
