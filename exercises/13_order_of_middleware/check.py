"""What the examiner does to exercise 13: he builds a server of the names, and visits it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from sandbox.tutor.exercise import Exam, check

if TYPE_CHECKING:
    from sandbox.tutor.exercise.site import Site, Visitor

NINE = (
    "error_page",
    "check_host",
    "static_files",
    "read_form",
    "refuse_cross_site",
    "session",
    "find_user",
    "guard",
    "routes",
)
ELEVEN = (*NINE, "keep_pages", "allow_other_origins")
PUBLIC = ("/", "/login")
OUR_HOST = "localhost"
STYLE = "/static/site.css"
LARGEST = 64 * 1024  # bytes of a form
CROSS_SITE = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
ALLOWED = "Access-Control-Allow-Origin"
INSIDE = "Traceback"  # what a visitor must never see


@dataclass
class Request:
    """What each middleware is given; the ones above fill it in for the ones below."""

    environ: dict[str, Any]
    form: dict[str, str] = field(default_factory=dict)
    row: dict[str, str] | None = None
    user: str | None = None
    reached: str = "nobody"  # the lowest name that has seen it

    @property
    def path(self) -> str:
        return str(self.environ["PATH_INFO"])

    @property
    def is_post(self) -> bool:
        return bool(self.environ["REQUEST_METHOD"] == "POST")


@dataclass(frozen=True)
class Response:
    """The answer on its way back through the middleware."""

    status: int
    page: str
    headers: tuple[tuple[str, str], ...] = ()


class Refusal(Exception):
    """A middleware refuses: `status` and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


Next = Callable[[Request], Response]


class Server:
    """The middleware, one method for each name, in the order of the student's list."""

    def __init__(self, exam: Exam, names: list[str]) -> None:
        self._names = names
        self._secret = exam.password()
        self._rows: dict[str, dict[str, str]] = {}
        self._words: dict[str | None, str] = {}
        self._pages: dict[str, Response] = {}
        self.look_ups = 0  # how often the store was asked

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        try:
            response = self._go_on(request, 0)
        except Exception as error:  # it got past the list
            response = Response(500, f"{INSIDE} (most recent call last): {error}")
        status = f"{response.status} {HTTPStatus(response.status).phrase}"
        kind = ("Content-Type", "text/html; charset=UTF-8")
        start_response(status, [kind, *response.headers])
        return [f"{response.page} (it came as far as {request.reached})".encode()]

    def _go_on(self, request: Request, place: int) -> Response:
        if place == len(self._names):
            return Response(404, "Nothing in the list has answered.")
        request.reached = self._names[place]
        middleware = getattr(self, request.reached)
        response: Response = middleware(request, lambda same: self._go_on(same, place + 1))
        return response

    def error_page(self, request: Request, go_on: Next) -> Response:
        try:
            return go_on(request)
        except Refusal as refusal:
            return Response(refusal.status, str(refusal))
        except Exception:
            return Response(500, "Something went wrong, and it is not you.")

    def check_host(self, request: Request, go_on: Next) -> Response:
        if request.environ["HTTP_HOST"].partition(":")[0] != OUR_HOST:
            raise Refusal(400, "This server does not answer for that host.")
        return go_on(request)

    def static_files(self, request: Request, go_on: Next) -> Response:
        return Response(200, "body { color: black }") if request.path == STYLE else go_on(request)

    def read_form(self, request: Request, go_on: Next) -> Response:
        length = int(request.environ.get("CONTENT_LENGTH") or 0)
        if length > LARGEST:
            raise Refusal(413, "A form here has at most 64 KB.")
        request.form = dict(parse_qsl(request.environ["wsgi.input"].read(length).decode()))
        return go_on(request)

    def refuse_cross_site(self, request: Request, go_on: Next) -> Response:
        if request.is_post and request.environ.get("HTTP_SEC_FETCH_SITE") != "same-origin":
            raise Refusal(403, "This form was sent from another site.")
        return go_on(request)

    def session(self, request: Request, go_on: Next) -> Response:
        ticket = request.environ.get("HTTP_COOKIE", "").removeprefix("sid=")
        if ticket:
            self.look_ups += 1
            request.row = self._rows.get(ticket)
        return go_on(request)

    def find_user(self, request: Request, go_on: Next) -> Response:
        request.user = request.row["user"] if request.row else None
        return go_on(request)

    def guard(self, request: Request, go_on: Next) -> Response:
        if request.user is None and request.path not in PUBLIC:
            return Response(303, "Log in first.", (("Location", "/login"),))
        return go_on(request)

    def routes(self, request: Request, _go_on: Next) -> Response:
        method = "POST" if request.is_post else "GET"
        pages: dict[str, Callable[[Request], Response]] = {
            "GET /": lambda asked: Response(200, f"Hello {asked.user or 'stranger'}."),
            "GET /login": lambda _: Response(200, "Your name, please."),
            "POST /login": self._log_in,
            "GET /profile": self._profile,
            "POST /word": self._keep_word,
            "GET /report": lambda _: Response(200, "The report of this year."),
            "GET /broken": self._break,
        }
        page = pages.get(f"{method} {request.path}")
        return page(request) if page else Response(404, "There is no such page.")

    def keep_pages(self, request: Request, go_on: Next) -> Response:
        if request.is_post:
            return go_on(request)
        if request.path not in self._pages:
            self._pages[request.path] = go_on(request)
        return self._pages[request.path]

    def allow_other_origins(self, request: Request, go_on: Next) -> Response:
        response = go_on(request)
        origin = request.environ.get("HTTP_ORIGIN", "*")
        allowed = (
            (ALLOWED, origin),
            ("Access-Control-Allow-Credentials", "true"),
        )
        return Response(response.status, response.page, (*response.headers, *allowed))

    def _log_in(self, request: Request) -> Response:
        if "name" not in request.form:
            return Response(401, "The form came without a name.")
        ticket = secrets.token_urlsafe(32)
        self._rows[ticket] = {"user": request.form["name"]}
        set_cookie = f"sid={ticket}; Path=/; HttpOnly"
        return Response(303, "", (("Location", "/profile"), ("Set-Cookie", set_cookie)))

    def _profile(self, request: Request) -> Response:
        word = self._words.get(request.user, "none")
        return Response(200, f"The profile of {request.user}. The word: {word}.")

    def _keep_word(self, request: Request) -> Response:
        self._words[request.user] = request.form.get("word", "none")
        return Response(303, "", (("Location", "/profile"),))

    def _break(self, _request: Request) -> Response:
        raise RuntimeError(f"the store does not take the password {self._secret}")


