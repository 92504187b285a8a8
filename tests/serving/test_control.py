"""What the inspector's page may order: done with real parts, and every odd order is a sentence."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.login.flow import Bricks, log_in, recognise
from sandbox.login.keys import MemoryKeys
from sandbox.login.refusals import UnknownSession
from sandbox.login.server import make_app
from sandbox.login.sessions import Limits
from sandbox.login.signing import SessionSigner
from sandbox.login.stores import Session, SessionStore
from sandbox.login.stores.memory import MemoryStore
from sandbox.login.stores.sqlite import SQLiteStore
from sandbox.serving.control import Control
from sandbox.serving.live import LiveServer
from sandbox.serving.replay import AT_A_TIME
from sandbox.serving.session_table import MOST_ROWS, Handles
from sandbox.serving.traced import traced
from sandbox.trace.inspector.orders import Unable
from tests.conftest import HandClock
from tests.one_redis import redis_store
from tests.wire.raw_http import FORM, exchange, message, until

KEY = b"a test key"
SALT = b"login-sandbox.session"
# The table of DESIGN: issued by us? still alive?
LAMPS = {
    "OK": ("yes", "yes"),
    "MALFORMED": ("no", "not_asked"),
    "BAD_SIGNATURE": ("no", "not_asked"),
    "EXPIRED": ("yes", "not_asked"),
    "UNKNOWN_SESSION": ("yes", "no"),
    "IDLE_TIMEOUT": ("yes", "no"),
    "ABSOLUTE_TIMEOUT": ("yes", "no"),
}
CODES = {
    "as it is": "OK",
    "one character changed": "BAD_SIGNATURE",
    "a newer key signs, this one is still listed": "OK",
    "its key was retired": "BAD_SIGNATURE",
    "checked with another salt": "BAD_SIGNATURE",
    "the signature removed": "MALFORMED",
    "after silence longer than the idle limit": "IDLE_TIMEOUT",
    "never silent, but past the lifetime": "ABSOLUTE_TIMEOUT",
    "past the cookie's age": "EXPIRED",
    "after logout": "UNKNOWN_SESSION",
    "restart, memory store: the key is gone, too": "BAD_SIGNATURE",
    "an hour later": "IDLE_TIMEOUT",
}
NOT_TEXTS = [None, 7, [], {}, True]
Lay = Callable[..., Bricks]
Event = dict[str, Any]


class BroughtKeys(MemoryKeys):
    brought = True


class Desk:
    """Somebody at the page: alice is logged in, and orders are given one by one."""

    def __init__(self, bricks: Bricks) -> None:
        self.bricks = bricks
        self.control = Control(bricks)
        header = log_in(bricks, "alice", "wonderland", "127.0.0.1", None)
        self.cookie = header.partition(";")[0].partition("=")[2]
        self.session_id = self.cookie.partition(".")[0]

    def order(self, name: str, **fields: Any) -> dict[str, Any]:
        told = self.control.orders[name](fields)
        json.dumps(told)  # it goes to the page
        return told

    def refused(self, name: str, **fields: Any) -> str:
        with pytest.raises(Unable) as refusal:
            self.control.orders[name](fields)
        return str(refusal.value)

    def what_ifs(self, cookie: str = "") -> dict[str, Any]:
        told = self.order("what_if", cookie=cookie or self.cookie, circumstance="")
        return {each.pop("circumstance"): each for each in told["answers"]}

    def rows(self) -> list[dict[str, Any]]:
        return list(self.order("sessions")["rows"])

    def asks(self, cookie: str) -> str:
        """The user whom the server recognises by this cookie."""
        return str(recognise(self.bricks, f"{self.bricks.cookie.name}={cookie}").user)


@pytest.fixture
def desk(bricks: Lay) -> Desk:
    return Desk(bricks())


class Watched(Desk):
    """The same, with the login server running and its trace written down."""

    def __init__(self, bricks: Bricks) -> None:
        super().__init__(bricks)
        self.events: list[Event] = []
        self.server = LiveServer(traced(make_app(bricks), bricks, self.events.append), 0).start()
        self.control.listens_at(self.server.port)

    def requests(self) -> list[Event]:
        return [event for event in list(self.events) if event["type"] == "request"]

    def run_of(self, visitor: str) -> tuple[Event, Event]:
        """The request and the response that the trace tells of this visitor."""

        def found() -> list[Event]:
            return [e for e in self.requests() if e["visitor"].split("·")[0] == visitor]

        until(lambda: bool(found()))
        (request,) = found()
        until(lambda: bool(self._response(request)))
        return request, self._response(request)[0]

    def _response(self, request: Event) -> list[Event]:
        its = [event for event in list(self.events) if event["id"] == request["id"]]
        return [event for event in its if event["type"] == "response"]


@pytest.fixture
def watched(bricks: Lay) -> Iterator[Watched]:
    watched = Watched(bricks())
    yield watched
    watched.server.stop()


def changed_at(value: str, at: int) -> str:
    return value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1 :]


def stamped(session_id: str, octets: bytes, key: bytes = KEY) -> str:
    """A cookie by the standard library's HMAC, as the documentation of itsdangerous has it."""
    signed = f"{session_id}.{text_of(octets)}"
    derived = hmac.new(key, SALT, hashlib.sha256).digest()
    return f"{signed}.{text_of(hmac.new(derived, signed.encode(), hashlib.sha256).digest())}"


