"""Whoever watches must not break what is watched, and goes on watching when something breaks."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.login.keys import MemoryKeys
from sandbox.login.refusals import StoreDown
from sandbox.login.signing import SessionSigner
from sandbox.login.stores import Session
from sandbox.login.stores.memory import MemoryStore
from sandbox.serving.clock import Clock
from sandbox.trace.audience import Audience
from sandbox.trace.console import ConsoleTrace
from sandbox.trace.painter import Painter
from sandbox.trace.recorder import JSONLines
from tests.wire.raw_http import Answer, Site, lay_bricks, serving

CALLS = (
    "find",
    "touch",
    "create",
    "replace",
    "delete",
    "delete_all_of",
    "all_of",
    "write",
    "sweep",
)


class FailingStore(MemoryStore):
    """Works until one of its calls is told to fail."""

    fails = ""
    error: Exception = StoreDown(store="broken on purpose", error="OperationalError")

    def __getattribute__(self, name: str) -> Any:
        if name in CALLS and name == object.__getattribute__(self, "fails"):
            raise self.error
        return super().__getattribute__(name)


def requests(site: Site, cookie: str, *others: str) -> list[Answer]:
    """One of each kind that asks the store for something."""
    right = {"username": "alice", "password": "wonderland"}
    return [
        site.get("/profile", cookie),
        site.post("/word", {"word": "tulip"}, cookie=cookie),
        site.post("/login", right),
        site.post("/logout", cookie=cookie),
        site.post("/logout/everywhere", cookie=others[0]),
        site.post("/login", right, cookie=others[1]),
    ]


class Watched:
    """A server whose console and recording can be begun afresh."""

    def __init__(self) -> None:
        self.store = FailingStore()
        self.begin()

    def begin(self) -> None:
        self.recorded, self.screen = io.BytesIO(), io.StringIO()
        self.console = ConsoleTrace(Painter(self.screen, width=80), gone=lambda: None)
        recording = JSONLines(self.recorded, gone=lambda: None)
        self.audience = Audience(self.console, recording)

    def wants(self, request_id: int) -> bool:
        return self.audience.wants(request_id)

    def __call__(self, event: dict[str, Any]) -> None:
        self.audience.tell(event)

    def close(self) -> None:
        self.audience.close()


@pytest.fixture(scope="module")
def watched() -> Iterator[tuple[Watched, Site]]:
    watched = Watched()
    with serving(lay_bricks(store=watched.store), audience=Audience(watched)) as site:
        yield watched, site


@pytest.mark.parametrize("error", [FailingStore.error, RuntimeError("a bug")], ids=["down", "bug"])
@pytest.mark.parametrize("call", CALLS)
def test_every_request_is_traced_to_its_end_whatever_the_store_does(
    watched: tuple[Watched, Site],
    call: str,
    error: Exception,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen, site = watched
    cookies = [site.log_in(each) for each in ("alice", "bob", "bob")]
    site.told(lambda: site.get("/"))
    seen.begin()
    seen.store.error, seen.store.fails = error, call
    answers = requests(site, *cookies)
    seen.store.fails = ""
    last, _ = site.told(lambda: site.get("/"))
    seen.console.catch_up(2)
    seen.audience.close()
    assert {answer.status for answer in answers} <= {200, 303, 500, 503}
    said = capsys.readouterr().err
    assert "is switched off" not in said
    events = [json.loads(line) for line in seen.recorded.getvalue().splitlines()]
    told = [event["status"] for event in events if event["type"] == "response"]
    assert told == [*(answer.status for answer in answers), last.status]
    cards = re.findall(r"^#\d+ (?:→|->) \d", seen.screen.getvalue(), re.MULTILINE)
    assert len(cards) == len(told)


def test_own_keys_that_are_no_text_break_nothing() -> None:
    clock = Clock()
    signer = SessionSigner(MemoryKeys(b"\xff\xfe binary \x80"), clock, 86400)
    with serving(lay_bricks(signer=signer, clock=clock)) as site:
        assert site.get("/api/me", site.log_in()).status == 200


def test_a_listener_that_fails_breaks_no_request(capsys: pytest.CaptureFixture[str]) -> None:
    class Deaf:
        def wants(self, request_id: int) -> bool:
            return True

        def __call__(self, event: dict[str, Any]) -> None:
            raise RuntimeError("deaf on purpose")

        def close(self) -> None:
            """Nothing to let go of."""

    audience = Audience(Deaf())
    with serving(audience=audience) as site:
        assert site.get("/api/me", site.log_in()).status == 200
        assert site.get("/").status == 200
    assert capsys.readouterr().err.count("is switched off") == 1


def test_a_session_of_somebody_unknown_is_traced_like_any_other() -> None:
    bricks = lay_bricks()
    now = bricks.clock()
    bricks.store.create(Session("someone", "carol", now, now))
    with serving(bricks) as site:
        cookie = f"sandbox_session={bricks.signer.sign('someone')}"
        answer, told = site.told(lambda: site.get("/api/me", cookie))
    assert (answer.status, told["verdict"]) == (401, "UNKNOWN_USER")
    assert told["lamps"] == {"issued": "yes", "alive": "yes"}