class Visit:
    """The server of the student's list on a port, and who comes."""

    def __init__(self, exam: Exam) -> None:
        self.server = Server(exam, exam.get("MIDDLEWARE"))
        self._site: Site = exam.serve(self.server)

    def browser(self, name: str) -> Visitor:
        return self._site.visitor(name)

    def log_in(self, called: str, name: str) -> Visitor:
        browser = self.browser(called)
        browser.post("/login", name=name).has_status(303).leads_to("/profile").sets_cookie()
        return browser


@check(
    idea="The server is built of the eleven names. It knows no other.",
    place="In MIDDLEWARE: is each name in quotes and unchanged, with a comma behind it?",
    code='MIDDLEWARE = ["error_page", "check_host", …]',
)
def every_name_is_one_of_the_eleven(exam: Exam) -> None:
    """The list holds names of the eleven, unchanged."""
    names = exam.get("MIDDLEWARE")
    is_list = isinstance(names, (list, tuple))
    exam.see("what MIDDLEWARE is", "a list", "a list" if is_list else "something else")
    own = [str(name) for name in names if name not in ELEVEN]
    exam.see("names that are none of the eleven", "nothing", ", ".join(own) or "nothing")


@check(
    idea="A name runs only what stands below it, and the pages stand in routes.",
    place="In MIDDLEWARE: is routes there?",
    code='"routes" is the last name',
    needs=[every_name_is_one_of_the_eleven],
)
def a_stranger_gets_the_public_pages(exam: Exam) -> None:
    """A stranger gets the home page and the form."""
    stranger = Visit(exam).browser("stranger")
    stranger.get("/").has_status(200).says("Hello stranger.")
    stranger.get("/login").has_status(200).says("Your name, please.")


@check(
    idea="Who asks for the fields, the row or the user relies on whoever has found them.",
    place="In MIDDLEWARE: read_form, session, find_user, guard, routes. Who needs what of whom?",
    code="read_form above routes; session, find_user, guard and routes in this order",
    needs=[a_stranger_gets_the_public_pages],
)
def a_login_is_remembered(exam: Exam) -> None:
    """alice logs in, and then the pages know her."""
    name = exam.name()
    alice = Visit(exam).log_in("alice", name)
    alice.get("/profile").has_status(200).says(f"The profile of {name}.")
    alice.get("/").has_status(200).says(f"Hello {name}.")


@check(
    idea="A guard protects what stands below it.",
    place="In MIDDLEWARE: where does guard stand, and where do the pages?",
    code="guard directly above routes, and routes last",
    needs=[a_login_is_remembered],
)
def a_stranger_is_sent_to_the_login(exam: Exam) -> None:
    """A stranger is sent to the login by each page that is not for everybody."""
    visit = Visit(exam)
    visit.log_in("alice", exam.name())
    stranger = visit.browser("stranger")
    for path in ("/profile", "/report", f"/{exam.word()}"):
        stranger.get(path).has_status(303).leads_to("/login")
    stranger.post("/word", word=exam.word()).has_status(303).leads_to("/login")


