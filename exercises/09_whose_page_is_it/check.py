"""What the examiner does to exercise 09."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.tutor.exercise import Exam, check
from sandbox.tutor.exercise.site import Site, Visitor

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


def serve(exam: Exam) -> tuple[Site, Words]:
    words = Words(exam)
    seen = exam.call("make_app", words.look_up, told="the server is started")
    return exam.serve(seen.value), words


def logged_in(site: Site, called: str, name: str) -> Visitor:
    visitor = site.visitor(called)
    visitor.post("/login", name=name).has_status(303).sets_cookie()
    return visitor


def page_of(user: str, words: Words) -> str:
    return f"Hello {user}. Your word is {words.of(user)}."


@check(
    idea="One visitor alone is served well. Keep that.",
    place="In log_in and home: the page and the cookie stay as they were in the starter.",
    code='return f"Hello {user}. Your word is {word}."',
)
def one_visitor_is_greeted_by_name(exam: Exam) -> None:
    """One visitor alone logs in, and the page is his."""
    site, words = serve(exam)
    name = exam.name()
    logged_in(site, "alice", name).get("/").says(page_of(name, words))


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
    words.meanwhile = lambda: bob.get("/")
    alice.get("/").says(page_of(first, words))
    bob.get("/").says(page_of(second, words))
