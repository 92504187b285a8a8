"""What changes something: our own form may, a form on somebody else's page may not."""

from __future__ import annotations

import pytest

from .browsing import OtherSite, Person, Sandbox

pytestmark = pytest.mark.slow

ANOTHER_SITE, ANOTHER_PORT = "127.0.0.1", "localhost"
MARKUP = "<b>x</b><script>window.ran=1</script>"


def test_a_word_is_saved_and_shown_and_the_cookie_stays_the_same(
    alice: Person, sandbox: Sandbox
) -> None:
    ticket = alice.ticket
    alice.save_word("tulip")
    assert alice.place == "/profile"
    assert sandbox.word_of("alice") == "tulip"
    assert "tulip" in alice.tab.locator("main q").first.inner_text()
    alice.open("/")
    assert "tulip" in alice.tab.locator("main").inner_text()
    assert alice.ticket == ticket
    assert sandbox.trace.last("POST", "/word").response["set_cookie"] == []


def test_markup_in_a_word_is_shown_as_text(alice: Person, sandbox: Sandbox) -> None:
    for word in (MARKUP, "<b>x</b><script>"):
        alice.save_word(word)
        assert sandbox.word_of("alice") == word
        for path in ("/profile", "/"):
            alice.open(path)
            assert word in alice.tab.locator("main").inner_text()
            assert alice.tab.locator("main b, main script").count() == 0
            assert alice.tab.evaluate("typeof window.ran") == "undefined"


@pytest.mark.parametrize("host", [ANOTHER_SITE, ANOTHER_PORT])
def test_a_form_on_another_page_is_refused_and_changes_nothing(
    alice: Person, sandbox: Sandbox, other_site: OtherSite, host: str
) -> None:
    alice.save_word("tulip")
    ticket = alice.ticket
    for action in ("/word", "/logout", "/logout/everywhere", "/login"):
        other_site.target = sandbox.url + action
        alice.open(other_site.url(host))
        response = alice.follow(alice.tab.get_by_role("button"))
        assert response.status == 403, action
        assert "CROSS_SITE" in alice.tab.locator("main").inner_text()
        refused = sandbox.trace.last("POST", action)
        assert refused.response["status"] == 403
        assert refused.response["verdict"] == "CROSS_SITE"
        assert refused.response["set_cookie"] == []
        # SameSite=Lax keeps the cookie at home; another port of localhost is the same site.
        assert refused.our_cookies == ([] if host == ANOTHER_SITE else [ticket["value"]])
        assert alice.ticket == ticket
        assert sandbox.word_of("alice") == "tulip"
    assert alice.whoami() == "alice"


def test_the_sandbox_by_its_other_name_is_another_site_too(
    alice: Person, sandbox: Sandbox, other_site: OtherSite
) -> None:
    other_site.target = f"http://127.0.0.1:{sandbox.port}/word"
    alice.open(other_site.url("localhost"))
    assert alice.follow(alice.tab.get_by_role("button")).status == 403
    assert sandbox.trace.last("POST", "/word").response["verdict"] == "CROSS_SITE"


def test_a_link_on_another_site_finds_alice_logged_in(
    alice: Person, sandbox: Sandbox, other_site: OtherSite
) -> None:
    other_site.target = sandbox.url + "/profile"
    alice.open(other_site.url(ANOTHER_SITE))
    alice.follow(alice.tab.get_by_role("link"))
    assert alice.place == "/profile"
    assert "alice" in alice.heading
    assert sandbox.trace.last("GET", "/profile").response["verdict"] == "OK"


def test_a_script_that_got_into_a_page_does_not_run(stranger: Person) -> None:
    stranger.open("/")
    stranger.tab.evaluate(
        """() => {
            const script = document.createElement('script');
            script.textContent = 'window.ran = true';
            document.body.append(script);
        }"""
    )
    assert stranger.tab.evaluate("typeof window.ran") == "undefined"
    (complaint,) = stranger.complaints
    assert "Content Security Policy" in complaint
    stranger.complaints.clear()


def test_the_sandbox_cannot_be_put_into_a_frame(
    alice: Person, sandbox: Sandbox, other_site: OtherSite
) -> None:
    alice.open(other_site.url(ANOTHER_PORT))
    with alice.context.expect_event("console") as said:
        alice.tab.evaluate(
            """address => {
                const frame = document.createElement('iframe');
                frame.src = address;
                document.body.append(frame);
            }""",
            sandbox.url + "/profile",
        )
    assert "frame-ancestors" in said.value.text
    alice.complaints.clear()