def text_of(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


# --- replay


def test_the_cookie_as_changed_is_sent_to_this_server(watched: Watched) -> None:
    changed = changed_at(watched.cookie, -20)
    visitor = watched.order("replay", path="/profile", cookie=changed)["visitor"]
    request, response = watched.run_of(visitor)
    assert (request["method"], request["path"]) == ("GET", "/profile")
    name = watched.bricks.cookie.name
    assert request["cookies"] == [{"name": name, "ours": True, "value": changed}]
    assert (response["verdict"], response["status"]) == ("BAD_SIGNATURE", 303)


def test_a_cookie_sent_unchanged_opens_what_it_opened(watched: Watched) -> None:
    visitor = watched.order("replay", path="/api/me", cookie=watched.cookie)["visitor"]
    _, response = watched.run_of(visitor)
    assert (response["verdict"], response["status"]) == ("OK", 200)


def test_a_replay_is_never_a_post(watched: Watched) -> None:
    fields = {"path": "/logout", "cookie": watched.cookie, "method": "POST"}
    request, response = watched.run_of(watched.order("replay", **fields)["visitor"])
    assert (request["method"], response["status"]) == ("GET", 405)
    assert watched.asks(watched.cookie) == "alice"


def test_each_run_is_found_while_forty_browsers_log_in(watched: Watched) -> None:
    port = watched.server.port
    form = b"username=alice&password=wonderland"
    posted = message(port, "POST", "/login", [FORM, ("User-Agent", "Chrome/1")], form)
    changed = [changed_at(watched.cookie, -at) for at in range(5, 25)]

    def replay(cookie: str) -> tuple[str, str]:
        visitor: str = watched.order("replay", path="/profile", cookie=cookie)["visitor"]
        watched.run_of(visitor)
        return visitor, cookie

    with ThreadPoolExecutor(40) as browsers, ThreadPoolExecutor(4) as pages:
        logins = [browsers.submit(exchange, port, posted) for _ in range(40)]
        runs = list(pages.map(replay, changed))
        assert {login.result().status for login in logins} == {303}
    sent = [watched.run_of(visitor)[0]["cookies"][0]["value"] for visitor, _ in runs]
    assert sent == changed
    assert len({visitor for visitor, _ in runs}) == len(changed)


@pytest.mark.parametrize(
    "path",
    [
        *NOT_TEXTS,
        "",
        "profile",
        "//evil.example/",
        "http://evil.example/",
        "/\\evil.example",
        "/profile HTTP/1.1\r\nX: y",
        "/a\nb",
        "/a b",
        "/\x00",
        "/ä",
        "/profile#part",
        "/static/style.css",
        "/favicon.ico",
        "/" + "x" * 2000,
    ],
)
def test_only_a_path_of_this_server_is_asked(path: Any, watched: Watched) -> None:
    assert watched.refused("replay", path=path, cookie=watched.cookie).endswith(".")
    assert watched.requests() == []


@pytest.mark.parametrize(
    "cookie",
    [
        *NOT_TEXTS,
        "",
        "a b",
        "a;b",
        "a,b",
        "a\r\nX: y",
        '"a"',
        "a\\b",
        "ä.b.c",
        "\ud800",
        "x" * 4097,
    ],
)
def test_only_what_a_cookie_can_carry_is_sent(cookie: Any, watched: Watched) -> None:
    for name in ("replay", "what_if"):
        said = watched.refused(name, path="/profile", circumstance="", cookie=cookie)
        assert said.endswith(".")
    assert watched.requests() == []


def test_a_login_server_that_does_not_listen_is_a_sentence(desk: Desk) -> None:
    fields = {"path": "/profile", "cookie": desk.cookie}
    assert "does not listen yet" in desk.refused("replay", **fields)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        desk.control.listens_at(nobody.getsockname()[1])
        for _ in range(AT_A_TIME + 1):
            assert "does not answer" in desk.refused("replay", **fields)


def test_nobody_waits_for_an_answer_and_no_crowd_of_them_is_begun(desk: Desk) -> None:
    """In step mode an answer comes when somebody steps on."""
    fields = {"path": "/profile", "cookie": desk.cookie}
    with socket.create_server(("127.0.0.1", 0), backlog=AT_A_TIME) as silent:
        desk.control.listens_at(silent.getsockname()[1])
        for _ in range(AT_A_TIME):
            desk.order("replay", **fields)
        assert "have no answer yet" in desk.refused("replay", **fields)
        for _ in range(AT_A_TIME):
            silent.accept()[0].close()
        until(lambda: _is_done(desk, fields))


def _is_done(desk: Desk, fields: dict[str, str]) -> bool:
    try:
        return bool(desk.order("replay", **fields))
    except Unable:
        return False


# --- what if


def test_every_circumstance_has_its_code_and_its_lamps(desk: Desk) -> None:
    answers = desk.what_ifs()
    assert {name: each["code"] for name, each in answers.items()} == CODES
    for each in answers.values():
        assert (each["issued"], each["alive"]) == LAMPS[each["code"]]


@pytest.mark.parametrize("circumstance", CODES)
def test_one_circumstance_is_answered_alone(circumstance: str, desk: Desk) -> None:
    told = desk.order("what_if", cookie=desk.cookie, circumstance=circumstance)
    assert [(each["circumstance"], each["code"]) for each in told["answers"]] == [
        (circumstance, CODES[circumstance])
    ]


def test_a_row_that_is_gone_counts_as_gone(desk: Desk) -> None:
    desk.bricks.store.delete(desk.session_id)
    answers = desk.what_ifs()
    assert answers["as it is"]["code"] == "UNKNOWN_SESSION"
    assert answers["an hour later"]["code"] == "UNKNOWN_SESSION"
    assert answers["past the cookie's age"]["code"] == "EXPIRED"


def test_whatever_a_cookie_is_there_is_an_answer(desk: Desk) -> None:
    for cookie in (".", "a", "...", "a.b.", "<script>alert(1)</script>", "x" * 4096):
        codes = {each["code"] for each in desk.what_ifs(cookie).values()}
        assert codes <= {"MALFORMED", "BAD_SIGNATURE"}


def test_a_what_if_leaves_clock_keys_and_rows_as_they_are(desk: Desk, clock: HandClock) -> None:
    ring, store = desk.bricks.signer.keys, desk.bricks.store
    before = clock.now, ring.current(), store.all_of("alice")
    desk.what_ifs()
    assert (clock.now, ring.current(), store.all_of("alice")) == before


@pytest.mark.parametrize("circumstance", [*NOT_TEXTS, "tomorrow", "x" * 81])
def test_an_unknown_circumstance_is_a_sentence(circumstance: Any, desk: Desk) -> None:
    said = desk.refused("what_if", cookie=desk.cookie, circumstance=circumstance)
    assert said.endswith(".")


def test_a_time_beyond_the_calendar_is_a_sentence(desk: Desk) -> None:
    """Whoever reads the key on the page can sign such a time."""
    strange = stamped(desk.session_id, b"\xff" * 8)
    assert "beyond the calendar" in desk.refused("what_if", cookie=strange, circumstance="")
    assert desk.order("verify", cookie=strange)["code"] == "EXPIRED"
    assert desk.order("decode", cookie=strange)["issued_at"] == 2**64 - 1


# --- decode, verify, re-sign


def test_decoding_takes_apart_what_everybody_can_read(desk: Desk) -> None:
    octets = (1_800_000_000).to_bytes(4, "big")
    told = desk.order("decode", cookie=f"an-id.{text_of(octets)}.a-stamp")
    assert told == {
        "id": "an-id",
        "timestamp": text_of(octets),
        "stamp": "a-stamp",
        "issued_at": 1_800_000_000,
        "covered": len("an-id.") + len(text_of(octets)),
    }


def test_decoding_asks_for_no_key(desk: Desk) -> None:
    class Locked:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(f"the signer was asked: {name}")

    bricks = replace(desk.bricks, signer=Locked())  # type: ignore[arg-type]
    assert Control(bricks).orders["decode"]({"cookie": desk.cookie})["id"] == desk.session_id


def test_verifying_says_what_the_signer_says(desk: Desk, clock: HandClock) -> None:
    cookie = desk.cookie
    assert told_of(desk, cookie) == ("OK", "yes", "not_asked")
    assert told_of(desk, changed_at(cookie, -20)) == ("BAD_SIGNATURE", "no", "not_asked")
    clock.now += Limits.cookie_age + 1
    assert told_of(desk, cookie) == ("EXPIRED", "yes", "not_asked")


def told_of(desk: Desk, cookie: str) -> tuple[str, str, str]:
    told = desk.order("verify", cookie=cookie)
    assert told["says"].endswith(".")
    return told["code"], told["issued"], told["alive"]


def test_a_cookie_signed_anew_is_what_hmac_of_the_standard_library_makes(
    desk: Desk, clock: HandClock
) -> None:
    forged = changed_at(desk.cookie, -20)
    clock.now += 100
    told = desk.order("re_sign", cookie=forged)
    octets = int(clock.now).to_bytes(4, "big")
    assert told["cookie"] == stamped(desk.session_id, octets)
    assert (told["before"], told["code"]) == ("BAD_SIGNATURE", "OK")
    assert desk.asks(told["cookie"]) == "alice"


def test_nothing_is_signed_with_keys_that_were_brought_along(bricks: Lay, clock: HandClock) -> None:
    desk = Desk(bricks(signer=SessionSigner(BroughtKeys(KEY), clock, Limits.cookie_age)))
    assert "keys that you brought along" in desk.refused("re_sign", cookie=desk.cookie)
    assert desk.order("verify", cookie=desk.cookie)["code"] == "OK"


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        *((odd, "sent no text") for odd in NOT_TEXTS),
        ("", "an empty value"),
        ("   ", "nothing but white space"),
        (" {cookie}", "white space around it"),
        ('"{cookie}"', "a value in quotes"),
        ("sandbox_session={cookie}", "a cookie with its name"),
        ("Cookie: a=b; sandbox_session={cookie}", "a whole Cookie line"),
        ("Set-Cookie: sandbox_session={cookie}; Path=/", "a whole Set-Cookie line"),
        ("<script>alert(1)</script>", "nothing known here"),
        ("a.<script> x.b", "something that no cookie can carry"),
        ("one.two", "three parts"),
        ("a.b.c\ud800", "no cookie can carry"),
        ("a." + "b" * 5000 + ".c", "at most 4,096 bytes"),
        ("x" * 102_400, "at most 32,768"),
    ],
)
def test_what_is_no_cookie_is_a_sentence(pasted: Any, said: str, desk: Desk) -> None:
    text = pasted.replace("{cookie}", desk.cookie) if isinstance(pasted, str) else pasted
    for name in ("decode", "verify", "re_sign"):
        refused = desk.refused(name, cookie=text)
        assert said in refused
        assert refused.endswith((".", f"to paste: {desk.cookie}"))
        assert len(refused) < 600


