"""Chromium logs in: what it is handed, what it keeps, what it shows again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.trace.words import set_cookie_lines

from .browsing import Person, Sandbox

pytestmark = pytest.mark.slow

Visit = Callable[..., Person]
TOLERANCE = 2  # seconds; Chromium counts Max-Age from when it read the header


def test_somebody_who_logs_in_with_the_form_lands_on_the_profile_and_stays_logged_in(
    visit: Visit, sandbox_on_each_store: Sandbox
) -> None:
    sandbox = sandbox_on_each_store
    alice = visit(sandbox)
    alice.open("/profile")
    assert alice.place == "/login"
    alice.tab.locator("input[name=username]").press_sequentially("alice")
    alice.tab.locator("input[name=password]").press_sequentially("wonderland")
    alice.press("/login")
    assert alice.place == "/profile"
    assert "alice" in alice.heading
    ticket = alice.ticket
    alice.reload()
    assert alice.place == "/profile"
    assert "alice" in alice.heading
    assert alice.ticket == ticket
    assert sandbox.rows("alice") == 1


def test_the_trace_saw_one_set_cookie_and_then_recognised_the_visitor(
    alice: Person, sandbox: Sandbox
) -> None:
    alice.reload()
    exchanges = sandbox.trace.heard()
    assert [each.path for each in exchanges if each.response["set_cookie"]] == ["/login"]
    login = sandbox.trace.last("POST", "/login")
    assert login.response["status"] == 303
    assert len(login.response["set_cookie"]) == 1
    after = exchanges[exchanges.index(login) + 1 :]
    assert [each.path for each in after] == ["/profile", "/profile"]
    for each in after:
        assert each.our_cookies == [alice.ticket["value"]]
        assert each.response["verdict"] == "OK"
        assert each.response["lamps"] == {"issued": "yes", "alive": "yes"}


def test_a_stranger_gets_no_cookie(stranger: Person, sandbox: Sandbox) -> None:
    for path in ("/", "/login", "/profile"):
        stranger.open(path)
    assert stranger.jar == []
    assert all(not each.response["set_cookie"] for each in sandbox.trace.heard())


@pytest.mark.parametrize("secure", [False, True])
def test_the_cookie_in_the_jar_is_the_one_the_trace_explained(
    visit: Visit, serve: Callable[..., Sandbox], secure: bool
) -> None:
    sandbox = serve(secure=secure)
    alice = visit(sandbox)
    before = time.time()
    response = alice.log_in("alice")
    after = time.time()
    ticket = alice.ticket
    assert ticket["name"] == ("__Host-sandbox_session" if secure else "sandbox_session")
    assert ticket["domain"] == "localhost"  # a cookie with a Domain would have a dot before it
    assert ticket["path"] == "/"
    assert ticket["httpOnly"] is True
    assert ticket["sameSite"] == "Lax"
    assert ticket["secure"] is secure
    assert before - TOLERANCE <= ticket["expires"] - 86400 <= after + TOLERANCE

    posted = response.request.redirected_from
    assert posted is not None
    (told,) = sandbox.trace.last("POST", "/login").response["set_cookie"]
    assert posted.response().header_values("set-cookie") == [told]
    assert told.partition(";")[0] == f"{ticket['name']}={ticket['value']}"
    printed = [line.text.split(maxsplit=1) for line in set_cookie_lines(told)[2:]]
    assert sorted(attribute for attribute, _ in printed) == sorted(attributes(ticket))
    assert all(words for _, words in printed)


def attributes(ticket: dict[str, Any]) -> list[str]:
    """The attributes with which a Set-Cookie header would make Chromium keep this cookie."""
    flags = {"HttpOnly": ticket["httpOnly"], "Secure": ticket["secure"]}
    dated = {"Max-Age=86400": ticket["expires"] != -1}
    domain = {f"Domain={ticket['domain']}": ticket["domain"].startswith(".")}
    always = [f"Path={ticket['path']}", f"SameSite={ticket['sameSite']}"]
    return always + [name for name, on in (flags | dated | domain).items() if on]


def test_a_script_in_the_page_cannot_read_the_cookie(alice: Person) -> None:
    alice.tab.evaluate("document.cookie = 'plain=readable'")
    assert alice.tab.evaluate("document.cookie") == "plain=readable"
    assert sorted(cookie["name"] for cookie in alice.jar) == ["plain", "sandbox_session"]


def test_the_cookie_goes_to_no_other_host(alice: Person, sandbox: Sandbox) -> None:
    alice.open(f"http://127.0.0.1:{sandbox.port}/profile")
    asked = sandbox.trace.last("GET", "/profile")
    assert asked.our_cookies == []
    assert asked.response["verdict"] == "NO_COOKIE"


def test_two_people_have_two_cookies_and_each_is_recognised_as_themselves(
    alice: Person, visit: Visit, sandbox: Sandbox
) -> None:
    bob = visit(sandbox)
    bob.log_in("bob")
    assert alice.ticket["value"] != bob.ticket["value"]
    assert [each.whoami() for each in (alice, bob, alice, bob)] == ["alice", "bob"] * 2
    shown = {each.request["visitor"] for each in sandbox.trace.heard("GET", "/api/me")}
    assert len(shown) == 2, "the trace tells the two browsers apart"
    assert {visitor.partition("·")[0] for visitor in shown} == {"Chromium"}


def test_a_second_tab_shares_the_session(alice: Person, sandbox: Sandbox) -> None:
    second = alice.context.new_page()
    alice.open("/profile", second)
    assert "alice" in second.locator("h1").inner_text()
    assert sandbox.rows("alice") == 1
    alice.press("/logout")
    second.reload()
    assert "/login" in second.url


def test_logging_in_again_takes_the_place_of_the_session(alice: Person, sandbox: Sandbox) -> None:
    first = alice.ticket["value"]
    alice.open("/login")
    alice.tab.locator("input[name=username]").fill("alice")
    alice.tab.locator("input[name=password]").fill("wonderland")
    alice.press("/login")
    assert alice.ticket["value"] != first
    assert sandbox.rows("alice") == 1


def test_a_wrong_password_shows_the_form_again_and_says_so(
    stranger: Person, sandbox: Sandbox
) -> None:
    asked_for_password = watch_for_password_popups(stranger)
    response = stranger.log_in("alice", "looking-glass")
    assert response.status == 401
    assert stranger.tab.get_by_role("alert").is_visible()
    assert stranger.tab.locator("input[name=username]").input_value() == "alice"
    assert stranger.tab.locator("input[name=password]").input_value() == ""
    assert stranger.focused.get_attribute("name") == "password"
    assert asked_for_password == []
    assert stranger.jar == []
    assert sandbox.trace.last("POST", "/login").response["verdict"] == "BAD_CREDENTIALS"
    stranger.tab.keyboard.type("wonderland")
    stranger.press("/login")
    assert stranger.place == "/profile", "the page asked for first is not forgotten"
    assert "alice" in stranger.heading


def watch_for_password_popups(person: Person) -> list[Any]:
    """Each time that Chromium would open its own window for a name and a password."""
    seen: list[Any] = []
    devtools = person.context.new_cdp_session(person.tab)

    def go_on(paused: dict[str, Any]) -> None:
        devtools.send("Fetch.continueRequest", {"requestId": paused["requestId"]})

    def note(challenge: dict[str, Any]) -> None:
        seen.append(challenge["authChallenge"])
        no = {"response": "CancelAuth"}
        about = {"requestId": challenge["requestId"], "authChallengeResponse": no}
        devtools.send("Fetch.continueWithAuth", about)

    devtools.on("Fetch.requestPaused", go_on)
    devtools.on("Fetch.authRequired", note)
    devtools.send("Fetch.enable", {"handleAuthRequests": True})
    return seen
