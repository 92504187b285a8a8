"""The pages in a real browser: by keyboard, in the dark, without a complaint on the console."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .browsing import Person, Sandbox

pytestmark = pytest.mark.slow

Visit = Callable[..., Person]
NOT_PAGES = ["/static/style.css", "/static/icon.svg", "/favicon.ico"]
DEVTOOLS = "/.well-known/appspecific/com.chrome.devtools.json"
BACKGROUND = "getComputedStyle(document.body).backgroundColor"


def test_somebody_without_a_mouse_can_log_in_and_out(stranger: Person, sandbox: Sandbox) -> None:
    stranger.open("/")
    tab_to(stranger, 'a[href="/login"]')
    press_enter(stranger)
    assert stranger.place == "/login"
    tab_to(stranger, "input[name=username]")
    stranger.tab.keyboard.type("alice")
    stranger.tab.keyboard.press("Tab")
    assert stranger.focused.get_attribute("name") == "password"
    assert_focus_is_seen(stranger)
    stranger.tab.keyboard.type("wonderland")
    press_enter(stranger)
    assert "alice" in stranger.heading
    assert sandbox.rows("alice") == 1
    tab_to(stranger, 'form[action="/logout"] button')
    press_enter(stranger)
    assert sandbox.rows("alice") == 0


def test_the_login_form_has_the_focus_at_once(stranger: Person) -> None:
    stranger.open("/login")
    assert stranger.focused.get_attribute("name") == "username"
    assert_focus_is_seen(stranger)


def test_the_news_after_a_form_has_the_focus(alice: Person) -> None:
    alice.save_word("tulip")
    assert alice.focused.get_attribute("role") == "status"
    alice.press("/logout")
    assert alice.focused.get_attribute("role") == "status"


def test_the_skip_link_comes_first_and_leads_past_the_navigation(stranger: Person) -> None:
    stranger.open("/")
    link = stranger.tab.locator('a[href="#main"]')
    assert link.bounding_box()["height"] <= 1, "hidden until it has the focus"
    stranger.tab.keyboard.press("Tab")
    assert stranger.focused.get_attribute("href") == "#main"
    shown = link.bounding_box()
    assert shown["height"] > 20
    assert shown["width"] > 20
    assert shown["x"] >= 0
    assert shown["y"] >= 0
    stranger.tab.keyboard.press("Enter")
    stranger.tab.wait_for_function("document.activeElement.id === 'main'")
    stranger.tab.keyboard.press("Tab")
    assert stranger.tab.locator("main :focus").count() == 1


def test_no_page_makes_chromium_complain(stranger: Person) -> None:
    """Errors on the console, violations of the policy, exceptions: `visit` collects them."""
    for path in ("/", "/login?next=/profile", "/nowhere", "/?said=logged-out"):
        stranger.open(path)
    stranger.log_in("alice", "wrong")
    stranger.log_in("alice")
    stranger.save_word("tulip")
    for path in ("/login", "/profile", "/nowhere", "/"):
        stranger.open(path)
    stranger.press("/logout")
    stranger.open("/static/icon.svg")
    assert stranger.complaints == []


def test_style_sheets_icons_and_devtools_are_not_in_the_trace(
    stranger: Person, sandbox: Sandbox
) -> None:
    stranger.open("/")
    for path in [*NOT_PAGES, DEVTOOLS]:
        stranger.tab.evaluate("path => fetch(path).then(answer => answer.text())", path)
    assert {*NOT_PAGES, DEVTOOLS} <= set(sandbox.asked), "they were asked for"
    assert [each.path for each in sandbox.trace.heard()] == ["/"]


def test_the_pages_are_dark_where_the_system_is_dark(visit: Visit, sandbox: Sandbox) -> None:
    light, dark = (visit(sandbox, color_scheme=scheme) for scheme in ("light", "dark"))
    for path in ("/", "/login", "/nowhere"):
        assert min(background(light, path)) > 200, path
        assert max(background(dark, path)) < 60, path


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_must_be_scrolled_sideways(visit: Visit, sandbox: Sandbox, width: int) -> None:
    alice = visit(sandbox, viewport={"width": width, "height": 720})
    alice.log_in("alice")
    alice.save_word("w" * 40)
    for path in ("/", "/login", "/profile", "/nowhere"):
        alice.open(path)
        assert alice.tab.evaluate("document.documentElement.scrollWidth") <= width, path


def background(person: Person, path: str) -> list[int]:
    person.open(path)
    colour: str = person.tab.evaluate(BACKGROUND)
    return [int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]


def tab_to(person: Person, selector: str) -> None:
    """Press Tab until the element has the focus, which must be seen at every stop."""
    for _ in range(30):
        if person.tab.locator(f"{selector}:focus").count():
            return
        person.tab.keyboard.press("Tab")
        assert_focus_is_seen(person)
    pytest.fail(f"Tab does not lead to {selector}")


def press_enter(person: Person) -> None:
    with person.tab.expect_navigation():
        person.tab.keyboard.press("Enter")


def assert_focus_is_seen(person: Person) -> None:
    outline = person.tab.evaluate(
        """() => {
            const style = getComputedStyle(document.activeElement);
            return style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth);
        }"""
    )
    assert outline >= 2, f"no outline on {person.focused.evaluate('e => e.outerHTML')}"
