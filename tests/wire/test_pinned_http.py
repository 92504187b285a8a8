"""What others rely on over HTTP, line by line, over a raw socket."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sandbox.login.refusals import StoreDown
from sandbox.login.server import make_app
from sandbox.login.stores import Session
from sandbox.login.stores.memory import MemoryStore
from sandbox.login.throttle import FailedLogins
from tests.wire.raw_http import (
    FORM,
    Answer,
    Header,
    Site,
    exchange,
    lay_bricks,
    message,
    serving,
    take_apart,
)

RIGHT = {"username": "alice", "password": "wonderland"}
WRONG = {"username": "alice", "password": "looking-glass"}
PAGES = ["/", "/login", "/profile"]
POSTS = ["/login", "/word", "/logout", "/logout/everywhere"]
LIMIT = 64 * 1024


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving(lay_bricks(failed_logins=FailedLogins(most=0))) as site:  # nobody has to wait
        yield site


@pytest.fixture
def alice(site: Site) -> str:
    return site.log_in("alice")


def verdict_of(site: Site, act: Callable[[], Answer]) -> tuple[int, str]:
    answer, told = site.told(act)
    return answer.status, told["verdict"]


class Fields(HTMLParser):
    """The names of the fields of every form, by where the form is sent."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: dict[tuple[str, str], list[str]] = {}
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = self.forms.setdefault((given.get("method", "get"), given["action"]), [])
        elif tag == "input":
            self._open.append(given["name"])


# GET /, GET|POST /login, GET /profile, POST /word, POST /logout(/everywhere), GET /api/me


@pytest.mark.parametrize(
    ("method", "path", "stranger", "user"),
    [
        ("GET", "/", 200, 200),
        ("GET", "/login", 200, 200),
        ("GET", "/profile", 303, 200),
        ("GET", "/api/me", 401, 200),
        ("POST", "/login", 401, 401),
        ("POST", "/word", 303, 303),
        ("POST", "/logout", 303, 303),
        ("POST", "/logout/everywhere", 303, 303),
    ],
)
def test_each_route_answers_strangers_and_users(
    site: Site, method: str, path: str, stranger: int, user: int
) -> None:
    assert site.ask(method, path).status == stranger
    assert site.ask(method, path, [("Cookie", site.log_in())]).status == user


@pytest.mark.parametrize("path", ["/word", "/logout", "/logout/everywhere"])
def test_what_changes_something_cannot_be_had_by_a_link(site: Site, alice: str, path: str) -> None:
    answer = site.get(path, alice)
    assert answer.status == 405
    assert answer.one("Allow") == "POST"
    assert site.get("/api/me", alice).status == 200


@pytest.mark.parametrize("path", ["/", "/profile", "/api/me"])
def test_what_only_shows_something_takes_no_form(site: Site, alice: str, path: str) -> None:
    answer = site.post(path, cookie=alice)
    assert answer.status == 405
    assert "GET" in answer.one("Allow")


def test_the_forms_have_the_pinned_fields(site: Site, alice: str) -> None:
    login = Fields(site.get("/login?next=/profile").text).forms
    assert sorted(login["post", "/login"]) == ["next", "password", "username"]
    profile = Fields(site.get("/profile", alice).text).forms
    assert profile["post", "/word"] == ["word"]
    assert {("post", "/logout"), ("post", "/logout/everywhere")} <= set(profile)


def test_the_demo_accounts_stand_on_the_login_page(site: Site) -> None:
    page = site.get("/login").text
    for name, password in {"alice": "wonderland", "bob": "builder"}.items():
        assert f"<code>{name}</code>" in page
        assert f"<code>{password}</code>" in page


def test_a_word_is_kept_and_told_to_its_user_only(site: Site, alice: str) -> None:
    answer = site.post("/word", {"word": "tulip"}, cookie=alice)
    assert (answer.status, answer.one("Location")) == (303, "/profile")
    assert answer.all("Set-Cookie") == []
    assert json.loads(site.get("/api/me", alice).body) == {"user": "alice", "word": "tulip"}
    assert json.loads(site.get("/api/me", site.log_in("bob")).body) == {"user": "bob", "word": ""}


