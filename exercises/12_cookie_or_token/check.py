"""What the examiner does to exercise 12."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sandbox.tutor.exercise import Exam, check

if TYPE_CHECKING:
    from sandbox.tutor.exercise.transcript import Seen

Headers = dict[str, str]
MINUTES_15 = 15 * 60  # in seconds
SHOP = "the server of the shop"
BROWSERS = ("a link", "a script of this site", "a script of another origin")
ANYWHERE = ((True, "omit"), (True, "same-origin"), (True, "include"), (False, "include"))


class Server:
    """It has a session of alice and one of bob, gives tokens, and asks who_calls on a port."""

    def __init__(self, exam: Exam) -> None:
        self.exam = exam
        self.alice, self.bob = f"a{exam.name()}", f"b{exam.name()}"
        self.sessions: dict[str, str] = {}
        self._tokens: dict[str, tuple[str, int]] = {}
        self.alices_cookie, self.bobs_cookie = self._log_in(self.alice), self._log_in(self.bob)

    def _log_in(self, user: str) -> str:
        """The cookie that a browser sends from then on."""
        cookie = _cookie()
        self.sessions[cookie.removeprefix("sid=")] = user
        return cookie

    def log_alice_out(self) -> None:
        del self.sessions[self.alices_cookie.removeprefix("sid=")]

    def give_token(self, user: str) -> str:
        token = _token()
        self._tokens[token] = user, int(self.exam.clock()) + MINUTES_15
        return token

    def read_token(self, token: str) -> dict[str, Any] | None:
        """What the student is given: the claims, or None."""
        if token not in self._tokens:
            return None
        user, expires = self._tokens[token]
        return {"sub": user, "exp": expires}

    def asked(self, headers: Headers, note: str) -> Seen:
        told = f"who_calls({headers}, …)  # {note}"
        given = headers, self.sessions, self.read_token, self.exam.clock()
        return self.exam.call("who_calls", *given, told=told)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        names = {"Cookie": "HTTP_COOKIE", "Authorization": "HTTP_AUTHORIZATION"}
        headers = {name: environ[key] for name, key in names.items() if key in environ}
        who_calls = self.exam.get("who_calls")
        try:
            status = "200 OK"
            page = who_calls(headers, self.sessions, self.read_token, self.exam.clock())
        except Exception as refused:
            if type(refused).__name__ != "Refused":
                raise
            status, page = "401 Unauthorized", refused.args[0]
        start_response(status, [("Content-Type", "text/plain; charset=UTF-8")])
        return [str(page).encode()]


def bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


def six_callers(exam: Exam, server: Server) -> dict[str, Headers]:
    """What each of the six sends; the first three have alice's jar."""
    cookie, token = server.alices_cookie, server.give_token(server.alice)
    calls: dict[str, tuple[Any, ...]] = {
        "a link": ("page_sends", cookie, token),
        "a script of this site": ("script_sends", cookie, token, True, "same-origin"),
        "a script of another origin": ("script_sends", cookie, token, False, "include"),
        "a mobile app": ("program_sends", "", token),
        SHOP: ("program_sends", cookie, server.give_token(SHOP)),
        "curl in a nightly job": ("program_sends", cookie, token),
    }
    return {caller: exam.call(*call).value for caller, call in calls.items()}


@check(
    idea="A browser adds its cookie to every link and form by itself. Nobody can add a header.",
    place="In page_sends: the token plays no part. What if the jar is empty?",
    code='return {"Cookie": cookie} if cookie else {}',
)
def a_link_brings_the_cookie_alone(exam: Exam) -> None:
    """A link or a form brings the cookie; without one it brings nothing, and never a token."""
    cookie, token = _cookie(), _token()
    exam.call("page_sends", cookie, token).gives({"Cookie": cookie})
    exam.call("page_sends", "", token).gives({})


@check(
    idea="The browser adds the cookie to what a script of this site asks. It is proof enough.",
    place="In script_sends: same_origin is True, and there is a cookie.",
    code='if cookie and credentials == "same-origin" and same_origin: return {"Cookie": cookie}',
    needs=[a_link_brings_the_cookie_alone],
)
def a_script_here_brings_the_cookie(exam: Exam) -> None:
    """A script of this site brings the cookie, and no token besides."""
    cookie, token = _cookie(), _token()
    for credentials in ("same-origin", "include"):
        exam.call("script_sends", cookie, token, True, credentials).gives({"Cookie": cookie})


