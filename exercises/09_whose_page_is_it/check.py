"""What the examiner does to exercise 09."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import FrameType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sandbox.tutor.exercise import Exam, check

if TYPE_CHECKING:
    from sandbox.tutor.exercise.site import Site, Visitor

MOST_STOPS = 60  # in one request: who loops over many sessions is not stopped at each of them
STRANGER = "stranger"


class Words:
    """The database: a word for each user; `meanwhile` is done once, while a request waits."""

    def __init__(self, exam: Exam) -> None:
        self._exam = exam
        self._words: dict[str, str] = {}
        self.meanwhile: Callable[[], object] | None = None

    def of(self, user: str) -> str:
        if user not in self._words:
            self._words[user] = f"{self._exam.word()}{len(self._words)}"
        return self._words[user]

    def look_up(self, user: str) -> str:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        return self.of(user)


class Stopping:
    """The student's app: one request stops before one of the student's lines, as a thread can."""

    def __init__(self, exam: Exam, app: Any) -> None:
        app.catchall = False  # as exam.serve does: an error page would hide the student's line
        self._app, self._make_app = app, exam.get("make_app")
        self._is_planned = False

    def plan(self, stop: int, meanwhile: Callable[[], object]) -> None:
        """Of the next request: before which of its lines, counted from 1, and what is done."""
        self._stop, self._meanwhile, self._is_planned = stop, meanwhile, True
        self.lines: list[int] = []  # that this request comes to, by their numbers in the file

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        if self._is_planned:
            self._is_planned = False
            sys.settrace(self._enter)
        try:
            body: Iterable[bytes] = self._app(environ, start_response)
            return body
        finally:
            sys.settrace(None)  # of this thread alone; each request has one

    def _enter(self, frame: FrameType, _event: str, _given: object) -> Any:
        is_students = frame.f_globals.get("make_app") is self._make_app
        return self._go_on if is_students else None

    def _go_on(self, frame: FrameType, event: str, _given: object) -> Any:
        if event == "line":
            self.lines.append(frame.f_lineno)
            if len(self.lines) == self._stop:
                self._meanwhile()
        return self._go_on


def serve(exam: Exam) -> tuple[Site, Words]:
    words = Words(exam)
    seen = exam.call("make_app", words.look_up, told="the server is started")
    return exam.serve(seen.value), words


def logged_in(site: Site, called: str, name: str) -> Visitor:
    visitor = site.visitor(called)
    visitor.post("/login", name=name).has_status(303).sets_cookie()
    return visitor


def while_she_waits(site: Site, bob: Visitor) -> Callable[[], object]:
    """bob's browser under a name that tells when it asks."""
    meanwhile = site.visitor("bob, while alice waits")
    meanwhile.jar.cookies.update(bob.jar.cookies)
    return lambda: meanwhile.get("/")


def page_of(user: str, words: Words) -> str:
    return f"Hello {user}. Your word is {words.of(user)}."


@check(
    idea="One visitor alone is served well. Keep that.",
    place="In log_in and home: the page and the cookie stay as they were in the starter.",
    code='return f"Hello {user}. Your word is {word}."',
)
def one_visitor_is_greeted_by_name(exam: Exam) -> None:
    """One visitor alone logs in, and the page is hers."""
    site, words = serve(exam)
    name, alice = exam.name(), site.visitor("alice")
    answer = alice.post("/login", name=name)
    answer.is_such("status 303, which leads to /", _leads_home)
    answer.is_such("a Set-Cookie with Path=/ and HttpOnly", _has_the_attributes)
    page = page_of(name, words)
    alice.get("/").is_such(f"exactly {page!r}", lambda response: response.text == page)


@check(
    idea="Whoever sends no ticket has no session. What somebody else did before says nothing.",
    place="In home: where does the name on the page come from? Not from this request.",
    code='sessions.get(request.get_cookie("sid"), STRANGER)',
    needs=[one_visitor_is_greeted_by_name],
)
def whoever_has_no_session_is_a_stranger(exam: Exam) -> None:
    """After alice has logged in, whoever has no cookie of ours is a stranger."""
    site, words = serve(exam)
    logged_in(site, "alice", exam.name())
    stranger = site.visitor("bob")
    stranger.get("/", cookie=f"sid={exam.word()}").says(page_of(STRANGER, words))
    stranger.get("/").says(page_of(STRANGER, words))


