"""Who may pass: the host, the origin of a form, the next page, the visitor of a route."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.login.flow import Visitor
from sandbox.login.guard import LOOPBACK_NAMES, check_host, guard, refuse_cross_site, safe_next
from sandbox.login.refusals import CrossSite, ForeignHost, IdleTimeout, NoCookie, UnknownUser
from sandbox.login.stores import Session

HERE = "localhost:8000"


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8000",
        "localhost:",
        "LOCALHOST:1",
        "LocalHost",
        "127.0.0.1",
        "127.0.0.1:65535",
        "[::1]",
        "[::1]:8000",
    ],
)
def test_our_own_names_are_answered_for_at_any_port(host: str) -> None:
    check_host(host, LOOPBACK_NAMES)


@pytest.mark.parametrize(
    "host",
    [
        "",
        ":8000",
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "evil.localhost",
        "evil-localhost",
        "localhost.",
        "localhost@evil.example",
        "evil.example@localhost",
        "localhost:8000@evil.example",
        "localhost:8000:8000",
        "localhost:123456",
        "localhost:80a",
        "localhost:-1",
        "localhost/",
        "localhost,evil.example",
        "localhost evil.example",
        " localhost",
        "localhost ",
        "localhost\n",
        "localhost:80\n",
        "localhost\x00",
        "http://localhost",
        "127.1",
        "0.0.0.0",
        "2130706433",
        "127.0.0.2",
        "127.0.0.1.evil.example",
        "::1",
        "[::]",
        "[::1",
        "[::1]evil",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "ʟocalhost",
    ],
)
def test_any_other_host_is_foreign(host: str) -> None:
    with pytest.raises(ForeignHost):
        check_host(host, LOOPBACK_NAMES)


def test_a_name_that_was_allowed_is_ours_too() -> None:
    check_host("class.example:8000", [*LOOPBACK_NAMES, "class.example"])
    with pytest.raises(ForeignHost):
        check_host("other.example:8000", [*LOOPBACK_NAMES, "class.example"])


def test_a_name_allowed_in_capitals_is_ours_too() -> None:
    """RFC 9110 section 4.2.3: host names are compared without regard to case."""
    check_host("class.example", ["Class.Example"])


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", f"http://{HERE}"])
@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_form_of_our_own_page_passes_whatever_its_origin_says(
    site: str, origin: str | None
) -> None:
    refuse_cross_site(HERE, site, origin)


@pytest.mark.parametrize("origin", [None, "null", f"http://{HERE}"])
@pytest.mark.parametrize(
    "site", ["cross-site", "same-site", "", "Same-Origin", "same-origin, none"]
)
def test_a_form_that_stood_elsewhere_is_cross_site_whatever_its_origin_says(
    site: str, origin: str | None
) -> None:
    with pytest.raises(CrossSite):
        refuse_cross_site(HERE, site, origin)


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        (HERE, "http://localhost:8000"),
        (HERE, "https://localhost:8000"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("localhost", "http://localhost"),
    ],
)
def test_an_older_browser_is_believed_its_origin(host: str, origin: str) -> None:
    refuse_cross_site(host, None, origin)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://evil.example",
        "http://localhost",
        "http://localhost:8001",
        "http://127.0.0.1:8000",
        "http://localhost:8000.evil.example",
        "http://evil.example/http://localhost:8000",
        "http://localhost:8000@evil.example",
        "http://evil.example://localhost:8000",
        "localhost:8000",
        "http:localhost:8000",
    ],
)
def test_any_other_origin_is_cross_site(origin: str) -> None:
    with pytest.raises(CrossSite):
        refuse_cross_site(HERE, None, origin)


def test_a_client_that_says_neither_is_let_through() -> None:
    refuse_cross_site(HERE, None, None)


@pytest.mark.parametrize(
    "path",
    ["/", "/profile", "/profile?a=1&b=//x", "/a//b", "/%2f%2fevil.example", "/#part", "/a:b@c"],
)
def test_a_page_of_this_site_may_come_next(path: str) -> None:
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "profile",
        "?next=/",
        "#part",
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "\\\\evil.example",
        "/profile\\..\\..",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r/evil.example",
        "\t//evil.example",
        " //evil.example",
        "\x00//evil.example",
        "/\x00/evil.example",
        "/ /evil.example",
        "/profile\r\nSet-Cookie: a=b",
        "/profile\n",
        "/profile\x7f",
        "/profile\x85",
        "/profile\u2028",
        "/größe",
        "http://evil.example",
        "https:evil.example",
        "http:///evil.example",
        "HTTP://evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "localhost:8000/",
        "@evil.example",
        ".evil.example",
        "\uff0e/evil.example",
        "\uff0f\uff0fevil.example",
    ],
)
def test_anything_else_leads_to_the_home_page(path: str) -> None:
    assert safe_next(path) == "/"


def as_a_browser_goes(location: str) -> str:
    """The host a browser goes to: the URL standard drops tabs and newlines, and `\\` is `/`."""
    trimmed = location.strip("".join(map(chr, range(33))))
    read = "".join(c for c in trimmed if c not in "\t\r\n").replace("\\", "/")
    return urlsplit(urljoin("http://localhost:8000/login", read)).netloc


@given(st.text(alphabet=st.sampled_from("/\\.:@?#%ae \t\r\n\x00"), max_size=12))
def test_whatever_is_asked_for_the_browser_stays_here(path: str) -> None:
    assert as_a_browser_goes(safe_next(path)) == "localhost:8000"


def session_of(user: str | None) -> Session:
    return Session("an id", user, began=0, seen=0)


def test_a_user_may_pass() -> None:
    visitor = Visitor(session_of("alice"), "alice")
    assert guard(visitor, "/profile") is visitor


@pytest.mark.parametrize("refusal", [NoCookie(), IdleTimeout(session_of("alice"))])
def test_a_stranger_is_stopped_with_the_reason_he_was_not_recognised_for(
    refusal: NoCookie | IdleTimeout,
) -> None:
    with pytest.raises(type(refusal)) as raised:
        guard(refusal, "/profile")
    assert raised.value is refusal


def test_a_session_without_a_user_does_not_open_a_protected_page() -> None:
    with pytest.raises(UnknownUser):
        guard(Visitor(session_of(None), None), "/profile")
