"""The inspector in Chromium: what happened at the login server is what its page shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.wire.children import Child, Nursery

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow

GONE = re.compile("does not answer.*prints a new address")
NOT_ANSWERED = "#timeline .code:text-is('…')"
Open = Callable[..., "Page"]


def log_in(tab: Page, child: Child) -> None:
    tab.goto(f"http://localhost:{child.port}/profile")
    tab.locator("input[name=username]").fill("alice")
    tab.locator("input[name=password]").fill("wonderland")
    with tab.expect_navigation():
        tab.locator('form[action="/login"] button').click()


def change_cookie(tab: Page) -> None:
    """Another character in the middle of the signature, written into Chromium's own jar."""
    (cookie,) = tab.context.cookies()
    value = cookie["value"]
    other = "A" if value[-20] != "A" else "B"
    cookie["value"] = value[:-20] + other + value[-19:]
    tab.context.add_cookies([cookie])  # type: ignore[list-item]


def rows(page: Page, count: int) -> list[str]:
    """The lines of the timeline, once there are so many requests; redirects have one more."""
    page.locator("#timeline li.request").nth(count - 1).wait_for()
    found = page.locator("#timeline li")
    page.locator(NOT_ANSWERED).first.wait_for(state="detached")
    return [" ".join(text.split()) for text in found.all_inner_texts()]


def test_a_login_is_on_the_page_with_its_redirects(child: Child, opened: Open) -> None:
    page = opened(child.inspector)
    assert "No request yet." in page.locator("#request").inner_text()
    log_in(opened("about:blank"), child)
    seen = rows(page, 4)
    assert [re.sub(r"·\w\w", "", row) for row in seen] == [
        "#1 GET /profile Chromium ✗ NO_COOKIE",
        "↳ 303 → /login?next=/profile",
        "#2 GET /login?next=/profile Chromium ✗ NO_COOKIE",
        "#3 POST /login Chromium · alice OK",
        "↳ 303 → /profile Set-Cookie",
        "#4 GET /profile Chromium · alice OK",
    ]


@pytest.mark.parametrize(
    ("words", "left"),
    [
        pytest.param("curl", ["#5"], id="browser"),
        pytest.param("alice", ["#3", "↳ /profile", "#4"], id="user"),
        pytest.param("/login", ["↳ /login?next=/profile", "#2", "#3"], id="path"),
        pytest.param("no_cookie", ["#1", "↳ /login?next=/profile", "#2", "#5"], id="reason"),
        pytest.param("NO_COOKIE /login", ["↳ /login?next=/profile", "#2"], id="all of them"),
        pytest.param("post", ["#3"], id="method"),
        pytest.param("firefox", [], id="nobody"),
    ],
)
def test_the_filter_leaves_the_entries_with_all_its_words(
    child: Child, opened: Open, words: str, left: list[str]
) -> None:
    page = opened(child.inspector)
    log_in(opened("about:blank"), child)
    child.ask("GET", "/api/me", [("User-Agent", "curl/8.5.0")])
    rows(page, 5)
    page.locator("#filter").fill(words)
    shown = page.locator("#timeline li:visible").all_inner_texts()
    assert [
        re.sub(r"^(#\d+|↳)(?: 303 →( \S+))?.*", r"\1\2", " ".join(each.split())) for each in shown
    ] == left


def test_a_redirect_is_an_entry_that_shows_what_it_says_and_what_became_of_it(
    child: Child, opened: Open
) -> None:
    page, alice = opened(child.inspector), opened("about:blank")
    log_in(alice, child)
    rows(page, 4)
    page.locator("#timeline li.answer", has_text="Set-Cookie").click()
    card = page.locator("#request")
    assert card.locator("h2").inner_text() == "#3 ↳ 303 → /profile"
    told = dict(
        zip(card.locator("dt").all_inner_texts(), card.locator("dd").all_inner_texts(), strict=True)
    )
    assert told["Status"].startswith("303")
    assert told["Location"].startswith("/profile")
    assert told["The browser next"] == "GET /profile\nthat was #4, as far as a server can know"
    (cookie,) = alice.context.cookies()
    card.get_by_role("button", name="Reveal the ids").click()
    assert card.locator("dd > code").nth(2).inner_text() == f"{cookie['name']}={cookie['value']}"
    attributes = dict(row.split("\t") for row in card.locator("tr").all_inner_texts())
    assert attributes["HttpOnly"] == "scripts in the page cannot read it"
    assert set(attributes) == {"Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=86400"}


def test_the_arrow_keys_come_by_the_redirects_answer(child: Child, opened: Open) -> None:
    page = opened(child.inspector)
    log_in(opened("about:blank"), child)
    rows(page, 4)
    page.locator("#timeline").focus()
    heading = page.locator("#request h2")
    seen = []
    for _ in range(5):
        page.keyboard.press("ArrowUp")
        seen.append(heading.inner_text())
    assert seen == [
        "#3 ↳ 303 → /profile",
        "#3 POST /login OK",
        "#2 GET /login?next=/profile NO_COOKIE",
        "#1 ↳ 303 → /login?next=/profile",
        "#1 GET /profile NO_COOKIE",
    ]