# After login: a safe next, else /


@pytest.mark.parametrize("path", ["/", "/profile", "/api/me", "/profile?word=1&x=2", "/a/b;c"])
def test_after_a_login_one_goes_on_to_a_safe_next(site: Site, path: str) -> None:
    answer = site.post("/login", RIGHT | {"next": path})
    assert answer.status == 303
    assert answer.one("Location") == path


@pytest.mark.parametrize(
    "elsewhere",
    [
        "",
        "profile",
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\nSet-Cookie: evil=1",
        "\t//evil.example",
        " //evil.example",
        "\x00//evil.example",
        "/ /evil.example",
        "http://evil.example/",
        "https:evil.example",
        "HTTPS://evil.example",
        "http:/\\evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/\u2028/evil.example",
        "/\u00e9",
        "/%0d%0aSet-Cookie:evil=1",
        "/%2f%2fevil.example",
        "/..//evil.example",
        "/.//evil.example",
        "/@evil.example",
        "/" + "a" * 2000,
    ],
)
def test_no_spelling_of_next_leads_to_another_site(site: Site, elsewhere: str) -> None:
    """Whatever a browser makes of the Location, it stays on this host."""
    answer = site.post("/login", RIGHT | {"next": elsewhere})
    assert answer.status == 303
    location = answer.one("Location")
    assert as_a_browser_goes(location) == ("http", "localhost:8000")
    assert location in ("/", elsewhere)
    assert len(answer.all("Set-Cookie")) == 1
    form = site.get("/login?" + urlencode({"next": elsewhere}))
    shown = re.search(r'name="next" value="([^"]*)"', form.text)
    assert shown
    assert as_a_browser_goes(shown[1]) == ("http", "localhost:8000")


def as_a_browser_goes(location: str) -> tuple[str, str]:
    """The WHATWG URL Standard: tabs and line ends are dropped, a backslash is a slash."""
    cleaned = re.sub(r"[\t\r\n]", "", location).strip("\x00 ").replace("\\", "/")
    parts = urlsplit(cleaned)
    if parts.scheme or cleaned.startswith("//"):
        return parts.scheme or "http", parts.netloc
    return "http", "localhost:8000"


# Wrong password 401 with the form again; 303 after login; the form even when logged in; logout


def test_a_wrong_password_gets_the_form_again_with_401(site: Site) -> None:
    answer = site.post("/login", WRONG | {"next": "/profile"})
    assert answer.status == 401
    assert ("post", "/login") in Fields(answer.text).forms
    assert 'value="alice"' in answer.text
    assert 'name="next" value="/profile"' in answer.text
    assert answer.all("Set-Cookie") == []


@pytest.mark.parametrize("name", ["alice", "nobody-here", "", "ALICE", "alice ", "../etc/passwd"])
def test_the_refusal_of_a_login_does_not_say_whether_the_name_is_known(
    site: Site, name: str
) -> None:
    first = site.post("/login", {"username": name, "password": "wrong"})
    known = site.post("/login", {"username": "bob", "password": "wrong"})
    assert first.status == known.status == 401
    said = re.compile(r'role="alert">(.*?)</p>')
    assert said.findall(first.text) == said.findall(known.text) != []


def test_every_401_names_a_scheme_that_browsers_ignore(site: Site) -> None:
    for answer in (site.post("/login", WRONG), site.get("/api/me")):
        assert answer.status == 401
        scheme = answer.one("WWW-Authenticate").partition(" ")[0].lower()
        assert scheme not in ("basic", "digest", "ntlm", "negotiate", "bearer")


def test_a_script_is_told_401_in_json(site: Site) -> None:
    answer = site.get("/api/me")
    assert answer.one("Content-Type") == "application/json"
    assert json.loads(answer.body)["error"]["code"] == "NO_COOKIE"