@check(
    idea="fetch does not always bring cookies. To another origin it does when it is told to.",
    place="In script_sends: same_origin is False. Which word of credentials brings the cookie?",
    code='asks_for_it = credentials == "include" or (credentials == "same-origin" and same_origin)',
    needs=[a_script_here_brings_the_cookie],
)
def a_script_elsewhere_must_ask_for_it(exam: Exam) -> None:
    """A script of another origin brings the cookie only with "include"."""
    cookie, token = _cookie(), _token()
    exam.call("script_sends", cookie, token, False, "include").gives({"Cookie": cookie})
    exam.call("script_sends", cookie, token, False, "same-origin").gives(bearer(token))
    for same_origin in (True, False):
        exam.call("script_sends", cookie, token, same_origin, "omit").gives(bearer(token))


@check(
    idea="A script can add a header, unlike a link. It needs to when no cookie goes along.",
    place="In script_sends: what if the cookie is empty?",
    code='if cookie and asks_for_it: … and below it: return {"Authorization": f"Bearer {token}"}',
    needs=[a_script_elsewhere_must_ask_for_it],
)
def a_script_without_a_cookie_adds_the_token(exam: Exam) -> None:
    """When the jar is empty, a script adds the token itself."""
    token = _token()
    for same_origin, credentials in ANYWHERE:
        exam.call("script_sends", "", token, same_origin, credentials).gives(bearer(token))


@check(
    idea="A jar belongs to one browser. A program that takes its cookie is alice to the server.",
    place="In program_sends: the cookie plays no part.",
    code='return {"Authorization": f"Bearer {token}"}',
)
def a_program_brings_its_own_token(exam: Exam) -> None:
    """A program brings its token, also when a browser nearby has a cookie."""
    for cookie in (_cookie(), ""):
        token = _token()
        exam.call("program_sends", cookie, token).gives(bearer(token))


@check(
    idea="The ticket finds the row; the row names the user.",
    place="In who_calls, when no Authorization came: what stands behind sid= in the cookie?",
    code='sessions[headers["Cookie"].removeprefix("sid=")]',
)
def a_cookie_finds_its_user(exam: Exam) -> None:
    """A cookie names the user of its session; without a session it is UNKNOWN_SESSION."""
    server = Server(exam)
    server.asked({"Cookie": server.alices_cookie}, "alice's cookie").gives(server.alice)
    server.asked({"Cookie": server.bobs_cookie}, "bob's cookie").gives(server.bob)
    server.asked({"Cookie": _cookie()}, "no session").is_refused("UNKNOWN_SESSION")
    server.asked({"Cookie": "sid="}, "no id").is_refused("UNKNOWN_SESSION")
    server.asked({}, "nothing came").is_refused("NO_COOKIE")


@check(
    idea="The token names the user itself. Whether it is ours, only its stamp says.",
    place="In who_calls, when Authorization came: ask read_token for what stands behind Bearer.",
    code='claims = read_token(token); if claims is None: raise Refused("BAD_SIGNATURE")',
)
def a_token_names_its_user(exam: Exam) -> None:
    """A token names its user; one with another stamp is BAD_SIGNATURE."""
    server = Server(exam)
    for user in (server.alice, server.bob):
        token = server.give_token(user)
        server.asked(bearer(token), "a token of ours").gives(user)
        server.asked(bearer(f"{token}x"), "the stamp changed").is_refused("BAD_SIGNATURE")
    server.asked(bearer(_token()), "not made here").is_refused("BAD_SIGNATURE")


@check(
    idea="A header can hold anything, also a password or half of a token.",
    place="In who_calls: is the first word Bearer, and does something stand behind the blank?",
    code='scheme, _, token = authorization.partition(" "); '
    'if scheme != "Bearer" or not token: raise Refused("NO_TOKEN")',
    needs=[a_token_names_its_user],
)
def a_header_without_a_token_is_refused(exam: Exam) -> None:
    """An Authorization of another form than Bearer TOKEN is NO_TOKEN."""
    server = Server(exam)
    token = server.give_token(server.alice)
    for header in (f"Basic {token}", token, f"Bearer{token}", "Bearer", "Bearer "):
        server.asked({"Authorization": header}, "another form").is_refused("NO_TOKEN")


