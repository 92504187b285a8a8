"""A store that fails in the middle of a request: 503, the cookie kept, the next request fine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.login.refusals import StoreDown
from sandbox.login.stores import SessionStore
from sandbox.login.stores.memory import MemoryStore
from sandbox.login.stores.sqlite import SQLiteStore
from tests.conftest import HandClock
from tests.wire.raw_http import ACCOUNTS, Answer, Site, lay_bricks, serving

ADVICE = "Try again in a moment. If your browser has a cookie, it is kept."
TEN_MINUTES = 600.0  # half of the idle limit: the visit is to be written down


class Moody:
    """A store of which some calls fail for a while."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store
        self.fails: tuple[str, ...] = ()

    def __getattr__(self, call: str) -> Any:
        if call in self.fails:
            raise StoreDown(store="moody", error="OperationalError")
        return getattr(self._store, call)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Moody]:
    kept = MemoryStore() if request.param == "memory" else SQLiteStore(tmp_path / "s.sqlite")
    yield Moody(kept)
    kept.close()


@pytest.fixture
def site(store: Moody, clock: HandClock) -> Iterator[Site]:
    with serving(lay_bricks(store=store, clock=clock)) as site:
        yield site


@pytest.fixture
def alice(site: Site) -> str:
    """Somebody with a word, who has read what was said about it."""
    cookie = site.log_in("alice")
    site.post("/word", {"word": "tulip"}, cookie=cookie)
    site.get("/profile", cookie)
    return cookie


def log_in_as(name: str) -> dict[str, str]:
    return {"username": name, "password": ACCOUNTS[name]}


Request = Callable[[Site, str], Answer]
REQUESTS: dict[str, Request] = {
    "home": lambda site, cookie: site.get("/", cookie),
    "login form": lambda site, cookie: site.get("/login", cookie),
    "profile": lambda site, cookie: site.get("/profile", cookie),
    "api": lambda site, cookie: site.get("/api/me", cookie),
    "word": lambda site, cookie: site.post("/word", {"word": "rose"}, cookie=cookie),
    "login again": lambda site, cookie: site.post("/login", log_in_as("alice"), cookie=cookie),
    "another login": lambda site, cookie: site.post("/login", log_in_as("bob"), cookie=cookie),
    "login of a stranger": lambda site, _: site.post("/login", log_in_as("alice")),
    "logout": lambda site, cookie: site.post("/logout", cookie=cookie),
    "logout everywhere": lambda site, cookie: site.post("/logout/everywhere", cookie=cookie),
}
WITH_A_COOKIE = [name for name in REQUESTS if name != "login of a stranger"]
NEEDED = [
    *[("find", name) for name in WITH_A_COOKIE],
    ("all_of", "profile"),
    ("write", "word"),
    ("sweep", "login of a stranger"),
    ("create", "login of a stranger"),
    ("sweep", "login again"),
    ("replace", "login again"),
    ("delete", "another login"),
    ("create", "another login"),
    ("delete", "logout"),
    ("delete_all_of", "logout everywhere"),
]


@pytest.mark.parametrize(("call", "name"), NEEDED)
def test_a_request_that_needs_it_is_refused_and_the_next_one_is_fine(
    site: Site, store: Moody, alice: str, call: str, name: str
) -> None:
    store.fails = (call,)
    answer, told = site.told(lambda: REQUESTS[name](site, alice))
    store.fails = ()
    assert (answer.status, told["verdict"]) == (503, "STORE_DOWN")
    assert answer.all("Set-Cookie") == []
    assert told["set_cookie"] == []
    assert site.get("/api/me", alice).text == '{"user": "alice", "word": "tulip"}'
    assert REQUESTS[name](site, alice).status in (200, 303)


def test_the_page_says_what_to_do_and_a_script_is_told_the_code(
    site: Site, store: Moody, alice: str
) -> None:
    store.fails = ("find",)
    assert ADVICE in site.get("/profile", alice).text
    assert json.loads(site.get("/api/me", alice).body)["error"]["code"] == "STORE_DOWN"


def test_strangers_are_served_while_no_session_can_be_looked_up(site: Site, store: Moody) -> None:
    store.fails = ("find",)
    for path in ("/", "/login", "/static/style.css"):
        assert site.get(path).status == 200
    assert site.post("/login", log_in_as("bob")).status == 303


@pytest.mark.parametrize("name", ["logout", "logout everywhere"])
def test_a_logout_that_could_not_delete_does_not_pretend(
    site: Site, store: Moody, alice: str, name: str
) -> None:
    """Dropping the cookie would look like a logout, while a copy of it would still open."""
    store.fails = ("delete", "delete_all_of")
    refused = REQUESTS[name](site, alice)
    assert (refused.status, refused.all("Set-Cookie")) == (503, [])
    assert "logged out" not in refused.text
    store.fails = ()
    done = REQUESTS[name](site, alice)
    assert (done.status, done.one("Set-Cookie").split(";")[0]) == (303, "sandbox_session=")
    assert json.loads(site.get("/api/me", alice).body)["error"]["code"] == "UNKNOWN_SESSION"


@pytest.mark.parametrize("name", ["home", "login form", "profile", "api"])
def test_a_visit_that_cannot_be_written_down_goes_on(
    site: Site, store: Moody, clock: HandClock, alice: str, name: str
) -> None:
    clock.now += TEN_MINUTES
    store.fails = ("touch",)
    answer, told = site.told(lambda: REQUESTS[name](site, alice))
    assert (answer.status, told["verdict"]) == (200, "OK")
    checked = [event for event in site.ear.events if event.get("stage") == "check_limits"]
    assert checked[-1]["evidence"]["touch"] == "failed"


def test_the_next_visit_is_written_down_in_its_place(
    site: Site, store: Moody, clock: HandClock, alice: str
) -> None:
    """18 and then 6 minutes of silence: without the visit between them 20 would have passed."""
    clock.now += 18 * 60
    store.fails = ("touch",)
    assert site.get("/api/me", alice).status == 200
    store.fails = ()
    assert site.get("/api/me", alice).status == 200
    clock.now += 6 * 60
    assert site.get("/api/me", alice).status == 200


@pytest.mark.parametrize("path", ["/", "/profile"])
def test_a_message_that_cannot_be_marked_as_read_is_shown_again(
    site: Site, store: Moody, path: str
) -> None:
    """Or a full disk would shut out whoever has just written a word."""
    cookie = site.log_in("alice")
    site.post("/word", {"word": "tulip"}, cookie=cookie)
    store.fails = ("write",)
    for _ in range(2):
        answer = site.get(path, cookie)
        assert answer.status == 200
        assert "Your word is saved" in answer.text
    store.fails = ()
    assert "Your word is saved" in site.get(path, cookie).text
    assert "Your word is saved" not in site.get(path, cookie).text


def test_a_store_that_fails_says_nothing_at_the_terminal(
    site: Site, store: Moody, alice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every refusal stands in the trace, with its code; standard error is for what is new."""
    store.fails = ("find",)
    for _ in range(3):
        site.get("/profile", alice)
    assert capsys.readouterr().err == ""