def test_after_a_login_303_and_one_cookie_with_the_pinned_attributes(site: Site) -> None:
    answer = site.post("/login", RIGHT | {"next": "/profile"})
    assert (answer.status, answer.one("Location")) == (303, "/profile")
    name_and_value, *attributes = answer.one("Set-Cookie").split("; ")
    assert re.fullmatch(r"sandbox_session=[\w-]{43}\.[\w-]{6}\.[\w-]{43}", name_and_value, re.ASCII)
    assert sorted(attributes) == ["HttpOnly", "Max-Age=86400", "Path=/", "SameSite=Lax"]


def test_the_login_form_is_shown_even_to_somebody_logged_in(site: Site, alice: str) -> None:
    answer = site.get("/login", alice)
    assert answer.status == 200
    assert ("post", "/login") in Fields(answer.text).forms


def test_logging_in_again_ends_the_session_that_was_there(site: Site, alice: str) -> None:
    again = site.post("/login", RIGHT, cookie=alice).one("Set-Cookie").partition(";")[0]
    assert again != alice
    assert site.get("/api/me", again).status == 200
    assert verdict_of(site, lambda: site.get("/api/me", alice)) == (401, "UNKNOWN_SESSION")


def test_the_cookie_is_set_at_login_and_never_again(site: Site, alice: str) -> None:
    for path in [*PAGES, "/api/me"]:
        assert site.get(path, alice).all("Set-Cookie") == []


@pytest.mark.parametrize("cookie", ["", "sandbox_session=not.a.ticket", "sandbox_session=x"])
@pytest.mark.parametrize("path", ["/logout", "/logout/everywhere"])
def test_logout_works_for_anybody(site: Site, path: str, cookie: str) -> None:
    answer = site.post(path, cookie=cookie)
    assert answer.status == 303
    assert answer.one("Location").startswith("/?said=")
    cleared, *attributes = answer.one("Set-Cookie").split("; ")
    assert cleared == "sandbox_session="
    assert sorted(attributes) == ["HttpOnly", "Max-Age=0", "Path=/", "SameSite=Lax"]


def test_logout_here_leaves_other_browsers_and_everywhere_does_not(site: Site) -> None:
    here, there, third = (site.log_in("bob") for _ in range(3))
    site.post("/logout", cookie=here)
    assert [site.get("/api/me", each).status for each in (here, there, third)] == [401, 200, 200]
    site.post("/logout/everywhere", cookie=there)
    assert [site.get("/api/me", each).status for each in (here, there, third)] == [401, 401, 401]


def test_a_word_from_a_stranger_leads_to_the_login_and_then_the_profile(site: Site) -> None:
    answer = site.post("/word", {"word": "tulip"})
    assert (answer.status, answer.one("Location")) == (303, "/login?next=/profile")


def test_a_stranger_at_the_profile_comes_back_to_it_after_the_login(site: Site) -> None:
    assert site.get("/profile").one("Location") == "/login?next=/profile"


# Every response except static files: Cache-Control: no-store, Vary: Cookie


class BrokenStore(MemoryStore):
    def find(self, session_id: str) -> Session | None:
        raise StoreDown(store="broken on purpose")


EVERY_KIND: dict[int, list[tuple[str, str, list[tuple[str, str | bytes]], bytes]]] = {
    200: [("GET", "/", [], b""), ("GET", "/login", [], b"")],
    303: [("GET", "/profile", [], b""), ("POST", "/logout", [], b"")],
    400: [("POST", "/login", [("Content-Type", "multipart/form-data")], b"x")],
    401: [("GET", "/api/me", [], b""), ("POST", "/login", [FORM], urlencode(WRONG).encode())],
    403: [
        ("GET", "/", [("Host", "evil.example")], b""),
        ("POST", "/logout", [("Origin", "null")], b""),
    ],
    404: [("GET", "/nothing-here", [], b""), ("GET", "/api/nothing", [], b"")],
    405: [("PUT", "/login", [], b""), ("DELETE", "/", [], b""), ("OPTIONS", "/", [], b"")],
    413: [("POST", "/login", [FORM], b"x" * (LIMIT + 1))],
}