def test_what_became_of_a_redirect_is_told_when_it_is_known(child: Child, opened: Open) -> None:
    page = opened(child.inspector)
    child.ask("GET", "/profile", [("User-Agent", "curl/8.5.0")])
    page.locator("#timeline li.answer").click()
    following = page.locator("#request dd").last
    assert "no such request was seen since" in following.inner_text()
    child.ask("GET", "/login?next=/profile", [("User-Agent", "other")])
    rows(page, 2)
    assert "no such request was seen since" in following.inner_text()
    child.ask("GET", "/login?next=/profile", [("User-Agent", "curl/8.5.0")])
    following.filter(has_text="that was #3").wait_for()


def test_a_changed_cookie_stops_at_the_signer_and_the_rest_is_not_reached(
    child: Child, opened: Open
) -> None:
    page, alice = opened(child.inspector), opened("about:blank")
    log_in(alice, child)
    change_cookie(alice)
    alice.goto(f"http://localhost:{child.port}/api/me")
    rows(page, 5)
    shown = page.locator("#request")
    assert shown.locator("h2").inner_text() == "#5 GET /api/me BAD_SIGNATURE"
    refused = shown.locator(".diagram .refused text").all_text_contents()
    assert refused == ["check_signature  ✗ BAD_SIGNATURE", "guard  ✗ BAD_SIGNATURE"]
    assert shown.locator(".diagram .skipped").all_text_contents() == [
        "look_up_session: not reached",
        "check_limits: not reached",
        "find_user: not reached",
    ]
    assert shown.locator(".lamps li").all_inner_texts() == [
        "issued by us? no",
        "still alive? not asked",
    ]


def test_the_arrow_keys_choose_and_the_newest_no_longer_takes_the_place(
    child: Child, opened: Open
) -> None:
    page = opened(child.inspector)
    alice = opened("about:blank")
    log_in(alice, child)
    rows(page, 4)
    page.keyboard.press("ArrowUp")  # the answer of #3
    page.keyboard.press("ArrowUp")
    heading = page.locator("#request h2")
    assert heading.inner_text() == "#3 POST /login OK"
    alice.goto(f"http://localhost:{child.port}/")
    rows(page, 5)
    assert heading.inner_text() == "#3 POST /login OK"


def test_in_a_field_and_in_the_diagram_the_arrow_keys_choose_no_request(
    child: Child, opened: Open
) -> None:
    page = opened(child.inspector)
    log_in(opened("about:blank"), child)
    rows(page, 4)
    for place in (page.locator("#filter"), page.locator(".diagram [role=button]").first):
        place.focus()
        page.keyboard.press("ArrowUp")
        assert page.locator("#request h2").inner_text() == "#4 GET /profile OK"


def test_whoever_looks_into_a_request_keeps_it(child: Child, opened: Open) -> None:
    page, alice = opened(child.inspector), opened("about:blank")
    log_in(alice, child)
    rows(page, 4)
    page.locator("#request h2").click()
    alice.goto(f"http://localhost:{child.port}/")
    rows(page, 5)
    assert page.locator("#request h2").inner_text().startswith("#4 ")


def test_a_reload_and_a_second_inspector_show_the_same(child: Child, opened: Open) -> None:
    page = opened(child.inspector)
    log_in(opened("about:blank"), child)
    seen = rows(page, 4)
    page.reload()
    assert rows(page, 4) == seen
    assert rows(opened(child.inspector), 4) == seen


@pytest.mark.parametrize(("up", "name"), [(0, "#4"), (1, "#3 ↳"), (2, "#3 POST")])
def test_a_reload_shows_what_was_chosen(child: Child, opened: Open, up: int, name: str) -> None:
    page = opened(child.inspector)
    log_in(opened("about:blank"), child)
    rows(page, 4)
    page.locator("#timeline").focus()
    for _ in range(up):
        page.keyboard.press("ArrowUp")
    page.reload()
    rows(page, 4)
    child.ask("GET", "/")
    rows(page, 5)
    heading = page.locator("#request h2").inner_text()
    assert heading.startswith(name if up else "#5")  # who follows, follows on


def test_when_the_server_has_ended_the_page_says_where_to_go_on(child: Child, opened: Open) -> None:
    page = opened(child.inspector)
    child.end()
    page.locator("#said", has_text=GONE).wait_for()


def test_markup_in_a_path_is_text_and_runs_nothing(child: Child, opened: Open) -> None:
    page = opened(child.inspector)
    hostile = "<img src=x onerror=document.title=1>" + "x" * 8000
    child.ask("GET", f"/{hostile.replace(' ', '%20')}")
    (row,) = rows(page, 1)
    assert "onerror" in row
    assert page.locator("#timeline img, #request img").count() == 0
    assert page.title() == "Login Sandbox: inspector"


def test_a_wrong_address_is_a_sentence(child: Child, opened: Open) -> None:
    page = opened(child.inspector[:-2] + "/")
    assert "not of this run" in page.locator("body").inner_text()


def test_without_an_inspector_none_is_printed(nursery: Nursery) -> None:
    child = nursery.serve("--no-inspector")
    assert child.port
    assert "Inspector" not in child.out + child.err
