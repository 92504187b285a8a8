"""Abuse of the inspector that only a browser can show: markup, other sites, a laptop that slept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.wire.children import Child
from tests.wire.raw_http import FORM

from .browsing import OtherSite
from .test_inspector import rows

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

HOSTILE = "<img src=x onerror=document.title=1><script>document.title=2</script>"
TITLE = "Login Sandbox: inspector"
SILENT = re.compile("^The server does not answer")


@pytest.fixture
def page(chromium: Browser, child: Child) -> Iterator[Page]:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(child.inspector)
    yield page
    context.close()


def by_name(child: Child, text: str) -> None:
    body = urlencode({"username": text, "password": "x", "next": f"/{text}"}).encode()
    child.ask("POST", "/login", [FORM], body)


def by_path(child: Child, text: str) -> None:
    child.ask("GET", "/" + text.replace(" ", "%20"))


def by_cookie(child: Child, text: str) -> None:
    sent = f"sandbox_session={text.replace(' ', '/')}.abc.def; {text.replace(' ', '/')}=1"
    child.ask("GET", "/api/me", [("Cookie", sent)])


@pytest.mark.parametrize("way", [by_name, by_path, by_cookie])
@pytest.mark.parametrize("more", ["", "x" * 60_000])
def test_markup_is_text_and_runs_nothing(
    page: Page, child: Child, way: Callable[[Child, str], None], more: str
) -> None:
    way(child, HOSTILE + more)
    rows(page, 1)
    assert page.locator("#timeline :is(img, script), #request :is(img, script)").count() == 0
    assert page.title() == TITLE


def test_a_form_of_another_site_gives_no_order(page: Page, child: Child) -> None:
    other = OtherSite()
    try:
        for host in ("localhost", "127.0.0.1"):  # the same site with another origin; another site
            other.target = f"{child.inspector}orders/replay"
            tab = page.context.new_page()
            tab.goto(other.url(host))
            with tab.expect_navigation() as came:
                tab.get_by_role("button").click()
            assert came.value.status == 403
            assert "from the inspector's own page only" in tab.locator("body").inner_text()
    finally:
        other.close()


def test_a_laptop_that_slept_is_told_everything_once(page: Page, child: Child) -> None:
    child.ask("GET", "/")
    rows(page, 1)
    page.context.set_offline(True)
    page.locator("#said", has_text=SILENT).wait_for()
    for _ in range(3):
        child.ask("GET", "/api/me")
    assert page.locator("#timeline li").count() == 1
    page.context.set_offline(False)
    assert [row.split()[0] for row in rows(page, 4)] == ["#1", "#2", "#3", "#4"]
    page.locator("#said", has_text=SILENT).wait_for(state="detached")


def test_a_frozen_page_goes_on_where_it_was(page: Page, child: Child) -> None:
    child.ask("GET", "/")
    rows(page, 1)
    session = page.context.new_cdp_session(page)
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    for _ in range(3):
        child.ask("GET", "/api/me")
    session.send("Page.setWebLifecycleState", {"state": "active"})
    assert [row.split()[0] for row in rows(page, 4)] == ["#1", "#2", "#3", "#4"]


def test_an_answer_that_never_comes_is_not_waited_for_for_ever(page: Page, child: Child) -> None:
    rows_before = page.locator("#timeline li")
    page.route("**/trace*", lambda _: None)  # taken, and never answered
    page.locator("#said", has_text=SILENT).wait_for()
    child.ask("GET", "/")
    assert rows_before.count() == 0
    page.unroute("**/trace*")
    rows(page, 1)


def test_two_inspectors_show_the_same(page: Page, child: Child, chromium: Browser) -> None:
    child.ask("GET", "/profile")
    second = chromium.new_page()
    second.goto(child.inspector)
    child.ask("GET", "/api/me")
    assert rows(second, 2) == rows(page, 2)
    second.close()