@pytest.mark.parametrize("status", EVERY_KIND)
def test_every_response_is_private_and_never_stored(site: Site, status: int) -> None:
    for method, target, headers, body in EVERY_KIND[status]:
        answer = site.ask(method, target, headers, body)
        assert answer.status == status
        assert answer.all("Cache-Control") == ["no-store"]
        assert answer.all("Vary") == ["Cookie"]


def test_so_is_the_response_when_the_store_is_down() -> None:
    with serving(lay_bricks(store=BrokenStore())) as site:
        answer = site.get("/profile", site.log_in())
        assert answer.status == 503
        assert answer.all("Cache-Control") == ["no-store"]
        assert answer.all("Vary") == ["Cookie"]
        assert answer.all("Set-Cookie") == []


def test_static_files_may_be_stored_and_are_not_traced(site: Site) -> None:
    before = len(site.ear.events)
    answer = site.get("/static/style.css")
    assert answer.status == 200
    assert answer.all("Cache-Control") == answer.all("Vary") == []
    assert len(site.ear.events) == before


@pytest.mark.parametrize(
    "path",
    [
        "/static/../server.py",
        "/static/%2e%2e/server.py",
        "/static/..%2fserver.py",
        "/static/..%5cserver.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/.",
        "/static/style.css%00.html",
    ],
)
def test_no_other_file_is_served(site: Site, path: str) -> None:
    answer = site.get(path)
    assert answer.status in (400, 403, 404)
    assert b"queue_cookie" not in answer.body
    assert b"root:" not in answer.body


# Host: exact names, any port; else 403 FOREIGN_HOST


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST", "LocalHost"])
def test_our_own_names_are_answered_at_any_port(site: Site, name: str) -> None:
    for port in ("", ":", ":1", ":80", ":8000", ":65535"):
        assert site.ask("GET", "/", [("Host", name + port)]).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "",
        " ",
        "evil.example",
        "localhost.evil.example",
        "evil-localhost",
        "app.localhost",
        "localhost.",
        "localhost@evil.example",
        "evil.example#localhost",
        "localhost:80:80",
        "localhost:evil",
        "localhost:123456",
        "localhost, evil.example",
        "127.0.0.2",
        "127.1",
        "0.0.0.0",
        "2130706433",
        "::1",
        "[::2]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        b"local\xc3\xadhost",
        b"\xff\x9b",
        "x" * 5000,
        "<script>alert(1)</script>",
    ],
)
def test_any_other_host_is_refused(site: Site, host: str | bytes) -> None:
    for method in ("GET", "POST"):
        answer, told = site.told(lambda m=method: site.ask(m, "/logout", [("Host", host)]))
        assert (answer.status, told["verdict"]) == (403, "FOREIGN_HOST")


def test_two_hosts_or_none_are_refused(site: Site) -> None:
    two = b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    none = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
    for request in (two, none):
        assert exchange(site.port, request).status in (400, 403)


def test_a_foreign_host_gets_no_markup_back(site: Site) -> None:
    answer = site.ask("GET", "/", [("Host", "<script>alert(1)</script>")])
    assert b"<script>" not in answer.body


def test_a_name_allowed_on_top_is_answered_in_any_case_and_at_any_port() -> None:
    bricks = lay_bricks()
    with serving(bricks, make_app(bricks, {"localhost", "class.example"})) as site:
        for host in ("class.example", "CLASS.example:9", "localhost"):
            assert site.ask("GET", "/", [("Host", host)]).status == 200
        for host in ("other.example", "127.0.0.1", "sub.class.example"):
            assert site.ask("GET", "/", [("Host", host)]).status == 403