# --- the session table


def _memory(folder: Path) -> SessionStore:
    return MemoryStore()


def _sqlite(folder: Path) -> SessionStore:
    return SQLiteStore(folder / "sessions.sqlite")


@pytest.fixture(params=[_memory, _sqlite, redis_store])
def stored(request: pytest.FixtureRequest, bricks: Lay, tmp_path: Path) -> Iterator[Desk]:
    """The desk on each of the stores."""
    store = request.param(tmp_path)
    yield Desk(bricks(store=store))
    store.close()


def test_the_table_tells_each_row_without_its_id(stored: Desk, clock: HandClock) -> None:
    began = clock.now
    clock.now += 50
    log_in(stored.bricks, "bob", "builder", "127.0.0.1", None)
    told = stored.order("sessions")
    assert (told["count"], told["now"]) == (2, clock.now)
    assert [(row["user"], row["began"], row["seen"]) for row in told["rows"]] == [
        ("bob", clock.now, clock.now),
        ("alice", began, began),
    ]
    ids = [row.id for user in ("alice", "bob") for row in stored.bricks.store.all_of(user)]
    assert not [each for each in ids if each in json.dumps(told)]
    shown = f"{stored.session_id[:4]}…{stored.session_id[-2:]}"
    assert told["rows"][1]["id"] == shown


