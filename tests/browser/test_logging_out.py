"""Chromium logs out: the cookie goes, the session goes, and what was copied opens nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from .browsing import Person, Sandbox

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow


def test_after_logging_out_the_cookie_is_gone_and_the_profile_leads_to_the_login(
    alice: Person, sandbox: Sandbox
) -> None:
    response = alice.press("/logout")
    assert response.status == 200
    assert alice.jar == []
    assert sandbox.rows("alice") == 0
    (told,) = sandbox.trace.last("POST", "/logout").response["set_cookie"]
    assert "Max-Age=0" in told
    alice.open("/profile")
    assert alice.place == "/login"
    assert sandbox.trace.last("GET", "/profile").response["verdict"] == "NO_COOKIE"


def test_back_after_logging_out_does_not_show_the_profile(alice: Person, sandbox: Sandbox) -> None:
    assert alice.open("/profile").header_value("cache-control") == "no-store"
    alice.press("/logout")
    asked_before = len(sandbox.trace.heard("GET", "/profile"))
    alice.tab.go_back()
    alice.tab.wait_for_url("**/login?**")
    assert "alice" not in alice.heading
    assert len(sandbox.trace.heard("GET", "/profile")) == asked_before + 1


def test_back_after_logging_out_does_not_show_a_page_that_chromium_kept_alive(
    visit: Callable[..., Person], sandbox: Sandbox, chromium_that_keeps_left_pages: Browser
) -> None:
    for _ in range(2):
        alice = visit(sandbox, chromium_that_keeps_left_pages)
        alice.log_in("alice")
        alice.press("/logout")
        devtools = alice.context.new_cdp_session(alice.tab)  # go_back() waits for a load event
        with alice.tab.expect_event("framenavigated"):
            devtools.send("Runtime.evaluate", {"expression": "history.back()"})
        # A page that reloads itself when it is shown again may do so now.
        alice.tab.wait_for_url("**/login?**", timeout=5000)
        assert "alice" not in alice.heading


def test_a_copied_cookie_is_still_signed_by_us_but_opens_nothing_after_logging_out(
    alice: Person, sandbox: Sandbox
) -> None:
    copied = alice.ticket
    alice.press("/logout")
    alice.put_back(copied)
    alice.open("/profile")
    assert alice.place == "/login"
    assert "UNKNOWN_SESSION" in alice.tab.locator("main").inner_text()
    replayed = sandbox.trace.last("GET", "/profile")
    assert replayed.our_cookies == [copied["value"]]
    assert replayed.outcome("check_signature") == "OK"
    assert replayed.response["verdict"] == "UNKNOWN_SESSION"
    assert replayed.response["lamps"] == {"issued": "yes", "alive": "no"}
    assert alice.ticket == copied, "who is not recognised keeps the cookie"


def test_logging_out_everywhere_ends_the_other_browsers_session_but_not_bobs(
    visit: Callable[..., Person], sandbox_on_sqlite: Sandbox
) -> None:
    sandbox = sandbox_on_sqlite
    at_home, at_work, bob = (visit(sandbox) for _ in range(3))
    for person, name in ((at_home, "alice"), (at_work, "alice"), (bob, "bob")):
        person.log_in(name)
    assert sandbox.rows("alice") == 2
    at_home.press("/logout/everywhere")
    assert at_home.jar == []
    assert sandbox.rows("alice") == 0
    assert (at_home.whoami(), at_work.whoami(), bob.whoami()) == (None, None, "bob")
    at_work.open("/profile")
    assert at_work.place == "/login"
    assert "UNKNOWN_SESSION" in at_work.tab.locator("main").inner_text()


def test_logging_out_here_leaves_the_other_browsers_session(
    alice: Person, visit: Callable[..., Person], sandbox: Sandbox
) -> None:
    at_work = visit(sandbox)
    at_work.log_in("alice")
    alice.press("/logout")
    assert (alice.whoami(), at_work.whoami()) == (None, "alice")


def test_one_character_changed_in_the_cookie_is_a_bad_signature_and_the_page_says_so(
    alice: Person, sandbox: Sandbox
) -> None:
    ticket = alice.ticket
    alice.put_back(ticket, value=one_character_changed(ticket["value"]))
    alice.open("/profile")
    assert alice.place == "/login"
    assert "BAD_SIGNATURE" in alice.tab.locator("main").inner_text()
    asked = sandbox.trace.last("GET", "/profile")
    assert asked.response["verdict"] == "BAD_SIGNATURE"
    assert asked.response["lamps"] == {"issued": "no", "alive": "not_asked"}
    assert asked.outcome("look_up_session") is None, "the store is not asked"
    alice.put_back(ticket)
    assert alice.whoami() == "alice", "the session itself is untouched"


def one_character_changed(cookie: str) -> str:
    """In the middle of the signature: the bits of its last character do not all count."""
    session_id, issued, signature = cookie.split(".")
    at = len(signature) // 2
    other = "A" if signature[at] != "A" else "B"
    return f"{session_id}.{issued}.{signature[:at]}{other}{signature[at + 1 :]}"