# Posts: Sec-Fetch-Site same-origin or none only; else Origin against Host; null refused; neither ok

LET_THROUGH: list[list[Header]] = [
    [],
    [("Sec-Fetch-Site", "same-origin")],
    [("Sec-Fetch-Site", "none")],
    [("Sec-Fetch-Site", "same-origin"), ("Origin", "http://localhost:{port}")],
    [("Origin", "http://localhost:{port}")],
    [("Host", "localhost"), ("Origin", "http://localhost")],
    [("Host", "127.0.0.1:9"), ("Origin", "http://127.0.0.1:9")],
    [("Host", "[::1]:9"), ("Origin", "http://[::1]:9")],
]
HELD_BACK: list[list[Header]] = [
    [("Sec-Fetch-Site", "cross-site")],
    [("Sec-Fetch-Site", "same-site")],
    [("Sec-Fetch-Site", "")],
    [("Sec-Fetch-Site", "nonsense")],
    [("Sec-Fetch-Site", "cross-site"), ("Origin", "http://localhost:{port}")],
    [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")],
    [("Origin", "null")],
    [("Origin", "")],
    [("Origin", "http://evil.example")],
    [("Origin", "http://localhost:1")],
    [("Origin", "http://localhost")],
    [("Origin", "http://127.0.0.1:{port}")],
    [("Origin", "http://localhost:{port}.evil.example")],
    [("Origin", "http://evil.example/http://localhost:{port}")],
    [("Origin", "localhost:{port}")],
    [("Origin", "http://localhost:{port}"), ("Origin", "http://evil.example")],
]


def at_port(site: Site, headers: list[Header]) -> list[tuple[str, str | bytes]]:
    return [(name, value.replace("{port}", str(site.port))) for name, value in headers]


@pytest.mark.parametrize("headers", LET_THROUGH, ids=str)
def test_a_form_of_ours_is_let_through(site: Site, alice: str, headers: list[Header]) -> None:
    given = [*at_port(site, headers), FORM, ("Cookie", alice)]
    answer = site.ask("POST", "/word", given, b"word=tulip")
    assert (answer.status, answer.one("Location")) == (303, "/profile")
    assert json.loads(site.get("/api/me", alice).body)["word"] == "tulip"


@pytest.mark.parametrize("headers", HELD_BACK, ids=str)
def test_a_form_of_another_site_is_refused_and_changes_nothing(
    site: Site, alice: str, headers: list[Header]
) -> None:
    given = [*at_port(site, headers), FORM, ("Cookie", alice)]
    for path, body in zip(POSTS, [urlencode(RIGHT).encode(), b"word=evil", b"", b""], strict=True):
        answer, told = site.told(lambda p=path, b=body: site.ask("POST", p, given, b))
        assert (answer.status, told["verdict"]) == (403, "CROSS_SITE")
        assert answer.all("Set-Cookie") == []
    assert json.loads(site.get("/api/me", alice).body) == {"user": "alice", "word": ""}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "FROBNICATE"])
def test_so_is_any_other_method_that_is_not_safe(site: Site, method: str) -> None:
    target = f"localhost:{site.port}" if method == "CONNECT" else "/word"
    assert site.ask(method, target, [("Sec-Fetch-Site", "cross-site")]).status == 403
    assert site.ask(method, target).status in (404, 405)


@pytest.mark.parametrize("path", PAGES)
def test_a_link_from_another_site_is_followed(site: Site, alice: str, path: str) -> None:
    headers: list[tuple[str, str | bytes]] = [("Sec-Fetch-Site", "cross-site"), ("Cookie", alice)]
    assert site.ask("GET", path, headers).status == 200


# Bodies over 64 KB: our 413; waitress's own limit 1 MB


def chunked(body: bytes, size: int = 8000) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in [*pieces, b""])