def test_an_id_is_told_when_it_is_to_be_revealed(stored: Desk) -> None:
    (row,) = stored.rows()
    assert stored.order("reveal", handle=row["handle"]) == {"id": stored.session_id}


def test_a_deleted_row_leaves_a_valid_signature_without_a_session(stored: Desk) -> None:
    assert stored.asks(stored.cookie) == "alice"
    (row,) = stored.rows()
    stored.order("delete_row", handle=row["handle"])
    with pytest.raises(UnknownSession) as refusal:
        stored.asks(stored.cookie)
    assert (refusal.value.issued, refusal.value.alive) == ("yes", "no")
    assert stored.order("verify", cookie=stored.cookie)["code"] == "OK"
    assert stored.rows() == []
    assert "no such row" in stored.refused("delete_row", handle=row["handle"])


def test_of_many_rows_the_newest_are_told_and_all_are_counted(desk: Desk, clock: HandClock) -> None:
    for number in range(1, 251):
        desk.bricks.store.create(Session(f"id-{number}", "bob", clock.now, clock.now + number))
    told = desk.order("sessions")
    assert told["count"] == 251
    seen = [row["seen"] - clock.now for row in told["rows"]]
    assert seen == list(range(250, 250 - MOST_ROWS, -1))


@pytest.mark.parametrize("handle", [*NOT_TEXTS, "", "x", "x" * 65, "../.."])
def test_an_unknown_handle_is_a_sentence(handle: Any, desk: Desk) -> None:
    desk.rows()
    for name in ("reveal", "delete_row"):
        assert desk.refused(name, handle=handle).endswith(".")
    assert "is not known" in desk.refused("delete_row", handle=desk.session_id)
    assert desk.asks(desk.cookie) == "alice"


