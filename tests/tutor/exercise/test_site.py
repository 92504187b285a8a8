"""The student's own server on a real port: every question, the jar, what the app raises."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.tutor.exercise.exam import Exam
from sandbox.tutor.exercise.examiner import Examiner
from sandbox.tutor.exercise.printing import Printed
from sandbox.tutor.exercise.result import Step
from sandbox.tutor.exercise.site import Answer
from sandbox.tutor.exercise.student import NAME, StudentFile, Trouble
from sandbox.tutor.exercise.transcript import Parted
from tests.exercises.bad_input import small_exercise

BOTTLE = """
import sys
from bottle import Bottle, HTTPError, redirect, request, response

app = Bottle()

@app.get("/")
def home():
    name = request.get_cookie("name")
    return f"<h1>Hello,</h1>  <p>{name or 'stranger'}!</p>"

@app.post("/login")
def login():
    name = request.forms.get("name")
    response.set_cookie("name", name, path="/", max_age=60)
    redirect("/welcome", 303)

@app.get("/said")
def said():
    return f"{request.get_cookie('name')} {request.get_header('X-From')}"

@app.get("/empty")
def empty():
    response.status = 204

@app.get("/long")
def long():
    return "x" * 5000

@app.get("/fails")
def fails():
    return 1 / 0

@app.get("/in_pieces")
def in_pieces():
    yield "one"
    1 / 0

@app.get("/ends")
def ends():
    sys.exit(3)

@app.get("/gone")
def gone():
    raise HTTPError(410, "gone")
"""
WSGI = """
closed = []

class Body:
    def __init__(self, pieces):
        self.pieces = iter(pieces)
    def __iter__(self):
        return self.pieces
    def close(self):
        closed.append(1)