@pytest.mark.parametrize("encoded", ["plain", "chunked"])
@pytest.mark.parametrize(("size", "status"), [(LIMIT, 401), (LIMIT + 1, 413), (1_000_000, 413)])
def test_a_body_of_more_than_64_kb_is_refused_by_us(
    site: Site, size: int, status: int, encoded: str
) -> None:
    start = b"username=alice&password="
    body = start + b"x" * (size - len(start))
    headers: list[tuple[str, str | bytes]] = [FORM]
    if encoded == "chunked":
        headers.append(("Transfer-Encoding", "chunked"))
        body = chunked(body)
    answer, told = site.told(lambda: site.ask("POST", "/login", headers, body))
    assert answer.status == told["status"] == status
    assert answer.all("Vary") == ["Cookie"]


def test_a_body_of_64_kb_is_read_to_its_end(site: Site) -> None:
    rest = urlencode(RIGHT).encode()
    body = b"padding=" + b"x" * (LIMIT - len(rest) - 9) + b"&" + rest
    assert len(body) == LIMIT
    assert site.ask("POST", "/login", [FORM], body).status == 303


def test_nothing_is_changed_by_a_body_that_is_too_large(site: Site, alice: str) -> None:
    body = b"word=tulip&padding=" + b"x" * LIMIT
    assert site.ask("POST", "/word", [FORM, ("Cookie", alice)], body).status == 413
    assert json.loads(site.get("/api/me", alice).body)["word"] == ""


def test_a_body_of_more_than_1_mb_is_refused_by_waitress_before_it_is_sent(site: Site) -> None:
    before = len(site.ear.events)
    answer = site.ask("POST", "/login", [FORM, ("Content-Length", str(2 * 1024 * 1024))])
    assert answer.status == 413
    assert len(site.ear.events) == before


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "0x10", "1, 2", "9" * 30, "٣"])
def test_a_length_that_is_no_number_is_answered(site: Site, length: str) -> None:
    encoded = length.encode()
    answer = site.ask("POST", "/login", [FORM, ("Content-Length", encoded)])
    assert answer.status in (400, 413)


UNREADABLE: list[bytes] = [
    b"",
    b"&&&===&",
    b"username",
    b"username=%zz&password=%",
    b"username=\xff\xfe&password=\x00\x1b",
    b"username=%ff%fe&password=%ed%a0%80",
    b"username=" + b"&username=" * 5000,
    b"password=%00&username=%00",
    b'{"username": "alice", "password": "wonderland"}',
]


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "application/json",
        "text/plain",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "multipart/form-data; boundary=" + "x" * 500,
        "application/x-www-form-urlencoded; charset=utf-16",
        "nonsense",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/login", "/word"])
def test_an_unreadable_form_is_never_a_crash(
    site: Site, alice: str, path: str, content_type: str
) -> None:
    headers: list[tuple[str, str | bytes]] = [("Content-Type", content_type), ("Cookie", alice)]
    for body in UNREADABLE:
        answer, told = site.told(lambda b=body: site.ask("POST", path, headers, b))
        assert answer.status in (303, 400, 401), body
        assert told["status"] == answer.status
        assert told["verdict"] != "CRASHED"


# HEAD and OPTIONS; an HTTP/1.0 request


@pytest.mark.parametrize("path", [*PAGES, "/api/me", "/static/style.css", "/nothing-here", "/word"])
def test_head_is_get_without_the_body(site: Site, alice: str, path: str) -> None:
    for cookies in ([], [alice]):
        asked = site.get(path, *cookies)
        headers: list[tuple[str, str | bytes]] = [("Cookie", each) for each in cookies]
        answer = site.ask("HEAD", path, headers)
        assert answer.body == b""
        assert answer.status == asked.status
        unlike = ("date",)
        assert [h for h in answer.headers if h[0].lower() not in unlike] == [
            h for h in asked.headers if h[0].lower() not in unlike
        ]