@check(
    idea="The ticket answers who asks, anew for each request.",
    place="In home: find the user by the cookie of this request, in sessions.",
    code='user = sessions.get(request.get_cookie("sid"), STRANGER)',
    needs=[whoever_has_no_session_is_a_stranger],
)
def each_browser_has_its_own_user(exam: Exam) -> None:
    """alice logs in, bob logs in, both reload: each sees the own page."""
    site, words = serve(exam)
    first, second = f"a{exam.name()}", f"b{exam.name()}"
    alice, bob = logged_in(site, "alice", first), logged_in(site, "bob", second)
    alice.get("/").says(page_of(first, words))
    bob.get("/").says(page_of(second, words))
    alice.get("/").says(page_of(first, words))


@check(
    idea="A request is its cookie, not its sender. Programs and addresses can be the same for two.",
    place="In home: only the cookie may decide whose session it is.",
    code='sessions.get(request.get_cookie("sid"), STRANGER), and nothing about the browser',
    needs=[each_browser_has_its_own_user],
)
def only_the_ticket_counts(exam: Exam) -> None:
    """Two browsers of one kind are told apart, and a copied ticket is alice's."""
    site, words = serve(exam)
    first, second = f"a{exam.name()}", f"b{exam.name()}"
    alice, bob = logged_in(site, "alice", first), logged_in(site, "bob", second)
    same = {"User-Agent": "Browser/1.0"}
    alice.get("/", headers=same).says(page_of(first, words))
    bob.get("/", headers=same).says(page_of(second, words))
    bob.get("/", cookie=alice.jar.header("/"), headers=same).says(page_of(first, words))


@check(
    idea="While alice's request waits for the database, bob's is answered. Nothing may be shared.",
    place="In home: from the cookie to the page, where is the user kept? In a variable of home?",
    code="user = … inside home: a local variable, made anew for each request",
    needs=[each_browser_has_its_own_user],
)
def two_requests_at_once_do_not_mix(exam: Exam) -> None:
    """bob's page is made while alice's request waits: each page has its own user."""
    site, words = serve(exam)
    first, second = f"a{exam.name()}", f"b{exam.name()}"
    alice, bob = logged_in(site, "alice", first), logged_in(site, "bob", second)
    words.meanwhile = while_she_waits(site, bob)
    alice.get("/").says(page_of(first, words))
    bob.get("/").says(page_of(second, words))


@check(
    idea="Any thread can stop between any two lines. What is shared can be another's afterwards.",
    place="Look for a variable outside of home that a request writes and reads again later.",
    code='user = sessions.get(request.get_cookie("sid"), STRANGER), inside home, and no current',
    needs=[two_requests_at_once_do_not_mix],
)
def no_two_lines_let_bob_in(exam: Exam) -> None:
    """bob is served between any two lines of alice's request: her page stays hers."""
    words = Words(exam)
    app = Stopping(exam, exam.call("make_app", words.look_up, told="the server is started").value)
    site = exam.serve(app)
    first, second = f"a{exam.name()}", f"b{exam.name()}"
    alice, bob = logged_in(site, "alice", first), logged_in(site, "bob", second)
    app.plan(0, lambda: None)
    alice.get("/").says(page_of(first, words))
    for stop in range(1, min(len(app.lines), MOST_STOPS) + 1):
        app.plan(stop, while_she_waits(site, bob))
        page, expected = alice.get("/").value.text, page_of(first, words)
        act = f"alice's page, when her request waits just before line {app.lines[stop - 1]}"
        exam.see(act, expected, expected if expected in page else page)


def _leads_home(response: Any) -> bool:
    """A redirect of Bottle names the whole address."""
    to = urlsplit(response.headers.get("location", ""))
    return response.status_code == 303 and to.path == "/"


def _has_the_attributes(response: Any) -> bool:
    parts = response.headers.get("set-cookie", "").lower().split(";")
    return {"path=/", "httponly"} <= {part.strip() for part in parts}