@check(
    idea="The same address is another page for another visitor.",
    place="In MIDDLEWARE: which name gives a page without asking who is there?",
    code="take keep_pages out",
    needs=[a_stranger_is_sent_to_the_login],
)
def two_users_take_turns(exam: Exam) -> None:
    """alice and bob take turns, and each sees the own page."""
    visit, first, second = Visit(exam), f"a{exam.name()}", f"b{exam.name()}"
    alice, bob = visit.log_in("alice", first), visit.log_in("bob", second)
    for _ in range(2):
        alice.get("/profile").says(f"The profile of {first}.")
        bob.get("/profile").says(f"The profile of {second}.")


@check(
    idea="What is raised goes up through the list, until somebody catches it.",
    place="In MIDDLEWARE: who can raise something? error_page stands above all of them.",
    code='"error_page" is the first name',
    needs=[two_users_take_turns],
)
def no_visitor_sees_the_inside(exam: Exam) -> None:
    """Whatever is raised becomes a page that shows nothing of the inside."""
    visit = Visit(exam)
    alice = visit.log_in("alice", exam.name())
    alice.get("/broken").has_status(500).does_not_say(INSIDE)
    alice.get("/", headers={"Host": "evil.example"}).does_not_say(INSIDE)
    alice.post("/word", word="x", headers=CROSS_SITE).does_not_say(INSIDE)
    visit.browser("bob").post("/login", name="x" * LARGEST).has_status(413).does_not_say(INSIDE)


@check(
    idea="The post of another site comes with alice's cookie, so the guard lets it pass.",
    place="In MIDDLEWARE: is refuse_cross_site asked before a page has changed anything?",
    code="refuse_cross_site above routes",
    needs=[no_visitor_sees_the_inside],
)
def another_sites_post_changes_nothing(exam: Exam) -> None:
    """A post from another site is refused, and the word stays; so does a login."""
    visit, word = Visit(exam), exam.word()
    alice = visit.log_in("alice", exam.name())
    alice.post("/word", word=word).has_status(303)
    alice.post("/word", word=f"{exam.word()}-2", headers=CROSS_SITE).has_status(403)
    alice.get("/profile").says(f"The word: {word}.")
    stranger = visit.browser("stranger")
    stranger.post("/login", name=exam.name(), headers=CROSS_SITE).has_status(403).sets_no_cookie()


@check(
    idea="A request that is not for us gets none of our pages.",
    place="In MIDDLEWARE: is check_host asked before a page has answered?",
    code="check_host near the top, directly below error_page",
    needs=[no_visitor_sees_the_inside],
)
def another_host_gets_no_page(exam: Exam) -> None:
    """A request that names another host gets no page, whoever sends it."""
    visit = Visit(exam)
    alice, elsewhere = visit.log_in("alice", exam.name()), {"Host": f"{exam.word()}.example"}
    for path in ("/", "/login", "/profile"):
        alice.get(path, headers=elsewhere).has_status(400)
    visit.browser("stranger").get("/", headers=elsewhere).has_status(400)


@check(
    idea="A stranger sees the form of the login, and it needs its style sheet.",
    place="In MIDDLEWARE: where is static_files, and where is guard?",
    code="static_files above guard",
    needs=[a_stranger_is_sent_to_the_login],
)
def the_style_sheet_is_for_everybody(exam: Exam) -> None:
    """A stranger gets the style sheet."""
    visit = Visit(exam)
    visit.browser("stranger").get(STYLE).has_status(200).says("color")


@check(
    idea="Nobody must be recognised for a style sheet. To ask the store costs time.",
    place="In MIDDLEWARE: who is asked before static_files has answered? The session?",
    code="static_files above session",
    needs=[the_style_sheet_is_for_everybody],
)
def no_store_is_asked_for_a_style_sheet(exam: Exam) -> None:
    """For alice's style sheet the store is not asked."""
    visit = Visit(exam)
    alice = visit.log_in("alice", exam.name())
    before = visit.server.look_ups
    alice.get(STYLE).has_status(200)
    exam.see("how often the store was asked", 0, visit.server.look_ups - before)


@check(
    idea="Whoever allows every origin, with the cookie, lets bob's page read alice's.",
    place="In MIDDLEWARE: which name tells the browser something about other origins?",
    code="take allow_other_origins out; nothing here needs it",
    needs=[another_sites_post_changes_nothing],
)
def no_other_origin_may_read(exam: Exam) -> None:
    """A script of another origin may not read alice's page."""
    alice = Visit(exam).log_in("alice", exam.name())
    answer = alice.get("/profile", headers=CROSS_SITE)
    answer.is_such(f"no {ALLOWED}", lambda got: ALLOWED not in got.headers)


@check(
    idea="A name that does nothing leads whoever reads the list astray.",
    place="In MIDDLEWARE: is a name there twice, or one of the two that do harm? Is one missing?",
    code="nine names, each once, without keep_pages and allow_other_origins",
    needs=[no_other_origin_may_read, another_host_gets_no_page],
)
def nine_names_are_left(exam: Exam) -> None:
    """Nine of the eleven names are left, each once."""
    exam.see("the names by the alphabet", sorted(NINE), sorted(exam.get("MIDDLEWARE")))
