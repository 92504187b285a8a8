"""A recording answers as the server did, says what it is, and makes nothing up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.serving.live import LiveServer
from sandbox.tutor.recorded import Recorded
from sandbox.tutor.visitor import Visitor
from tests.conftest import HandClock
from tests.lessons.recorded import RECORDED
from tests.tutor.express_walk import EXPRESS_COOKIE, STEPS, walking
from tests.wire.raw_http import exchange, message

A_RECORDING = "A recording."
FORM = {"username": "alice", "password": "wonderland"}


@pytest.fixture
def url() -> Iterator[str]:
    live = LiveServer(Recorded(RECORDED), port=0).start()
    yield live.url
    live.stop()


@pytest.fixture
def alice(url: str, clock: HandClock) -> Iterator[Visitor]:
    visitor = Visitor("alice", url, clock)
    yield visitor
    visitor.close()


def test_the_steps_that_were_recorded_are_answered_as_they_were(url: str) -> None:
    recorded = [each["response"] for each in json.loads(RECORDED.read_text())["exchanges"]]
    with walking(url, EXPRESS_COOKIE) as walk:
        for step, was in zip(STEPS, recorded, strict=True):
            answer, _ = walk.do(step)
            headers = {(name.lower(), value) for name, value in was["headers"]}
            got = {(name.decode().lower(), value.decode()) for name, value in answer.headers.raw}
            assert f"{answer.status_code} {answer.reason_phrase}" == was["status"], step
            assert {name for name, _ in headers - got} <= {"content-length"}, step
            before, note, after = answer.text.partition('<p class="note" role="note">')
            assert before + after.partition("</p>")[2] == was["body"], step
            assert bool(note) is ("<main" in was["body"]), step


def test_every_page_says_that_it_is_a_recording(alice: Visitor) -> None:
    for answer in (alice.get("/"), alice.get("/never")):
        assert A_RECORDING in answer.text.partition('<main id="main"')[2].partition("</p>")[0]


def test_whoever_logs_in_is_known_until_the_logout(alice: Visitor) -> None:
    assert "Hello stranger" in alice.get("/").text
    assert alice.post("/login", **FORM).headers["Location"] == "/profile"
    ticket = alice.jar.header("/")
    assert "The profile of alice" in alice.get("/profile").text
    assert alice.post("/logout").status_code == 303
    assert alice.jar.cookies == {}
    assert alice.get("/profile", cookie=ticket).headers["Location"] == "/login?next=/profile"


def test_the_tickets_that_were_recorded_are_nobodys_before_the_login(alice: Visitor) -> None:
    exchanges = json.loads(RECORDED.read_text())["exchanges"]
    headers = [pair for each in exchanges for pair in each["response"]["headers"]]
    tickets = [value.partition(";")[0] for name, value in headers if name == "Set-Cookie"]
    assert len(tickets) == 4  # three logins and a logout
    for ticket in tickets:
        assert "Hello stranger" in alice.get("/", cookie=ticket).text


def test_after_a_second_login_the_first_ticket_is_nobodys(alice: Visitor) -> None:
    alice.post("/login", **FORM)
    first = alice.jar.header("/")
    alice.post("/login", **FORM)
    assert alice.jar.header("/") != first
    assert alice.get("/profile", cookie=first).status_code == 303
    assert alice.get("/profile").status_code == 200


def test_after_the_logout_one_can_log_in_again(alice: Visitor) -> None:
    for _ in range(2):
        alice.post("/login", **FORM)
        assert "Hello alice" in alice.get("/").text
        alice.post("/logout")


def test_of_all_tokens_the_recorded_one_is_known(alice: Visitor) -> None:
    token = alice.post("/api/token", **FORM).json()["access_token"]
    known = alice.send("GET", "/api/me", headers={"Authorization": f"Bearer {token}"})
    unknown = alice.send("GET", "/api/me", headers={"Authorization": "Bearer a.b.c"})
    assert known.json() == {"user": "alice"}
    assert (unknown.status_code, alice.get("/api/me").status_code) == (401, 401)


@pytest.mark.parametrize(
    ("method", "target", "form"),
    [
        ("GET", "/never", ""),
        ("GET", "/?said=logged-out", ""),
        ("DELETE", "/", ""),
        ("POST", "/login", "username=carol&password=wonderland"),
    ],
)
def test_what_was_never_recorded_is_not_made_up(
    method: str, target: str, form: str, alice: Visitor
) -> None:
    answer = alice.send(method, target, form)
    assert answer.status_code == 404
    assert "this request was never recorded" in answer.text


def test_the_answer_to_head_has_no_body(alice: Visitor) -> None:
    port = alice.get("/").url.port
    assert port
    answer = exchange(port, message(port, "HEAD", "/"))
    assert (answer.status, answer.body) == (404, b"")


def test_its_pages_have_their_style(alice: Visitor) -> None:
    assert alice.get("/static/style.css").headers["Content-Type"].startswith("text/css")


def test_of_two_answers_to_the_same_request_the_first_counts(tmp_path: Path) -> None:
    request = {"method": "GET", "target": "/"}
    answers = [{"status": "200 OK", "headers": [], "body": body} for body in ("first", "second")]
    exchanges = [{"request": request, "response": answer} for answer in answers]
    path = tmp_path / "recorded.json"
    path.write_text(json.dumps({"cookie": "sid", "exchanges": exchanges}))
    live = LiveServer(Recorded(path), port=0).start()
    visitor = Visitor("alice", live.url, lambda: 0.0)
    assert visitor.get("/").text == "first"
    visitor.close()
    live.stop()
