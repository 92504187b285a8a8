"""A browser without a window, and its jar."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from sandbox.serving.live import LiveServer
from sandbox.tutor.visitor import Jar, Visitor
from tests.conftest import HandClock


@pytest.fixture
def jar(clock: HandClock) -> Jar:
    return Jar(clock)


def test_an_empty_jar_sends_nothing(jar: Jar) -> None:
    assert jar.header("/") == ""


def test_a_cookie_is_kept_and_sent(jar: Jar) -> None:
    jar.keep("sid=a.b=c; Path=/; Max-Age=60; HttpOnly; SameSite=Lax")
    assert jar.header("/profile") == "sid=a.b=c"


def test_everything_about_a_cookie_can_be_seen(jar: Jar, clock: HandClock) -> None:
    jar.keep("sid=a; Path=/x; Max-Age=60; HttpOnly")
    kept = jar.on()["sid"]
    assert (kept.value, kept.path, kept.expires) == ("a", "/x", clock.now + 60)
    assert kept.attributes == ("Path=/x", "Max-Age=60", "HttpOnly")


def test_a_cookie_of_the_same_name_is_replaced(jar: Jar) -> None:
    jar.keep("sid=a; Path=/; Max-Age=60")
    jar.keep("sid=b; Path=/")
    assert jar.header("/") == "sid=b"
    assert jar.on()["sid"].expires is None


def test_cookies_are_sent_in_the_order_in_which_they_came(jar: Jar) -> None:
    jar.keep("b=1")
    jar.keep("a=2")
    assert jar.header("/") == "b=1; a=2"


@pytest.mark.parametrize("age", ["0", "-1"])
def test_a_cookie_is_dropped_when_the_server_says_so(age: str, jar: Jar) -> None:
    jar.keep("sid=a; Path=/; Max-Age=60")
    jar.keep(f"sid=; Path=/; Max-Age={age}")
    assert jar.header("/") == ""
    assert jar.cookies == {}


def test_a_cookie_is_dropped_when_it_has_expired(jar: Jar, clock: HandClock) -> None:
    jar.keep("sid=a; Max-Age=60")
    clock.now += 59.9
    assert jar.header("/") == "sid=a"
    clock.now += 0.1
    assert jar.header("/") == ""
    assert jar.cookies == {}


def test_a_cookie_without_an_age_stays_until_the_browser_is_closed(
    jar: Jar, clock: HandClock
) -> None:
    jar.keep("sid=a")
    clock.now += 1e9
    assert jar.header("/") == "sid=a"


def test_names_of_attributes_may_be_written_in_any_case(jar: Jar, clock: HandClock) -> None:
    jar.keep("sid=a; PATH=/x; max-AGE=60")
    assert (jar.on()["sid"].path, jar.on()["sid"].expires) == ("/x", clock.now + 60)


@pytest.mark.parametrize("age", ["soon", "", "1e3"])
def test_an_age_that_is_no_number_is_ignored(age: str, jar: Jar) -> None:
    """RFC 6265 section 5.2.2."""
    jar.keep(f"sid=a; Max-Age={age}")
    assert jar.header("/") == "sid=a"


def test_a_cookie_may_expire_at_a_date(jar: Jar, clock: HandClock) -> None:
    jar.keep("sid=a; Expires=Fri, 15 Jan 2027 08:01:00 GMT")
    assert jar.on()["sid"].expires == clock.now + 60  # it begins at 08:00:00 of that day
    clock.now += 60
    assert jar.header("/") == ""


def test_a_cookie_is_dropped_by_a_date_that_has_passed(jar: Jar) -> None:
    jar.keep("sid=a")
    jar.keep("sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
    assert jar.cookies == {}


def test_an_age_counts_before_a_date(jar: Jar, clock: HandClock) -> None:
    """RFC 6265 section 5.3."""
    jar.keep("sid=a; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60")
    assert jar.on()["sid"].expires == clock.now + 60


def test_a_date_that_is_none_is_ignored(jar: Jar) -> None:
    jar.keep("sid=a; Expires=soon")
    assert jar.on()["sid"].expires is None


@pytest.mark.parametrize(
    ("path", "asked", "sent"),
    [
        ("/", "/", True),
        ("/", "/profile?a=/b", True),
        ("/admin", "/admin", True),
        ("/admin", "/admin/users", True),
        ("/admin", "/admin?a=1", True),
        ("/admin/", "/admin/users", True),
        ("/admin", "/", False),
        ("/admin", "/profile", False),
        ("/admin/", "/admin", False),
        ("/admin", "/profile?next=/admin", False),
        ("/admin", "/administration", False),
        ("/pro", "/profile", False),
    ],
)
def test_a_cookie_goes_with_requests_to_its_path_and_below(
    path: str, asked: str, sent: bool, jar: Jar
) -> None:
    """RFC 6265 section 5.1.4: a path ends at a slash, not in the middle of a name."""
    jar.keep(f"sid=a; Path={path}")
    assert (jar.header(asked) == "sid=a") is sent


def show_request(environ: dict, start_response: object) -> list[bytes]:  # type: ignore[type-arg]
    """Answers with what it was sent; `/away` leads away, `/set` hands out two cookies."""
    path = environ["PATH_INFO"]
    headers = [("Content-Type", "text/plain; charset=UTF-8")]
    if path == "/set":
        headers += [("Set-Cookie", "sid=fresh; Path=/"), ("Set-Cookie", "b=2; Max-Age=60")]
    if path == "/away":
        headers += [("Location", "/login"), ("Set-Cookie", "sid=; Max-Age=0")]
    start_response("303 See Other" if path == "/away" else "200 OK", headers)  # type: ignore[operator]
    body = environ["wsgi.input"].read().decode()
    told = [environ["REQUEST_METHOD"], environ.get("HTTP_COOKIE", "-"), body]
    return ["|".join([*told, environ["HTTP_USER_AGENT"]]).encode()]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = LiveServer(show_request, port=0).start()
    yield server.url
    server.stop()


@pytest.fixture
def alice(url: str, clock: HandClock) -> Iterator[Visitor]:
    visitor = Visitor("alice", url, clock)
    yield visitor
    visitor.close()


def told(response: httpx.Response) -> list[str]:
    return response.text.split("|")


def test_a_visitor_says_who_it_is(alice: Visitor) -> None:
    assert told(alice.get("/")) == ["GET", "-", "", "sandbox-visitor (alice)"]


def test_what_the_server_sets_comes_back_with_the_next_request(alice: Visitor) -> None:
    assert told(alice.get("/set"))[1] == "-"
    assert told(alice.get("/"))[1] == "sid=fresh; b=2"
    assert told(alice.post("/", word="tulip & rose"))[:3] == [
        "POST",
        "sid=fresh; b=2",
        "word=tulip+%26+rose",
    ]


def test_what_is_in_the_jar_ages_by_the_clock_that_was_given(
    alice: Visitor, clock: HandClock
) -> None:
    alice.get("/set")
    clock.now += 61
    assert told(alice.get("/"))[1] == "sid=fresh"


def test_a_cookie_sent_by_hand_goes_in_the_place_of_the_jar(alice: Visitor) -> None:
    alice.get("/set")
    assert told(alice.get("/", cookie="sid=stolen"))[1] == "sid=stolen"
    assert told(alice.get("/", cookie=""))[1] == "-"
    assert alice.jar.header("/") == "sid=fresh; b=2"


def test_two_visitors_do_not_share_a_jar(alice: Visitor, url: str, clock: HandClock) -> None:
    bob = Visitor("bob", url, clock)
    alice.get("/set")
    assert told(bob.get("/"))[1] == "-"
    assert bob.jar.cookies == {}
    bob.close()


def test_a_redirect_is_not_followed_but_its_cookie_counts(alice: Visitor) -> None:
    alice.get("/set")
    response = alice.get("/away")
    assert (response.status_code, response.headers["Location"]) == (303, "/login")
    assert told(alice.get("/"))[1] == "b=2"


def test_a_form_without_fields_can_be_sent(alice: Visitor) -> None:
    assert told(alice.post("/"))[:3] == ["POST", "-", ""]
