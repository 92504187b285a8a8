"""The inspector's web server: who may look, and what an answer never says."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from sandbox.serving.live import LiveServer
from sandbox.trace.inspector.app import PAGE, Inspector
from sandbox.trace.inspector.buffer import Buffer
from tests.trace.scenes import SCENES
from tests.wire.raw_http import Answer, exchange, message

TOKEN = "the-token-of-this-run"


class Page:
    """An inspector at a port of its own, with one scene in its buffer."""

    def __init__(self) -> None:
        buffer = Buffer()
        for event in SCENES["OK"]:
            buffer(event)
        self.server = LiveServer(Inspector(buffer, TOKEN, {"localhost", "127.0.0.1"}), 0).start()

    def ask(self, target: str, method: str = "GET", **headers: str) -> Answer:
        port = self.server.port
        return exchange(port, message(port, method, target, list(headers.items())))


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    page = Page()
    yield page
    page.server.stop()


def test_whoever_knows_the_token_gets_the_page(page: Page) -> None:
    answer = page.ask(f"/{TOKEN}/")
    assert answer.status == 200
    assert answer.one("Content-Type") == "text/html; charset=UTF-8"
    assert "<title>Login Sandbox: inspector</title>" in answer.text


def test_the_trace_is_told_from_where_somebody_was(page: Page) -> None:
    whole = json.loads(page.ask(f"/{TOKEN}/trace?after=0").text)
    assert [event["type"] for event in whole["events"]] == [event["type"] for event in SCENES["OK"]]
    rest = json.loads(page.ask(f"/{TOKEN}/trace?after=1").text)
    assert rest["events"] == whole["events"][1:]


@pytest.mark.parametrize("after", ["", "x", "-1", "1e3", "9" * 5000, "%00", "%c2%b2"])
def test_a_number_that_is_none_begins_at_the_beginning(page: Page, after: str) -> None:
    told = json.loads(page.ask(f"/{TOKEN}/trace?after={after}").text)
    assert len(told["events"]) == len(SCENES["OK"])


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/", 403),
        ("/trace?after=0", 403),
        (f"/{TOKEN[:-1]}/", 403),
        (f"/{TOKEN}x/trace", 403),
        (f"/{TOKEN.upper()}/", 403),
        ("/%c3%a9/", 403),
        ("//", 403),
        (f"/{TOKEN}/app.py", 404),
        (f"/{TOKEN}/../app.py", 404),
        (f"/{TOKEN}/..%2fapp.py", 404),
        (f"/{TOKEN}/style.css/", 404),
        (f"/{TOKEN}/%00", 404),
    ],
)
def test_without_the_token_or_the_name_of_a_file_there_is_a_sentence_alone(
    page: Page, target: str, status: int
) -> None:
    answer = page.ask(target)
    assert answer.status == status
    assert answer.text.startswith(f"{status} ")
    assert TOKEN not in answer.text


def test_a_foreign_host_sees_nothing_even_with_the_token(page: Page) -> None:
    """DNS rebinding: CVE-2018-14505."""
    for host in ("evil.example", f"evil.example:{page.server.port}", "localhost.evil.example", ""):
        answer = page.ask(f"/{TOKEN}/trace?after=0", Host=host)
        assert answer.status == 403
        assert "events" not in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(page: Page, method: str) -> None:
    answer = page.ask(f"/{TOKEN}/", method)
    assert answer.status == 405
    assert answer.one("Allow") == "GET, POST"


def test_every_answer_has_a_strict_policy_and_no_cookie(page: Page) -> None:
    for target in (f"/{TOKEN}/", f"/{TOKEN}/trace?after=0", "/", f"/{TOKEN}/main.js"):
        answer = page.ask(target)
        policy = answer.one("Content-Security-Policy").split("; ")
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in answer.one("Content-Security-Policy")
        assert answer.one("Referrer-Policy") == "no-referrer"
        assert answer.one("Cache-Control") == "no-store"
        assert answer.all("Set-Cookie") == []
        assert answer.all("Access-Control-Allow-Origin") == []


def test_nothing_of_the_page_comes_from_elsewhere_or_stands_inline() -> None:
    for file in PAGE.iterdir():
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http:" not in text
        assert "https:" not in text
        assert "innerHTML" not in text
    page = (PAGE / "index.html").read_text(encoding="utf-8")
    assert "<style" not in page
    assert " style=" not in page
    assert page.count("<script") == page.count('<script type="module" src="')


def test_the_page_is_smaller_than_100_kb() -> None:
    assert sum(len(file.read_bytes()) for file in PAGE.iterdir()) < 100_000