def test_with_keys_that_were_brought_along_no_id_is_told(bricks: Lay, clock: HandClock) -> None:
    desk = Desk(bricks(signer=SessionSigner(BroughtKeys(KEY), clock, Limits.cookie_age)))
    (row,) = desk.rows()
    assert "their ends only" in desk.refused("reveal", handle=row["handle"])
    assert desk.order("delete_row", handle=row["handle"])


def test_a_row_keeps_its_handle_and_of_too_many_the_oldest_is_forgotten() -> None:
    handles = Handles(most=2)
    first, second = handles.of("a"), handles.of("b")
    assert handles.of("a") == first
    handles.of("c")
    assert handles.id_of(first) == "a"
    with pytest.raises(Unable):
        handles.id_of(second)


def test_handles_hold_while_many_ask_at_once(often_switched: None) -> None:
    handles = Handles(most=100)
    names = [f"id-{number}" for number in range(100)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: [handles.of(name) for name in names], range(16)))
    assert all(each == found[0] for each in found)
    assert [handles.id_of(handle) for handle in found[0]] == names


def test_a_store_that_is_down_is_a_sentence(bricks: Lay, tmp_path: Path) -> None:
    desk = Desk(bricks(store=_sqlite(tmp_path)))
    (row,) = desk.rows()
    desk.bricks.store.close()
    orders = [
        ("sessions", {}),
        ("delete_row", {"handle": row["handle"]}),
        ("what_if", {"cookie": desk.cookie, "circumstance": ""}),
    ]
    for name, fields in orders:
        assert "store does not answer" in desk.refused(name, **fields)