@pytest.mark.parametrize("path", [*PAGES, "/word", "/logout", "/api/me", "/nothing-here", "*"])
def test_options_changes_nothing_and_says_what_is_allowed(
    site: Site, alice: str, path: str
) -> None:
    headers: list[tuple[str, str | bytes]] = [("Cookie", alice), ("Sec-Fetch-Site", "cross-site")]
    answer = site.ask("OPTIONS", path, headers)
    assert answer.status == (404 if path in ("*", "/nothing-here") else 405)
    assert (answer.all("Allow") == []) == (answer.status == 404)
    assert answer.all("Access-Control-Allow-Origin") == []
    assert site.get("/api/me", alice).status == 200


def test_an_old_client_speaking_http_1_0_can_log_in(site: Site) -> None:
    answer = site.ask("POST", "/login", [FORM], urlencode(RIGHT).encode(), "HTTP/1.0")
    assert (answer.status, answer.one("Location")) == (303, "/")
    cookie = answer.one("Set-Cookie").partition(";")[0]
    profile = site.ask("GET", "/profile", [("Cookie", cookie)], version="HTTP/1.0")
    assert profile.status == 200
    assert profile.raw.startswith(b"HTTP/1.0 ")


def test_a_bare_http_1_0_request_without_a_host_is_answered(site: Site) -> None:
    assert exchange(site.port, b"GET / HTTP/1.0\r\n\r\n").status == 403


def test_requests_on_one_connection_do_not_get_mixed_up(site: Site, alice: str) -> None:
    """The browser keeps its connection; the next request on it may be somebody else's."""
    names: list[str | None] = []
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as connection:
        for cookie in (alice, "", site.log_in("bob"), "sandbox_session=x", alice):
            asked = message(site.port, "GET", "/api/me", [("Cookie", cookie)])
            connection.sendall(asked.replace(b"Connection: close\r\n", b""))
            names.append(json.loads(one_answer(connection).body).get("user"))
    assert names == ["alice", None, "bob", None, "alice"]


def one_answer(connection: socket.socket) -> Answer:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    length = int(take_apart(received).one("Content-Length"))
    while len(received.partition(b"\r\n\r\n")[2]) < length:
        received += connection.recv(65536)
    return take_apart(received)


# Garbage cookies: never a 500, never a connection dropped without an answer


@pytest.mark.parametrize("first", ["theme=dark", "", "sandbox_session=x.y.z"])
def test_two_cookie_headers_are_answered(site: Site, alice: str, first: str) -> None:
    for pair in ((first, alice), (alice, first)):
        answer = site.get("/api/me", *pair)
        assert answer.status in (200, 401)


GARBAGE: list[bytes] = [
    b"",
    b"=",
    b";;;;",
    b"; ; =; ==",
    b"sandbox_session",
    b"sandbox_session=",
    b"sandbox_session=.",
    b"sandbox_session=..",
    b"sandbox_session=...",
    b"sandbox_session=a.b.c",
    b"sandbox_session=\xe2\x80\xae.\xff\xfe.\x80\x9b",
    b"sandbox_session=\xed\xa0\x80.aaaaaa.\xc3\x28",
    b'sandbox_session="a.b.c"',
    b"sandbox_session=a.b.c; sandbox_session=d.e.f; sandbox_session=",
    b"sandbox_session = a.b.c",
    b"SANDBOX_SESSION=a.b.c",
    b"sandbox_session=" + b"x" * 100_000,
    b"sandbox_session=" + b"." * 100_000,
    b"sandbox_session=" + b"a" * 50_000 + b"." + b"b" * 25_000 + b"." + b"c" * 25_000,
    b"sandbox_session=a." + b"_" * 100_000 + b".c",
    b"x=" + b"y" * 100_000,
    b"x=y; " * 20_000,
    b"sandbox_session=a.b.c; " * 4_000,
    b"sandbox_session=<script>alert(1)</script>",
    b"sandbox_session=[red]x[/red].[link=http://evil.example]y[/link].[/]",
    b"sandbox_session={{7*7}}.%s%n%d.${jndi:x}",
    b"sandbox_session=a.//8=.c",
    b"sandbox_session=a.________________.c",
    b"sandbox_session=a.AAAAAAAAAAAA.c",
    b"sandbox_session=a.-.c",
    b"sandbox_session=%00.%0d%0a.%1b",
    b"\xff\xff=\xff",
    b"sandbox_session=\xa0a.b.c\xa0",
    b"sandbox_session=a\tb.c.d",
]
REFUSED_BY_WAITRESS: list[bytes] = [
    b"sandbox_session=\x00",
    b"sandbox_session=\x1b[31mred",
    b"sandbox_session=\x07.\x08.\x7f",
    b"sandbox_session=a\rb",
    b"sandbox_session=a\nb",
    b"\x01=\x02",
]