def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/silent":
        return [b"no start_response"]
    start_response("200 OK", [("Content-Type", "text/plain")])
    if path == "/nothing":
        return None
    if path == "/late":
        return (bytes([97 + n // (3 - n)]) for n in range(5))
    return Body([b"pl", b"ain"])
"""
Make = Callable[[str], Exam]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """An exam of a file; its ports are let go at the end."""
    made: list[Exam] = []

    def exam_of(source: str) -> Exam:
        file = tmp_path / "answer.py"
        file.write_text(source)
        exam = Exam(StudentFile(file, "answer.py"), Printed(), "a seed")
        exam.load()
        made.append(exam)
        return exam

    yield exam_of
    for exam in made:
        exam.end()
    sys.modules.pop(NAME, None)


@pytest.fixture
def exam(make: Make) -> Exam:
    return make(BOTTLE)


@pytest.fixture
def alice(exam: Exam) -> Any:
    return exam.serve(exam.get("app")).visitor("alice")


def parts(exam: Exam, question: Callable[[], object]) -> tuple[str, str]:
    """The check ends here; what was expected and what was observed."""
    with pytest.raises(Parted):
        question()
    return exam.transcript.steps[-1].expected, exam.transcript.steps[-1].observed


HOME = "200 OK, 'Hello, stranger!'"
WELCOMED = "303 See Other, Location: {0}/welcome, Set-Cookie: name=mira; Max-Age=60; Path=/"


# Questions


def test_an_answer_is_a_line_of_its_status_its_headers_and_its_page(exam: Exam, alice: Any) -> None:
    alice.get("/").has_status(200)
    assert exam.transcript.steps == [Step("alice: GET /", "status 200", HOME, True)]


def test_another_status_parts(exam: Exam, alice: Any) -> None:
    assert parts(exam, lambda: alice.get("/").has_status(303)) == ("status 303", HOME)


def test_a_text_of_the_page_is_found_or_not(exam: Exam, alice: Any) -> None:
    alice.get("/").says("stranger").does_not_say("mira")
    assert parts(exam, lambda: alice.get("/").says("mira")) == ("a page with 'mira'", HOME)


def test_a_text_that_must_not_be_there_parts(exam: Exam, alice: Any) -> None:
    told = parts(exam, lambda: alice.get("/").does_not_say("stranger"))
    assert told == ("a page without 'stranger'", HOME)


def test_where_a_redirect_leads_is_compared_exactly(make: Make) -> None:
    exam = make(
        "def app(environ, start_response):\n"
        "    start_response('303 See Other', [('Location', '/login?next=%2F')])\n    return []\n"
    )
    alice = exam.serve(exam.get("app")).visitor("alice")
    alice.get("/").has_status(303).leads_to("/login?next=%2F")
    told = parts(exam, lambda: alice.get("/").leads_to("/login"))
    assert told == ("Location: /login", "303 See Other, Location: /login?next=%2F")


def test_a_redirect_may_have_the_whole_address_of_this_site(alice: Any) -> None:
    answer = alice.post("/login", name="mira").leads_to("/welcome")
    assert answer.value.headers["location"].startswith("http://localhost:")


@pytest.mark.parametrize("location", ["http://evil/login", "//evil/login", "/login2", "login/", ""])
def test_a_redirect_to_another_site_or_page_parts(make: Make, location: str) -> None:
    exam = make(
        "def app(environ, start_response):\n"
        f"    start_response('303 See Other', [('Location', {location!r})])\n    return []\n"
    )
    alice = exam.serve(exam.get("app")).visitor("alice")
    assert parts(exam, lambda: alice.get("/").leads_to("/login"))[0] == "Location: /login"


def test_a_page_leads_nowhere(exam: Exam, alice: Any) -> None:
    assert parts(exam, lambda: alice.get("/").leads_to("/")) == ("Location: /", HOME)


def test_a_cookie_that_is_set_is_found_or_not(exam: Exam, alice: Any) -> None:
    alice.post("/login", name="mira").sets_cookie()
    alice.get("/").sets_no_cookie()
    assert parts(exam, lambda: alice.get("/").sets_cookie())[0] == "a Set-Cookie"


def test_a_cookie_that_must_not_be_set_parts(exam: Exam, alice: Any) -> None:
    expected, observed = parts(exam, lambda: alice.post("/login", name="mira").sets_no_cookie())
    assert expected == "no Set-Cookie"
    assert "Set-Cookie: name=mira; Max-Age=60; Path=/" in observed


def test_what_comes_back_can_be_used_for_the_next_act(alice: Any) -> None:
    assert alice.get("/").value.headers["content-type"].startswith("text/html")


def test_all_questions_stand_under_one_act(exam: Exam, alice: Any) -> None:
    alice.post("/login", name="mira").has_status(303).sets_cookie().does_not_say("x").says("")
    acts = [step.act for step in exam.transcript.steps]
    assert acts == ["alice: POST /login name=mira", "", "", ""]


def test_a_long_page_is_cut_in_the_transcript_but_asked_as_a_whole(exam: Exam, alice: Any) -> None:
    alice.get("/long").says("x" * 5000)
    assert exam.transcript.steps[0].observed == f"200 OK, '{'x' * 120}…'"


def test_an_error_page_of_the_app_is_an_answer(alice: Any) -> None:
    alice.get("/gone").has_status(410).says("gone")
    alice.get("/nowhere").has_status(404)
    alice.get("/empty").has_status(204)


def test_an_app_without_a_framework_is_served(make: Make) -> None:
    exam = make(WSGI)
    exam.serve(exam.get("app")).visitor("alice").get("/").has_status(200).says("plain")
    assert exam.get("closed") == [1]


# The jar


def test_a_cookie_that_was_set_comes_back(exam: Exam, alice: Any) -> None:
    alice.post("/login", name="mira")
    alice.get("/").says("mira!")
    assert alice.jar.value("name") == "mira"


def test_a_cookie_past_its_age_on_the_exams_clock_is_gone(exam: Exam, alice: Any) -> None:
    alice.post("/login", name="mira")
    exam.clock.forward(59)
    alice.get("/").says("mira!")
    exam.clock.forward(1)
    alice.get("/").says("stranger!")


def test_another_cookie_is_sent_in_place_of_the_jar(exam: Exam, alice: Any) -> None:
    alice.post("/login", name="mira")
    alice.get("/", cookie="name=jonas").says("jonas!")
    alice.get("/", cookie="").says("stranger!")
    alice.get("/").says("mira!")
    assert [step.act for step in exam.transcript.steps][1:] == [
        "alice: GET / with the cookie 'name=jonas'",
        "alice: GET / without a cookie",
        "alice: GET /",
    ]


def test_headers_are_sent_besides(exam: Exam, alice: Any) -> None:
    alice.post("/login", name="mira")
    alice.get("/said", headers={"X-From": "evil"}).says("mira evil")
    assert exam.transcript.steps[-1].act == "alice: GET /said X-From: evil"


def test_a_form_is_sent_with_its_cookie_and_its_headers(exam: Exam, alice: Any) -> None:
    alice.post("/login", name="a b&c", cookie="x=1", headers={"X-From": "evil"})
    act = "alice: POST /login name=a+b%26c with the cookie 'x=1' X-From: evil"
    assert exam.transcript.steps[-1].act == act
    assert alice.jar.value("name") == '"a b&c"'


def test_a_long_form_is_cut_in_the_transcript(exam: Exam, alice: Any) -> None:
    alice.post("/nowhere", name="x" * 5000).has_status(404)
    (step,) = exam.transcript.steps
    assert step.act == f"alice: POST /nowhere name={'x' * 315}… (5005 characters)"


def test_each_visitor_has_a_jar_of_his_own(exam: Exam) -> None:
    site = exam.serve(exam.get("app"))
    alice, bob = site.visitor("alice"), site.visitor("bob")
    alice.post("/login", name="mira")
    bob.get("/").says("stranger!")
    bob.post("/login", name="jonas")
    alice.get("/").says("mira!")
    bob.get("/").says("jonas!")


# What the app raises


def raised(exam: Exam, answer: Answer) -> tuple[str, list[str]]:
    """What was observed, and the student's own lines."""
    told = parts(exam, lambda: answer.has_status(200))[1]
    return told, exam._student.frames_of(answer.raised)


def test_what_a_page_raises_is_seen_with_the_students_line(exam: Exam, alice: Any) -> None:
    told, frames = raised(exam, alice.get("/fails"))
    assert told == "raised ZeroDivisionError: division by zero"
    assert frames[-1] == "line 32, in fails: return 1 / 0"


def test_what_is_raised_while_the_page_is_sent_is_seen(exam: Exam, alice: Any) -> None:
    told, frames = raised(exam, alice.get("/in_pieces"))
    assert told == "raised ZeroDivisionError: division by zero"
    assert frames[-1] == "line 37, in in_pieces: 1 / 0"


def test_an_end_of_the_program_in_a_page_is_seen_at_once(exam: Exam, alice: Any) -> None:
    told, frames = raised(exam, alice.get("/ends"))
    assert told == "raised SystemExit: 3"
    assert frames[-1] == "line 41, in ends: sys.exit(3)"


def test_an_app_that_gives_nothing_is_seen(make: Make) -> None:
    exam = make(WSGI)
    told, _ = raised(exam, exam.serve(exam.get("app")).visitor("alice").get("/nothing"))
    assert told == "raised TypeError: 'NoneType' object is not iterable"


def test_what_an_app_without_a_framework_raises_late_is_seen(make: Make) -> None:
    exam = make(WSGI)
    told, frames = raised(exam, exam.serve(exam.get("app")).visitor("alice").get("/late"))
    assert told.startswith("raised ZeroDivisionError: ")
    assert frames[-1].startswith("line 20, in <genexpr>: return (bytes(")


def test_an_app_that_does_not_begin_its_answer_is_no_success(make: Make) -> None:
    exam = make(WSGI)
    answer = exam.serve(exam.get("app")).visitor("alice").get("/silent")
    assert parts(exam, lambda: answer.has_status(200))[0] == "status 200"


def test_what_one_page_raised_is_not_told_of_the_next(alice: Any) -> None:
    alice.get("/fails").raises(ZeroDivisionError)
    alice.get("/").has_status(200)


def test_something_missing_in_a_call_back_of_the_app_gets_its_sentence(make: Make) -> None:
    exam = make("def make_app(verify):\n    return lambda environ, start_response: verify()\n")
    app = exam.call("make_app", lambda: exam.get("SESSIONS"), told="make the app").value
    with pytest.raises(Trouble):
        exam.serve(app).visitor("alice").get("/")


CHECKS = """
from sandbox.tutor.exercise import Exam, check

hints = dict(idea="i", place="p", code="c")

@check(**hints)
def it_answers(exam: Exam) -> None:
    "It answers."
    exam.serve(exam.get("app")).visitor("alice").get("/").has_status(200)

@check(**hints, limit=0.3)
def it_ends(exam: Exam) -> None:
    "It ends."
    exam.serve(exam.get("app")).visitor("alice").get("/waits").has_status(200)
"""
FAILS_AND_WAITS = """
def app(environ, start_response):
    while environ["PATH_INFO"] == "/waits": pass
    print("before")
    return 1 / 0
"""


def test_in_an_examination_only_the_students_own_lines_and_words_are_told(tmp_path: Path) -> None:
    exercise = small_exercise(tmp_path)
    exercise.check.write_text(CHECKS)
    file = tmp_path / "answer.py"
    file.write_text(FAILS_AND_WAITS)
    with Examiner() as examiner:
        fails, waits = examiner.examine(exercise, file).checks
    assert (fails.outcome, fails.printed) == ("failed", "before\n")
    assert fails.frames == ["line 5, in app: return 1 / 0"]
    assert waits.says == "This check took longer than 0.3 s, so it was stopped."
    assert waits.frames == ['line 3, in app: while environ["PATH_INFO"] == "/waits": pass']


# Ports


def is_open(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def test_every_port_is_let_go_at_the_end(exam: Exam) -> None:
    sites = [exam.serve(exam.get("app")) for _ in range(2)]
    ports = [site._server.port for site in sites]
    sites[0].visitor("alice").get("/").has_status(200)
    assert [is_open(port) for port in ports] == [True, True]
    exam.end()
    assert [is_open(port) for port in ports] == [False, False]


def test_two_apps_are_served_apart(exam: Exam, make: Make) -> None:
    one = exam.serve(exam.get("app")).visitor("alice")
    other = exam.serve(make(WSGI).get("app")).visitor("alice")
    one.get("/").says("stranger")
    other.get("/").says("plain")
