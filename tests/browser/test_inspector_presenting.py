"""In front of a class: step by step, projector mode, the narration, hidden secrets; in Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.wire.children import Child, Nursery

from .test_inspector import change_cookie, log_in, rows

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.slow

Open = Callable[..., "Page"]
NO_STORAGE = (
    "Object.defineProperty(window, 'localStorage', { get() { throw new Error('none'); } });"
)
BLACK, WHITE = "rgb(0, 0, 0)", "rgb(255, 255, 255)"


@pytest.fixture
def stepping(nursery: Nursery) -> Child:
    return nursery.serve("--step")


def expect(locator: Locator) -> Any:
    from playwright.sync_api import expect as expecting

    return expecting(locator)


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name)


# Step by step


def ask(opened: Open, child: Child, target: str = "/") -> Page:
    """A browser that asks and does not wait for the answer."""
    tab = opened("about:blank")
    go = f"setTimeout(() => location = 'http://localhost:{child.port}{target}')"
    tab.evaluate(go)
    return tab


def waits(page: Page, words: str) -> None:
    expect(page.locator("#step [role=status]")).to_have_text(words)


def drawn(page: Page) -> list[str]:
    return page.locator(".diagram > g text").all_text_contents()


def test_space_goes_to_the_next_stage_and_each_is_drawn_when_it_ends(
    stepping: Child, opened: Open
) -> None:
    page = opened(stepping.inspector)
    waits(page, "Step by step: the next request will wait here at each of its stages.")
    visitor = ask(opened, stepping)
    waits(page, "#1 GET / waits before its first stage")
    assert drawn(page) == ["GET /"]
    page.keyboard.press(" ")
    waits(page, "#1 GET / waits after check_host ✓ OK")
    assert drawn(page) == ["GET /", "check_host  ✓ OK"]
    page.keyboard.press(" ")
    waits(page, "#1 GET / waits after read_cookie ✗ NO_COOKIE")
    assert visitor.url == "about:blank"
    page.keyboard.press(" ")
    waits(page, "Step by step: the next request will wait here at each of its stages.")
    visitor.wait_for_url("**/")
    expect(visitor.locator("h1").first).to_be_visible()


def test_the_buttons_step_and_run_to_the_end(stepping: Child, opened: Open) -> None:
    page = opened(stepping.inspector)
    assert button(page, "Next").get_attribute("aria-disabled") == "true"
    visitor = ask(opened, stepping)
    waits(page, "#1 GET / waits before its first stage")
    button(page, "Next").click()
    waits(page, "#1 GET / waits after check_host ✓ OK")
    button(page, "Run to the end").click()
    visitor.wait_for_url("**/")
    assert rows(page, 1) == ["#1 GET / Chromium ✗ NO_COOKIE"]


def test_the_page_stays_with_the_request_that_waits(stepping: Child, opened: Open) -> None:
    page = opened(stepping.inspector)
    ask(opened, stepping)
    waits(page, "#1 GET / waits before its first stage")
    other = opened(f"http://localhost:{stepping.port}/login")  # answered at once
    assert other.locator("input[name=username]").count() == 1
    expect(page.locator("#timeline li.request")).to_have_count(2)
    expect(page.locator("#request h2")).to_contain_text("#1 GET /")
    button(page, "Run to the end").click()
    waits(page, "Step by step: the next request will wait here at each of its stages.")
    ask(opened, stepping, "/profile")
    waits(page, "#3 GET /profile waits before its first stage")
    expect(page.locator("#request h2")).to_contain_text("#3 GET /profile")


def test_space_does_not_step_while_somebody_types_or_stands_on_a_stage(
    stepping: Child, opened: Open
) -> None:
    page = opened(stepping.inspector)
    ask(opened, stepping)
    waits(page, "#1 GET / waits before its first stage")
    page.keyboard.press(" ")
    waits(page, "#1 GET / waits after check_host ✓ OK")
    page.locator("#filter").focus()
    page.keyboard.type("a b")
    assert page.locator("#filter").input_value() == "a b"
    page.locator("#filter").fill("")
    page.locator(".diagram [data-seq]").focus()
    page.keyboard.press(" ")
    page.wait_for_timeout(400)
    waits(page, "#1 GET / waits after check_host ✓ OK")


def test_after_a_click_on_a_stage_space_steps(stepping: Child, opened: Open) -> None:
    page = opened(stepping.inspector)
    ask(opened, stepping)
    waits(page, "#1 GET / waits before its first stage")
    page.keyboard.press(" ")
    waits(page, "#1 GET / waits after check_host ✓ OK")
    page.locator(".diagram [data-seq]").click()
    expect(page.locator(".source h3")).to_contain_text("check_host")
    page.keyboard.press(" ")
    waits(page, "#1 GET / waits after read_cookie ✗ NO_COOKIE")
    expect(page.locator(".narration b")).to_have_text("read_cookie")


def test_a_replay_that_waits_shows_which_stages_are_still_to_come(
    stepping: Child, opened: Open
) -> None:
    page, tab = opened(stepping.inspector), opened("about:blank")
    here = f"http://localhost:{stepping.port}/"
    tab.context.add_cookies([{"name": "sandbox_session", "value": "a.b.c", "url": here}])
    tab.evaluate(f"setTimeout(() => location = '{here}')")
    button(page, "Run to the end").and_(page.locator("[aria-disabled=false]")).click()
    tab.wait_for_url(here)
    page.keyboard.press("w")
    button(page, "Send it").click()
    waits(page, "#2 GET / waits before its first stage")
    run = page.locator(".paths tbody tr", has_text="check_host").locator("td").last
    expect(run).to_have_text("…")
    button(page, "Run to the end").click()
    expect(run).to_have_text("✓ OK")


def test_space_steps_again_when_the_workbench_is_closed(stepping: Child, opened: Open) -> None:
    page = opened(stepping.inspector)
    ask(opened, stepping)
    waits(page, "#1 GET / waits before its first stage")
    page.keyboard.press("w")
    expect(page.locator("#bench")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#bench")).to_be_hidden()
    page.keyboard.press(" ")
    waits(page, "#1 GET / waits after check_host ✓ OK")
    expect(page.locator("#bench")).to_be_hidden()


def test_without_step_there_is_no_strip(child: Child, opened: Open) -> None:
    page = opened(child.inspector)
    ask(opened, child)
    rows(page, 1)
    expect(page.locator("#step")).to_be_hidden()


# Projector mode


@pytest.mark.parametrize(
    ("scheme", "ground", "ink"), [("light", WHITE, BLACK), ("dark", BLACK, WHITE)]
)
def test_projector_mode_is_large_and_plain_at_1280_by_720(
    child: Child, opened: Open, scheme: str, ground: str, ink: str
) -> None:
    size = {"width": 1280, "height": 720}
    page = opened(child.inspector, viewport=size, color_scheme=scheme)
    log_in(opened("about:blank"), child)
    rows(page, 4)
    page.keyboard.press("p")
    expect(page.locator("html")).to_have_attribute("data-projector", "")
    expect(page.locator("body")).to_have_css("background-color", ground)
    expect(page.locator("body")).to_have_css("color", ink)
    assert wide(page.locator("nav")) < 300
    assert wide(page.locator(".diagram")) > 900
    label = page.locator(".diagram .label").first.bounding_box()
    assert label
    assert label["height"] >= 24
    assert wide(page.locator("html")) <= 1280
    expect(page.locator(".narration")).to_be_in_viewport(ratio=1)
    expect(button(page, "Projector")).to_have_attribute("aria-pressed", "true")


def wide(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box
    return box["width"]


def test_no_label_reaches_beyond_the_diagram_of_a_projector(child: Child, opened: Open) -> None:
    page = opened(child.inspector, viewport={"width": 1280, "height": 720})
    log_in(opened("about:blank"), child)
    rows(page, 4)
    button(page, "Projector").click()
    for number in range(4):
        page.locator("#timeline li.request").nth(number).click()
        diagram = page.locator(".diagram").bounding_box()
        assert diagram
        for label in page.locator(".diagram text").all():
            box = label.bounding_box()
            assert box
            assert box["x"] >= diagram["x"]
            assert box["x"] + box["width"] <= diagram["x"] + diagram["width"]


def test_projector_mode_survives_a_reload_and_ends_by_the_same_key(
    child: Child, opened: Open
) -> None:
    page = opened(child.inspector)
    button(page, "Projector").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-projector", "")
    page.keyboard.press("p")
    expect(page.locator("html[data-projector]")).to_have_count(0)


def test_p_in_the_filter_is_a_letter(child: Child, opened: Open) -> None:
    page = opened(child.inspector)
    page.locator("#filter").focus()
    page.keyboard.type("post")
    assert page.locator("#filter").input_value() == "post"
    expect(page.locator("html[data-projector]")).to_have_count(0)


def test_a_browser_that_keeps_nothing_has_the_buttons_all_the_same(
    child: Child, opened: Open
) -> None:
    page = opened(child.inspector, script=NO_STORAGE)
    page.keyboard.press("p")
    expect(page.locator("html")).to_have_attribute("data-projector", "")


# The narration


def narration(page: Page) -> Locator:
    return page.locator(".narration")


def test_the_line_is_that_of_the_newest_stage_or_of_the_chosen_one(
    child: Child, opened: Open
) -> None:
    page = opened(child.inspector)
    log_in(opened("about:blank"), child)
    rows(page, 4)
    expect(narration(page)).to_have_text(re.compile("^guard The guard lets in .* ✓ OK$"))
    page.locator('.diagram [aria-label^="check_signature,"]').click()
    expect(narration(page)).to_have_text(
        re.compile("^check_signature .*again with its key.* ✓ OK$")
    )


def test_a_refusal_says_what_it_means(child: Child, opened: Open) -> None:
    page, alice = opened(child.inspector), opened("about:blank")
    log_in(alice, child)
    change_cookie(alice)
    alice.goto(f"http://localhost:{child.port}/api/me")
    rows(page, 5)
    page.locator('.diagram [aria-label^="check_signature,"]').click()
    meant = "✗ BAD_SIGNATURE: no key of ours makes this stamp"
    expect(narration(page).locator(".refused")).to_contain_text(meant)


def test_the_narration_is_switched_off_and_stays_off(child: Child, opened: Open) -> None:
    page = opened(child.inspector)
    ask(opened, child)
    rows(page, 1)
    expect(narration(page)).to_be_visible()
    button(page, "Narration").click()
    expect(narration(page)).to_be_hidden()
    page.reload()
    rows(page, 1)
    expect(narration(page)).to_be_hidden()
    button(page, "Narration").click()
    expect(narration(page)).to_be_visible()


# Hidden secrets


def secrets_of(page: Page, alice: Page) -> list[str]:
    """From Chromium's own jar, and what the page shows of the keys."""
    (cookie,) = alice.context.cookies()
    value = cookie["value"]
    session_id, _, stamp = value.split(".")
    shown = page.locator(".dissect code.secret").all_inner_texts()
    assert len(shown) >= 3  # the key, the derived key, what was computed
    return [value, session_id, stamp, *shown]


