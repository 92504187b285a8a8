"""No secret is written anywhere: canaries go in, and what came out is searched for them."""

from __future__ import annotations

import base64
import hmac
import io
import json
import re
import secrets
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import pytest

from sandbox.login import flow
from sandbox.login.cookies import CookieSettings
from sandbox.trace import words
from sandbox.trace.audience import Audience
from sandbox.trace.console import ConsoleTrace
from sandbox.trace.painter import Painter
from sandbox.trace.recorder import JSONLines
from sandbox.trace.stage import stage
from tests.wire.canaries import Hay, canary, found_in, shapes
from tests.wire.children import Child, Nursery
from tests.wire.raw_http import FORM, Answer, exchange, lay_bricks, message, serving
from tests.wire.stamps import SALT, signature_of

Headers = list[tuple[str, str | bytes]]


@dataclass
class Canaries:
    """One for each way in which somebody might hand a secret over."""

    password: str = field(default_factory=canary)
    typed_as_name: str = field(default_factory=canary)
    in_query: str = field(default_factory=canary)
    in_next: str = field(default_factory=canary)
    in_multipart: str = field(default_factory=canary)
    in_json: str = field(default_factory=canary)
    in_basic: str = field(default_factory=canary)
    in_referer: str = field(default_factory=canary)
    cookie_value: str = field(default_factory=lambda: f"ck{secrets.token_hex(16)}")
    malformed_pair: str = field(default_factory=lambda: f"mp{secrets.token_hex(16)}")
    neighbour: str = field(default_factory=lambda: f"nb{secrets.token_hex(16)}")
    spaced_name: str = field(default_factory=lambda: f"sn{secrets.token_hex(16)}")
    quoted_value: str = field(default_factory=lambda: f"qv{secrets.token_hex(16)}")