@pytest.mark.parametrize("cookie", GARBAGE, ids=lambda each: repr(each[:40]))
def test_a_garbage_cookie_is_refused_like_any_other(site: Site, cookie: bytes) -> None:
    for method, path in (("GET", "/profile"), ("HEAD", "/profile"), ("POST", "/word")):
        answer, told = site.told(lambda m=method, p=path: site.ask(m, p, [("Cookie", cookie)]))
        assert (answer.status, answer.all("Location")) == (303, ["/login?next=/profile"])
        assert answer.all("Set-Cookie") == told["set_cookie"] == []
        assert told["verdict"] in ("NO_COOKIE", "MALFORMED", "BAD_SIGNATURE")


@pytest.mark.parametrize("cookie", REFUSED_BY_WAITRESS, ids=repr)
def test_control_bytes_are_answered_400_before_they_reach_us(site: Site, cookie: bytes) -> None:
    before = len(site.ear.events)
    assert site.ask("GET", "/profile", [("Cookie", cookie)]).status == 400
    assert len(site.ear.events) == before


@pytest.mark.parametrize("cookie", GARBAGE, ids=lambda each: repr(each[:40]))
def test_garbage_beside_our_cookie_spoils_nothing(site: Site, alice: str, cookie: bytes) -> None:
    """Only a second cookie of our name could take its place: ours stands first here."""
    both = alice.encode() + b"; " + cookie
    assert site.ask("GET", "/api/me", [("Cookie", both)]).status == 200


@settings(max_examples=80, deadline=None)
@given(cookie=st.binary(max_size=300))
@example(cookie=bytes(range(0x20, 0x100)))
def test_random_bytes_as_a_cookie_are_always_answered(site: Site, cookie: bytes) -> None:
    value = re.sub(rb"[\r\n]", b"", cookie)  # they would begin another header
    for start in (b"sandbox_session=", b""):
        answer = site.ask("GET", "/profile", [("Cookie", start + value)])
        assert answer.status in (303, 400)


@pytest.mark.parametrize(
    "target",
    [
        "/" + "a" * 50_000,
        "/%ff%fe",
        "/\xff\xfe",
        "/pro\xfffile",
        "/%00",
        "/%1b[31m",
        "/%0d%0aSet-Cookie:%20evil=1",
        "//evil.example/profile",
        "/profile/",
        "/profile/..",
        "/./profile",
        "/login?next=%ff%fe",
        "/login?next=%00&said=%1b",
        "/login?" + "next=/x&" * 5000,
        "/?said=nonsense",
        "/?said=%ff",
        "/?said=logged-out&said=everywhere",
        "/api/<script>",
        "http://evil.example/",
        "?",
        "/?%zz",
        "/{{7*7}}",
    ],
)
def test_a_strange_address_is_answered_without_a_crash(site: Site, alice: str, target: str) -> None:
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        answer = site.ask(method, target, [("Cookie", alice)])
        assert answer.status < 500
        assert answer.all("Set-Cookie") == []
        assert b"<script>" not in answer.body
        assert b"49" not in answer.body or target != "/{{7*7}}"