def ends(secret: str) -> str:
    return f"{secret[:4]}…{secret[-2:]}"


@pytest.mark.parametrize("tampered", [False, True], ids=["accepted", "refused"])
def test_hidden_secrets_stand_nowhere_on_the_page_even_when_revealed(
    child: Child, opened: Open, tampered: bool
) -> None:
    page, alice = opened(child.inspector), opened("about:blank")
    log_in(alice, child)
    if tampered:
        change_cookie(alice)
    alice.goto(f"http://localhost:{child.port}/profile")
    last = 6 if tampered else 5
    rows(page, last)
    page.locator("#timeline li.request").nth(4).click()
    button(page, "Reveal the ids").first.click()
    secrets = secrets_of(page, alice)
    assert [each for each in secrets[1:] if each not in page.content()] == []
    button(page, "Hide secrets").click()
    assert [each for each in secrets if each in page.content()] == []
    for number in range(last):
        page.locator("#timeline li.request").nth(number).click()
        assert [each for each in secrets if each in page.content()] == []
    page.locator("#timeline li.request").nth(4).click()
    for secret in secrets[1:]:
        expect(page.locator("#request")).to_contain_text(ends(secret))
    expect(button(page, "Secrets are hidden").first).to_be_disabled()


def test_hidden_secrets_stay_hidden_after_a_reload_and_come_back(
    child: Child, opened: Open
) -> None:
    page, alice = opened(child.inspector), opened("about:blank")
    log_in(alice, child)
    rows(page, 4)
    secrets = secrets_of(page, alice)
    button(page, "Hide secrets").click()
    page.reload()
    rows(page, 4)
    assert [each for each in secrets if each in page.content()] == []
    button(page, "Hide secrets").click()
    shown = page.content()
    assert secrets[2] in shown  # the stamp, as before
    assert secrets[1] not in shown  # nobody has revealed the id