class Caller:
    """Asks a server on a port, and keeps every page it got."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.pages: Hay = {}

    def ask(
        self, what: str, method: str, target: str, headers: Headers, body: bytes = b""
    ) -> Answer:
        answer = exchange(self.port, message(self.port, method, target, headers, body))
        self.pages[f"the answer to {what}"] = answer.raw
        return answer

    def log_in(self) -> str:
        fields = urlencode({"username": "alice", "password": "wonderland"}).encode()
        answer = exchange(self.port, message(self.port, "POST", "/login", [FORM], fields))
        return answer.one("Set-Cookie").partition(";")[0]


def hand_over(port: int, given: Canaries) -> Hay:
    """Give each canary to the server in its own way; what was received, by what was done."""
    caller, ask = Caller(port), None
    ask = caller.ask
    multipart = (
        '--b\r\nContent-Disposition: form-data; name="username"\r\n\r\nalice\r\n'
        '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n'
        f"{given.in_multipart}\r\n--b--\r\n"
    )
    as_json = json.dumps({"username": "alice", "password": given.in_json}).encode()
    basic = base64.b64encode(f"alice:{given.in_basic}".encode()).decode()
    wrong = urlencode({"username": "alice", "password": given.password})
    as_name = urlencode({"username": given.typed_as_name, "password": "x", "next": "/profile"})
    in_query = urlencode({"username": "alice", "password": given.in_query})
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
        ask(
            f"a wrong password as {kind}",
            "POST",
            "/login",
            [("Content-Type", kind)],
            wrong.encode(),
        )
    page = ask("a password typed as the name", "POST", "/login", [FORM], as_name.encode())
    assert page.status == 401
    for path in ("/login", "/", "/profile", "/api/me", "/nothing-here"):
        ask(f"a password in the query of {path}", "GET", f"{path}?{in_query}", [])
    ask("a password in the query of a post", "POST", f"/login?{in_query}", [FORM], b"username=bob")
    inner = quote(f"/profile?password={given.in_next}", safe="")
    ask("a password in the query of next", "GET", f"/login?next={inner}", [])
    form_data = [("Content-Type", "multipart/form-data; boundary=b")]
    assert ask("multipart", "POST", "/login", [*form_data], multipart.encode()).status == 401
    ask("broken multipart", "POST", "/login", [*form_data], multipart[:-9].encode())
    ask("json", "POST", "/login", [("Content-Type", "application/json")], as_json)
    ask("json to the api", "POST", "/api/me", [("Content-Type", "application/json")], as_json)
    ask("basic", "GET", "/profile", [("Authorization", f"Basic {basic}")])
    referer = f"http://localhost:{port}/login?password={given.in_referer}"
    ask("a referer", "GET", "/login", [("Referer", referer)])
    ours = caller.log_in()
    foreign = [
        f"theme={given.cookie_value}",
        given.malformed_pair,
        f"sandbox_sessionx={given.neighbour}",
        f"xsandbox_session={given.neighbour}",
        f"Sandbox_Session={given.neighbour}",
        f"__Host-sandbox_session={given.neighbour}",
        f"sandbox session={given.spaced_name}",
        f'quoted={given.quoted_value}; q2="{given.quoted_value}"',
    ]
    for pair in foreign:
        for header in (pair, f"{ours}; {pair}", f"{pair}; {ours}", f"; {pair} ;;"):
            ask(f"the foreign cookies {header[:30]}", "GET", "/profile", [("Cookie", header)])
    return caller.pages


def names_of(given: Canaries) -> dict[str, str]:
    return dict(vars(given))


def but_for_the_echo(pages: Hay, given: Canaries) -> Hay:
    """The login form shows the name that was typed, in the field of the name and nowhere else.

    Where somebody wants to go after the login stands in the form, too.
    """
    place = "the answer to a password typed as the name"
    echo = f'name="username" value="{given.typed_as_name.replace("&", "&amp;")}"'.encode()
    assert pages[place].count(echo) == 1
    left = pages | {place: pages[place].replace(echo, b"")}
    return {what: page for what, page in left.items() if "the query of next" not in what}


def written_by(child: Child) -> Hay:
    out = (child.folder / f"{child.number}.out").read_bytes()
    err = (child.folder / f"{child.number}.err").read_bytes()
    return {"standard output": out, "standard error": err}


@pytest.mark.parametrize("trace", ["console", "json"])
@pytest.mark.parametrize("keys", ["own", "brought"])
@pytest.mark.slow
def test_nothing_typed_and_no_foreign_cookie_is_written_anywhere(
    nursery: Nursery, trace: str, keys: str
) -> None:
    arguments = ["--trace", trace]
    if keys == "brought":
        (nursery.folder / "brought.keys").write_text(secrets.token_urlsafe(32) + "\n")
        arguments += ["--keys", "brought.keys"]
    child = nursery.serve(*arguments)
    given = Canaries()
    pages = hand_over(child.port, given)
    assert child.end() == 0
    written = written_by(child)
    assert b"BAD_CREDENTIALS" in written["standard output"]  # it was traced
    assert found_in(written | but_for_the_echo(pages, given), **names_of(given)) == []


def test_the_query_of_next_is_not_told_when_somebody_goes_there() -> None:
    """The trace cuts the query of `next` off the address; the Location must not bring it back."""
    with serving() as site:
        secret = canary()
        fields = {
            "username": "alice",
            "password": "wonderland",
            "next": f"/?token={quote(secret, '')}",
        }
        answer, _ = site.told(lambda: site.post("/login", fields))
        assert answer.status == 303
        assert found_in({"the events": json.dumps(site.ear.events).encode()}, secret=secret) == []


@pytest.mark.parametrize("order", ["ours first", "ours last"])
def test_a_foreign_cookie_in_a_second_cookie_header_is_told_by_name_at_most(order: str) -> None:
    """waitress joins two Cookie headers with a comma."""
    with serving() as site:
        secret = f"ck{secrets.token_hex(16)}"
        headers = [site.log_in(), f"theme={secret}"]
        if order == "ours last":
            headers.reverse()
        site.told(lambda: site.get("/profile", *headers))
        assert found_in({"the events": json.dumps(site.ear.events).encode()}, secret=secret) == []


# Keys


def bad_cookies(issued: str) -> dict[str, str]:
    """Refused cookies, and never a genuine one: their ids were not issued."""
    _, stamp, signature = issued.split(".")
    forged = secrets.token_urlsafe(32)
    return {f"{forged}.{stamp}": f"{forged}.{stamp}.{signature}"}


@pytest.mark.parametrize("trace", ["console", "json"])
@pytest.mark.slow
def test_keys_brought_along_and_the_cookies_they_sign_are_never_written(
    nursery: Nursery, trace: str
) -> None:
    old, key = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    (nursery.folder / "brought.keys").write_text(f"{old}\n{key}\n")
    child = nursery.serve("--trace", trace, "--keys", "brought.keys")
    caller = Caller(child.port)
    issued = caller.log_in().partition("=")[2]
    session_id, stamp, signature = issued.split(".")
    assert signature == signature_of(key.encode(), f"{session_id}.{stamp}")
    sent = [issued, *bad_cookies(issued).values(), issued + "=", f'"{issued}"', issued + ".x"]
    sent += [f"{session_id}.{stamp}.{signature_of(old.encode(), f'{session_id}.{stamp}')}"]
    for cookie in sent:
        for pairs in (cookie, f"{cookie}; sandbox_session={issued}", f"{issued}; x={issued}"):
            header = f"sandbox_session={pairs}"
            caller.ask(header, "GET", "/profile", [("Cookie", header)])
    caller.ask("word", "POST", "/word", [("Cookie", f"sandbox_session={issued}"), FORM], b"word=x")
    caller.ask("logout", "POST", "/logout", [("Cookie", f"sandbox_session={issued}")])
    (nursery.folder / "brought.keys").write_text(f"{old}\n")  # rotated while it runs
    caller.ask("rotated", "GET", "/profile", [("Cookie", f"sandbox_session={issued}")])
    assert child.end() == 0
    written = written_by(child)
    assert b"BAD_SIGNATURE" in written["standard output"]
    keys = {
        "key": key,
        "old_key": old,
        "derived": hmac.digest(key.encode(), SALT, "sha256"),
        "old_derived": hmac.digest(old.encode(), SALT, "sha256"),
    }
    assert found_in(written | caller.pages, **keys) == []
    in_cookies: dict[str, str | bytes] = {"session_id": session_id, "issued": issued}
    if trace == "json":  # the screen shows the computed signature of a refused cookie
        in_cookies["signature"] = signature
    assert found_in(written, **in_cookies) == []


@pytest.mark.slow
def test_with_its_own_keys_a_recording_helps_nobody_to_forge(nursery: Nursery) -> None:
    child = nursery.serve("--trace", "json", "--store", "sqlite:sessions.sqlite")
    key, refused = own_key_and_refused(child)
    (signed,) = refused
    assert child.end() == 0
    written = written_by(child)
    assert b"BAD_SIGNATURE" in written["standard output"]
    assert (
        signed.partition(".")[0].encode() in written["standard output"]
    )  # a cookie of ours: in full
    needles = {
        "key": key,
        "derived": hmac.digest(key, SALT, "sha256"),
        "computed": signature_of(key, signed),
    }
    assert found_in(written, **needles) == []


@pytest.mark.slow
def test_with_its_own_keys_the_screen_does_show_what_the_recording_must_not(
    nursery: Nursery,
) -> None:
    """Teaching material, and the proof that the search above looks for the right things."""
    child = nursery.serve("--trace", "console", "--store", "sqlite:sessions.sqlite")
    key, refused = own_key_and_refused(child)
    (signed,) = refused
    assert child.end() == 0
    shown = re.sub(r"\n#\d+ +", "", child.out)  # the derived key stands on two lines
    hay = {"the screen": shown.encode()}
    assert "key (plain) in the screen" in found_in(hay, key=key)
    computed = signature_of(key, signed)
    assert "computed (plain) in the screen" in found_in(hay, computed=computed)
    assert "hex" in str(found_in(hay, derived=hmac.digest(key, SALT, "sha256")))


def own_key_and_refused(child: Child) -> tuple[bytes, dict[str, str]]:
    caller = Caller(child.port)
    issued = caller.log_in().partition("=")[2]
    refused = bad_cookies(issued)
    for cookie in refused.values():
        caller.ask("forged", "GET", "/profile", [("Cookie", f"sandbox_session={cookie}")])
    key = (child.folder / "sessions.sqlite.keys").read_bytes().strip()
    assert signature_of(key, ".".join(issued.split(".")[:2])) == issued.split(".")[2]
    assert found_in(caller.pages, key=key, derived=hmac.digest(key, SALT, "sha256")) == []
    return key, refused


# The search itself, and planted leaks


def test_the_search_finds_a_secret_in_every_shape_at_every_place() -> None:
    secret = canary().encode()
    for shape, written in shapes(secret).items():
        assert len(written) >= 25, shape
        straw = b"before " + written + b" after"
        assert f"secret ({shape}) in it" in found_in({"it": straw}, secret=secret)
    assert found_in({"it": b"nothing", "there": canary().encode()}, secret=secret) == []


@pytest.mark.parametrize("before", range(7))
@pytest.mark.parametrize("after", range(4))
def test_the_search_finds_a_secret_inside_something_longer_in_base64(
    before: int, after: int
) -> None:
    secret = secrets.token_bytes(24)
    longer = secrets.token_bytes(before) + secret + secrets.token_bytes(after)
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        assert found_in({"it": encode(longer).rstrip(b"=")}, secret=secret)


def leaks_in_process(monkeypatch: pytest.MonkeyPatch, given: Canaries) -> list[str]:
    """The same visit to a server in this process, its console and JSON kept in memory."""
    recorded, screen = io.BytesIO(), io.StringIO()
    console = ConsoleTrace(Painter(screen, width=80), gone=lambda: None)
    audience = Audience(console, JSONLines(recorded, gone=lambda: None))
    with serving(audience=audience) as site:
        pages = hand_over(site.port, given)
    console.catch_up()
    audience.close()
    hay = {"json": recorded.getvalue(), "console": screen.getvalue().encode()}
    assert b"BAD_CREDENTIALS" in hay["json"]
    return found_in(hay | but_for_the_echo(pages, given), **names_of(given))


def with_the_password_in_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    careless = stage(
        lane="server", evidence=lambda _outcome, _users, name, word: {"user": None, "typed": word}
    )
    honest = flow.check_password.__wrapped__  # type: ignore[attr-defined]
    named = careless(honest)
    monkeypatch.setattr(flow, "check_password", named)


def test_without_a_leak_nothing_is_found_in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    assert leaks_in_process(monkeypatch, Canaries()) == []


def test_a_password_planted_in_the_evidence_is_found_in_the_recording(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_the_password_in_evidence(monkeypatch)
    assert "password (plain) in json" in leaks_in_process(monkeypatch, Canaries())


def test_a_password_planted_on_the_screen_is_found_in_base64(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_the_password_in_evidence(monkeypatch)
    encoded = lambda _outcome, seen: base64.b64encode(b"ab" + seen["typed"].encode()).decode()  # noqa: E731
    monkeypatch.setitem(words.WORDS, "check_password", encoded)
    assert any(
        each.startswith("password (base64") and each.endswith("in console")
        for each in leaks_in_process(monkeypatch, Canaries())
    )


def test_a_foreign_cookie_planted_in_the_events_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CookieSettings, "name", "theme")  # now that one counts as ours
    given = Canaries()
    recorded = io.BytesIO()
    bricks = lay_bricks()
    with serving(bricks, audience=Audience(JSONLines(recorded, gone=lambda: None))) as site:
        site.told(lambda: site.get("/profile", f"theme={given.cookie_value}"))
    assert found_in({"json": recorded.getvalue()}, cookie=given.cookie_value) != []