@check(
    idea="A token alone cannot be called back. It ends when its own time is over.",
    place="In who_calls: compare now with exp, after the stamp.",
    code='if now >= claims["exp"]: raise Refused("EXPIRED")',
    needs=[a_token_names_its_user],
)
def a_token_has_its_time(exam: Exam) -> None:
    """A token is good until the second before exp, then it is EXPIRED."""
    server = Server(exam)
    token = server.give_token(server.alice)
    exam.clock.forward(MINUTES_15 - 1)
    server.asked(bearer(token), "a second before exp").gives(server.alice)
    for seconds, note in ((1, "at exp"), (MINUTES_15, "long after exp")):
        exam.clock.forward(seconds)
        server.asked(bearer(token), note).is_refused("EXPIRED")


@check(
    idea="Who sends a header says with it who calls. A browser's cookie may come along unasked.",
    place="In who_calls: when Authorization came, is the cookie looked at, before or afterwards?",
    code='if "Authorization" in headers: …, which returns or raises; only then the cookie',
    needs=[a_cookie_finds_its_user, a_header_without_a_token_is_refused, a_token_has_its_time],
)
def the_header_decides_alone(exam: Exam) -> None:
    """When both came, only the header counts, also when it is refused."""
    server = Server(exam)
    token, his = server.give_token(server.alice), {"Cookie": server.bobs_cookie}
    server.asked(bearer(token) | his, "alice's token, bob's cookie").gives(server.alice)
    server.asked(bearer(_token()) | his, "a bad token").is_refused("BAD_SIGNATURE")
    server.asked({"Authorization": "Basic x"} | his, "no token").is_refused("NO_TOKEN")
    exam.clock.forward(MINUTES_15)
    server.asked(bearer(token) | his, "an old token").is_refused("EXPIRED")


@check(
    idea="A page of another site can have a cookie sent, and cannot add a header of yours.",
    place="In needs_cross_site_check: is it the cookie that who_calls believes?",
    code='return "Cookie" in headers and "Authorization" not in headers',
)
def only_a_cookie_needs_the_check(exam: Exam) -> None:
    """Only a request that its cookie identifies needs a check for other sites."""
    cookie, token = {"Cookie": _cookie()}, bearer(_token())
    exam.call("needs_cross_site_check", cookie).gives(True)
    exam.call("needs_cross_site_check", token).gives(False)
    exam.call("needs_cross_site_check", token | cookie).gives(False)
    exam.call("needs_cross_site_check", {}).gives(False)


@check(
    idea="A logout deletes the row. A token has no row, so nothing that is deleted ends it.",
    place="In who_calls: where Authorization came, do you look into sessions?",
    code='return claims["sub"], whatever stands in sessions',
    needs=[
        a_script_without_a_cookie_adds_the_token,
        a_program_brings_its_own_token,
        the_header_decides_alone,
    ],
    limit=5,
)
def a_logout_ends_the_cookies_alone(exam: Exam) -> None:
    """A real server knows all six; after alice's logout it knows the three with a token."""
    server = Server(exam)
    site = exam.serve(server)
    sent = six_callers(exam, server)
    visitors = {caller: site.visitor(caller) for caller in sent}
    names = {caller: SHOP if caller == SHOP else server.alice for caller in sent}
    for caller, headers in sent.items():
        visitors[caller].get("/api/me", headers=headers).has_status(200).says(names[caller])
    server.log_alice_out()
    for caller, headers in sent.items():
        answer = visitors[caller].get("/api/me", headers=headers)
        answer.says("UNKNOWN_SESSION" if caller in BROWSERS else names[caller])


def _cookie() -> str:
    """A short one, so that a line of the transcript can be read; lstrip("sid=") spoils it."""
    return f"sid=d{secrets.token_urlsafe(8)}"


def _token() -> str:
    """lstrip("Bearer ") spoils it."""
    return f"e{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(8)}"
