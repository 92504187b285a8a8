"""axe-core finds nothing on any page, in light, dark and projector mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import axe
from tests.wire.children import Child, nursery_in

from .test_inspector import GONE, change_cookie, log_in, rows

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.slow

MODES = ("light", "dark", "projector light", "projector dark")
Open = Callable[[str, str], "Page"]


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Open]:
    """`opened(address, mode)` is a tab in which a script may be added."""
    axe.needed()
    contexts = []

    def open_it(address: str, mode: str = "light") -> Page:
        scheme = "dark" if mode.endswith("dark") else "light"
        contexts.append(chromium.new_context(color_scheme=scheme, bypass_csp=True))
        tab = contexts[-1].new_page()
        tab.goto(address)
        if mode.startswith("projector"):
            tab.evaluate("() => (document.documentElement.dataset.projector = '')")
        return tab

    yield open_it
    for context in contexts:
        context.close()


def nothing(page: Page, child: Child, opened: Open) -> None:
    page.locator("#request .empty").wait_for()


def accepted(page: Page, child: Child, opened: Open) -> None:
    log_in(opened("about:blank", "light"), child)
    rows(page, 4)


def refused(page: Page, child: Child, opened: Open) -> None:
    alice = opened("about:blank", "light")
    log_in(alice, child)
    change_cookie(alice)
    alice.goto(f"http://localhost:{child.port}/api/me")
    rows(page, 5)
    page.locator(".dissect").wait_for()


def source_shown(page: Page, child: Child, opened: Open) -> None:
    accepted(page, child, opened)
    page.locator(".diagram [data-seq]").first.click()
    page.locator(".source .executed").wait_for()


def server_gone(page: Page, child: Child, opened: Open) -> None:
    accepted(page, child, opened)
    child.end()
    page.locator("#said", has_text=GONE).wait_for()


def redirect_chosen(page: Page, child: Child, opened: Open) -> None:
    accepted(page, child, opened)
    page.locator("#timeline li.answer", has_text="Set-Cookie").click()
    page.locator("#request .attributes").wait_for()


def secrets_hidden(page: Page, child: Child, opened: Open) -> None:
    refused(page, child, opened)
    page.get_by_role("button", name="Hide secrets").click()
    page.locator(".reveal:disabled").first.wait_for()


def walked_back(page: Page, child: Child, opened: Open) -> None:
    refused(page, child, opened)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.locator(".walk", has_text="of").wait_for()


def at_the_bench(page: Page, tab: str) -> Locator:
    page.get_by_role("button", name="Workbench").click()
    page.get_by_role("tab", name=tab).click()
    return page.locator("#bench")


def tampered(page: Page, child: Child, opened: Open) -> None:
    accepted(page, child, opened)
    bench = at_the_bench(page, "Tamper and replay")
    bench.get_by_role("button", name="Change this character").click()
    bench.get_by_role("button", name="Send it").click()
    bench.locator(".parting").wait_for()


def what_ifs_asked(page: Page, child: Child, opened: Open) -> None:
    accepted(page, child, opened)
    bench = at_the_bench(page, "What if?")
    bench.get_by_role("button", name="Every circumstance").click()
    bench.locator(".what-ifs tbody tr").last.wait_for()


def pasted(page: Page, child: Child, opened: Open) -> None:
    bench = at_the_bench(page, "Decode")
    bench.get_by_label("Paste a cookie").fill("a.b.c")
    for name in ("Decode", "Verify", "Re-sign"):
        bench.get_by_role("button", name=name, exact=True).click()
        bench.locator(f'.panel[aria-label="{name}"] .result p').first.wait_for()


def row_to_be_deleted(page: Page, child: Child, opened: Open) -> None:
    accepted(page, child, opened)
    bench = at_the_bench(page, "Session table")
    bench.get_by_role("button", name="Delete this row").last.click()
    bench.locator(".sure").wait_for()


WATCHING = (nothing, accepted, refused, redirect_chosen, source_shown, secrets_hidden, walked_back)
STATES = (*WATCHING, server_gone, tampered, what_ifs_asked, pasted, row_to_be_deleted)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_on_the_inspectors_page(
    child: Child, opened: Open, state: Callable[[Page, Child, Open], None], mode: str
) -> None:
    page = opened(child.inspector, mode)
    state(page, child, opened)
    assert axe.violations(page) == []


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing_where_a_request_waits_to_be_stepped(
    tmp_path: Path, opened: Open, mode: str
) -> None:
    with nursery_in(tmp_path) as nursery:
        child = nursery.serve("--step")
        page = opened(child.inspector, mode)
        with ThreadPoolExecutor(1) as browser:
            browser.submit(child.ask, "GET", "/api/me")
            page.locator("#step", has_text="waits before its first stage").wait_for()
            page.keyboard.press("Space")
            page.locator("#step", has_text="waits after").wait_for()
            assert axe.violations(page) == []
            child.end()


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/login", "/profile", "/nowhere"])
def test_axe_finds_nothing_on_the_login_servers_pages(
    child: Child, opened: Open, path: str, mode: str
) -> None:
    page = opened("about:blank", mode)
    if path == "/profile":
        log_in(page, child)
    page.goto(f"http://localhost:{child.port}{path}")
    assert axe.violations(page) == []


def test_axe_finds_a_field_without_a_label(child: Child, opened: Open) -> None:
    page = opened(child.inspector, "light")
    page.evaluate("() => document.getElementById('filter').removeAttribute('aria-label')")
    page.evaluate("() => document.getElementById('filter').removeAttribute('placeholder')")
    assert any("#filter" in found for found in axe.violations(page))
