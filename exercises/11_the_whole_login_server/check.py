"""What the examiner does to exercise 11."""

from __future__ import annotations

import base64
import binascii
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.parse import urljoin

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from sandbox.tutor.exercise import Exam, check
from sandbox.tutor.visitor import Visitor as Browser

if TYPE_CHECKING:
    from httpx import Response

    from sandbox.tutor.exercise.site import Answer, Visitor

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # quick: only for the checks
COOKIE = "session"
HOURS_8, MINUTES_20 = 8 * 60 * 60, 20 * 60  # in seconds
ID = 43  # characters that hold 256 bits
# What /profile, / and /api/me say to somebody.
STRANGER, ALICE = "303 to /login, 200 stranger, 401", "200, 200 alice, 200"
LONGEST_SHOWN = 120  # characters of a cookie in the transcript


class Site:
    """The student's server on a port, with the accounts of alice and bob."""

    def __init__(self, exam: Exam, key: bytes = b"", told: str = "make_app(users, key, clock)"):
        self.exam, self._address = exam, ""
        self.passwords = {"alice": exam.password() + "-1", "bob": exam.password() + "-2"}
        users = {name: HASHER.hash(password) for name, password in self.passwords.items()}
        made = exam.call("make_app", users, key or exam.key(), exam.clock, told=told)
        if not callable(made.value):
            made.is_such("a Bottle app", callable)
        self._site = exam.serve(made.value)

    def browser(self, name: str) -> Visitor:
        """A browser with an empty jar."""
        return self._site.visitor(name)

    def log_in(self, name: str, browser: Visitor | None = None) -> Visitor:
        """The user logs in with the right password, in a new browser when none is given."""
        browser = browser or self.browser(name)
        answer = self.send_login(browser, name, self.passwords[name])
        _leads_to(answer, "/profile")
        self._address = urljoin(str(answer.value.url), "/")
        return browser

    def send_login(self, browser: Visitor, name: str, password: str) -> Answer:
        return browser.post("/login", username=name, password=password)

    def sees_a_stranger(self, value: str, note: str) -> None:
        """This cookie, sent by anybody, opens nothing on any page."""
        self._sees(STRANGER, value, note)

    def sees_alice(self, value: str, note: str) -> None:
        self._sees(ALICE, value, note)

    def sees_alice_each_time(self, value: str, times: int, minutes: int) -> None:
        """One line of the transcript for them all: the first that differs, or the last."""
        expected, told = ALICE, f"the same every {minutes} minutes, {times} times"

        def visits() -> str:
            for _ in range(times):
                self.exam.clock.forward(minutes * 60)
                seen = self._three_pages(f"{COOKIE}={value}")
                if seen != expected:
                    break
            return seen

        self.exam.act(told, visits).is_such(repr(expected), lambda seen: seen == expected)

    def _sees(self, expected: str, value: str, note: str) -> None:
        """Three pages in one line of the transcript, which would be long otherwise."""
        told = f"GET /profile, / and /api/me with {note}: {COOKIE}={_cut(value)}"
        pages = self.exam.act(told, lambda: self._three_pages(f"{COOKIE}={value}"))
        pages.is_such(repr(expected), lambda seen: seen == expected)

    def _three_pages(self, cookie: str) -> str:
        browser = Browser("anybody", self._address, self.exam.clock)
        sent: Any = cookie if cookie.isascii() else cookie.encode()
        try:
            paths = ("/profile", "/", "/api/me")
            pages = [self._site.ask(partial(browser.get, path, sent)) for path in paths]
        finally:
            browser.close()
        return ", ".join(_in_words(page, path) for page, path in zip(pages, paths, strict=True))


@check(
    idea="A stranger may see some pages, too. A form is only a page, and nothing is kept for it.",
    place='The routes @app.get("/") and @app.get("/login").',
    code='home: return template(HOME, name="stranger"). form: return template(LOGIN, problem="")',
)
def a_stranger_gets_pages(exam: Exam) -> None:
    """A stranger is greeted and gets the form, and no cookie."""
    stranger = Site(exam).browser("stranger")
    stranger.get("/").has_status(200).says("stranger").sets_no_cookie()
    form = stranger.get("/login").has_status(200)
    form.says("username").says("password").does_not_say("{{").sets_no_cookie()


@check(
    idea="The login hands out the ticket: one cookie, which the page's scripts cannot read.",
    place="In log_in: when the password is right, set the cookie, then redirect to /profile.",
    code='response.set_cookie("session", ticket, path="/", max_age=LIFETIME, httponly=True, '
    'samesite="lax"), then redirect("/profile")',
    needs=[a_stranger_gets_pages],
)
def a_login_sets_one_careful_cookie(exam: Exam) -> None:
    """The right password leads to /profile and sets one cookie, with its four attributes."""
    site = Site(exam)
    answer = site.send_login(site.browser("alice"), "alice", site.passwords["alice"])
    _leads_to(answer, "/profile")
    answer.is_such("one Set-Cookie", lambda response: len(_set_cookies(response)) == 1)
    answer.is_such(f"{COOKIE}=…", lambda got: _set_cookies(got)[0].startswith(f"{COOKIE}="))
    for attribute in ("HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={HOURS_8}"):
        answer.is_such(attribute, lambda got, a=attribute: a.lower() in _attributes(got))


@check(
    idea="Everybody can read a cookie. So it holds an id that says nothing; a row holds the rest.",
    place="In log_in: what do you sign? It must be a new random id, and the store gets a row.",
    code="new_id = secrets.token_urlsafe(32); sessions[new_id] = Session(name, …); "
    "ticket = signer.sign(new_id).decode()",
    needs=[a_login_sets_one_careful_cookie],
)
def the_cookie_tells_nothing(exam: Exam) -> None:
    """The cookie has an id and a stamp, and tells nothing, even when decoded."""
    site = Site(exam)
    cookie = _value(site.log_in("alice"))
    form = f"an id of {ID} characters or more, a dot, …, a stamp"
    exam.see("the value of alice's cookie", form, form if _is_a_ticket(cookie) else cookie)
    for what in ("alice", site.passwords["alice"]):
        _is_not_in(exam, what, cookie)


@check(
    idea="Whoever does not know the password gets the form once more, with the status 401.",
    place="In log_in, before anything is set. A form without fields is a wrong password, too.",
    code="try: PasswordHasher().verify(users.get(name, NOBODY), password); "
    "except VerificationError: response.status = 401; return form(…)",
    needs=[the_cookie_tells_nothing],
)
def a_wrong_password_gets_401(exam: Exam) -> None:
    """A wrong password gets the form again, with status 401 and no cookie."""
    site = Site(exam)
    browser = site.browser("bob")
    for password in (exam.password() + "-3", site.passwords["bob"], ""):
        answer = site.send_login(browser, "alice", password).has_status(401)
        answer.says("username").sets_no_cookie()
    browser.post("/login").has_status(401).sets_no_cookie()


@check(
    idea="A guesser wants to know which names exist: from the text, or from the time.",
    place="Where you check the password: one way for both cases, with NOBODY for unknown names.",
    code="verify(users.get(name, NOBODY), password), then: return name in users",
    needs=[a_wrong_password_gets_401],
)
def an_unknown_name_gets_the_same_answer(exam: Exam) -> None:
    """An unknown name gets the answer of a wrong password, after one verify, too."""
    site, unknown = Site(exam), f"{exam.name()}-3"
    pages, verified = [], []
    for name in ("alice", unknown):
        with _counted_verify() as calls:
            answer = site.send_login(site.browser("bob"), name, exam.password() + "-4")
        answer.has_status(401).sets_no_cookie()
        pages.append(answer.value.text.replace(name, "NAME"))
        verified.append(len(calls))
    exam.see("compare the two pages", pages[0], pages[1])
    exam.see("how often verify was called for each", [1, 1], verified)


@check(
    idea="The guard stands before each page that is not for everybody, and sends strangers away.",
    place="In profile and keep_word: who is asking? In me, too: a script needs a status.",
    code='profile, keep_word: if session is None: redirect("/login"). me: response.status = 401',
    needs=[an_unknown_name_gets_the_same_answer],
)
def a_stranger_is_sent_to_the_form(exam: Exam) -> None:
    """A stranger is sent to /login by each guarded page; /api/me says 401."""
    stranger = Site(exam).browser("stranger")
    _leads_to(stranger.get("/profile"), "/login")
    _leads_to(stranger.post("/word", word=exam.word()), "/login")
    stranger.get("/api/me").has_status(401)
    for path in ("/logout", "/logout/everywhere"):
        _leads_to(stranger.post(path), "/")


@check(
    idea="The ticket finds the row, and the row names the user: anew with every request.",
    place="Write a function that finds out who asks: cookie, stamp, row. Ask it in each route.",
    code="session_id = signer.unsign(request.get_cookie(COOKIE, '')).decode(); "
    "return sessions.get(session_id)",
    needs=[a_stranger_is_sent_to_the_form],
)
def whoever_logged_in_is_known(exam: Exam) -> None:
    """Whoever has logged in is named on /, on /profile and by /api/me."""
    alice = Site(exam).log_in("alice")
    alice.get("/").has_status(200).says("alice")
    alice.get("/profile").has_status(200).says("alice")
    _tells(alice.get("/api/me"), user="alice", word="")


@check(
    idea="The server answers many people in turn. Who asks belongs to the request.",
    place="Look for a variable outside of the routes that remembers the user or the session.",
    code="session = recognise(), inside of each route; nothing global or nonlocal for the user",
    needs=[whoever_logged_in_is_known],
)
def two_users_take_turns(exam: Exam) -> None:
    """alice, bob and a stranger take turns, and nobody becomes somebody else."""
    site = Site(exam)
    alice, bob, stranger = site.log_in("alice"), site.log_in("bob"), site.browser("stranger")
    alice.get("/profile").says("alice").does_not_say("bob")
    bob.get("/").says("bob").does_not_say("alice")
    stranger.get("/").says("stranger").does_not_say("bob")
    _tells(alice.get("/api/me"), user="alice", word="")
    _leads_to(stranger.get("/profile"), "/login")


@check(
    idea="The word is the coat: it stays in the row, and the ticket does not change.",
    place="In keep_word: write the word into the row of whoever asks. profile and me show it.",
    code='session.word = request.forms.word, then redirect("/profile")',
    needs=[two_users_take_turns],
)
def a_word_stays_on_the_server(exam: Exam) -> None:
    """A word stays on the server, and only its owner sees it."""
    site = Site(exam)
    alice, bob = site.log_in("alice"), site.log_in("bob")
    hers, his = exam.word() + "-1", exam.word() + "-2"
    for browser, word in ((alice, hers), (bob, his)):
        _leads_to(browser.post("/word", word=word), "/profile")
        _is_not_in(exam, word, browser.jar.header("/"))
    alice.get("/profile").says(hers).does_not_say(his)
    bob.get("/profile").says(his).does_not_say(hers)
    _tells(alice.get("/api/me"), user="alice", word=hers)


@check(
    idea="A word is text from outside. Put into a page as it is, the browser takes it for markup.",
    place="Where a page is made with an f-string or with +, or with {{!word}}.",
    code="template(PROFILE, name=session.user, word=session.word), with {{word}} in the page",
    needs=[a_word_stays_on_the_server],
)
def markup_in_a_word_is_shown_as_text(exam: Exam) -> None:
    """Markup in the word or in the name is shown as text."""
    site = Site(exam)
    alice, markup = site.log_in("alice"), f"<script>{exam.word()}</script>"
    alice.post("/word", word=markup).has_status(303)
    shown = markup.replace("<", "&lt;").replace(">", "&gt;")
    alice.get("/profile").does_not_say(markup).says(shown)
    alice.get("/").does_not_say(markup)
    site.send_login(site.browser("bob"), markup, exam.password()).does_not_say(markup)


@check(
    idea="The stamp proves that this server made the ticket, with this key. So compare it.",
    place="Where you find out who asks: first the stamp, with the key of make_app, then the store.",
    code="signer = Signer(key, …); try: signer.unsign(cookie); except BadSignature: a stranger",
    needs=[markup_in_a_word_is_shown_as_text],
)
def a_changed_or_forged_cookie_opens_nothing(exam: Exam) -> None:
    """A cookie that was changed, or stamped with another key, opens nothing."""
    site, seed = Site(exam, exam.key() + b"-1"), exam.random.randrange(10**9)
    with _random_bytes_from(seed):
        alice = site.log_in("alice")
    cookie, bobs = _value(alice), _value(site.log_in("bob"))
    session_id = cookie.partition(".")[0]
    unstamped, _, stamp = cookie.rpartition(".")
    for forged, note in (
        (_one_changed(session_id) + cookie[len(session_id) :], "a character of the id changed"),
        (f"{unstamped}.{_one_changed(stamp)}", "a character of the stamp changed"),
        (unstamped, "the stamp cut off"),
        (f"{unstamped}.", "an empty stamp"),
        (f"{unstamped}.{bobs.rpartition('.')[2]}", "the stamp of bob's cookie"),
    ):
        site.sees_a_stranger(forged, note)
    other = Site(exam, exam.key() + b"-2", told="make_app(users, another_key, clock)")
    with _random_bytes_from(seed):  # so that the two ids are the same, and only the key differs
        made_there = _value(other.log_in("alice"))
    site.sees_a_stranger(made_there, "the cookie made with another key")
    site.sees_alice(cookie, "the cookie as it was")


@check(
    idea="Anybody can send any cookie. What the server cannot read makes a stranger, no error.",
    place="Where you find out who asks: what if there is no dot, no stamp, or an é?",
    code="except BadSignature: return None. By hand, compare bytes: "
    "hmac.compare_digest(stamp.encode(), computed.encode())",
    needs=[a_changed_or_forged_cookie_opens_nothing],
    limit=5,
)
def a_strange_cookie_makes_a_stranger(exam: Exam) -> None:
    """Whatever stands in the cookie: a stranger is seen, and there is no error."""
    site = Site(exam)
    good, length = _value(site.log_in("alice")), exam.random.randrange(3000, 6000)
    unstamped = good.rpartition(".")[0]
    for value, note in (
        ("", "nothing in the cookie"),
        ("." * exam.random.randrange(1, 60), "nothing but dots"),
        ("x" * length, "no dot at all"),
        (f"{unstamped}.{'A' * length}", "a very long stamp"),
        ("x.y.z", "three parts of nonsense"),
        (f"{unstamped}.=", "a stamp that is no base64"),
        (f"{unstamped}.é", "a stamp that is not ASCII"),
        (f'"{unstamped}.\\351"', "the same, as cookies write it"),
        ('"\\000.\\000"', "characters of the number 0"),
        (f"x.y; {COOKIE}=a.b.c", "two cookies of the name"),
    ):
        site.sees_a_stranger(value, note)
    site.sees_alice(good, "a good cookie, after all these")


@check(
    idea="Somebody may know the ticket from before the login. So the login gives a new one.",
    place="In log_in: the id never comes from the request, and the session from before ends.",
    code="sessions.pop(session_id(), None), then new_id = secrets.token_urlsafe(32)",
    needs=[a_strange_cookie_makes_a_stranger],
)
def each_login_gives_a_new_id(exam: Exam) -> None:
    """Each login gives a new id: an old cookie and a planted one open nothing."""
    site = Site(exam)
    alice = site.log_in("alice")
    old = _value(alice)
    site.log_in("alice", alice)
    exam.see("compare the ids of the two logins", "not equal", _compared(old, _value(alice)))
    site.sees_a_stranger(old, "the cookie of the first login")
    site.sees_alice(_value(alice), "the cookie of the second login")
    planted = _value(site.log_in("bob"))
    for value in (planted, f"{exam.word()}.planted.by.bob"):
        alice.jar.keep(f"{COOKIE}={value}; Path=/")
        site.log_in("alice", alice)
        exam.see("compare bob's planted id with hers", "not equal", _compared(value, _value(alice)))
        alice.get("/", cookie=f"{COOKIE}={value}").does_not_say("alice")


@check(
    idea="The jar is the visitor's, and a copy may be elsewhere. To end a session is to delete it.",
    place="In log_out: take the row out of the store first. Then have the cookie dropped.",
    code='sessions.pop(session_id(), None), then response.delete_cookie(COOKIE, path="/")',
    needs=[each_login_gives_a_new_id],
)
def a_logout_ends_the_session(exam: Exam) -> None:
    """After a logout the cookie is dropped, and a copy of it opens nothing."""
    site = Site(exam)
    alice = site.log_in("alice")
    copy = _value(alice)
    answer = alice.post("/logout")
    _leads_to(answer, "/")
    answer.is_such("a Set-Cookie with Path=/", lambda response: "path=/" in _attributes(response))
    exam.see("look into alice's jar", "no cookie", alice.jar.header("/") or "no cookie")
    alice.get("/").says("stranger")
    site.sees_a_stranger(copy, "a copy from before the logout")


@check(
    idea="A user can have many sessions, one in each browser. Their rows name the user.",
    place="In log_out_everywhere: delete each row with this user, and no other row.",
    code="for each in [each for each, row in sessions.items() if row.user == session.user]: "
    "del sessions[each]",
    needs=[a_logout_ends_the_session],
)
def a_logout_everywhere_ends_all_of_hers(exam: Exam) -> None:
    """To log out everywhere ends all of alice's sessions, and leaves bob's."""
    site = Site(exam)
    alice, phone, bob = site.log_in("alice"), site.browser("alice's phone"), site.log_in("bob")
    site.log_in("alice", phone)
    copy = _value(alice)
    _leads_to(site.browser("stranger").post("/logout/everywhere"), "/")
    site.sees_alice(copy, "alice's cookie, after that")
    answer = alice.post("/logout/everywhere")
    _leads_to(answer, "/")
    answer.is_such("a Set-Cookie with Path=/", lambda response: "path=/" in _attributes(response))
    exam.see("look into alice's jar", "no cookie", alice.jar.header("/") or "no cookie")
    site.sees_a_stranger(copy, "a copy of alice's cookie")
    site.sees_a_stranger(_value(phone), "the cookie of alice's phone")
    bob.get("/profile").has_status(200).says("bob")


@check(
    idea="Any page can hold a link or a picture of your site. GET must change nothing.",
    place="The two routes of the logout: which methods do they answer?",
    code='@app.post("/logout") and @app.post("/logout/everywhere"), and no @app.get or @app.route',
    needs=[a_logout_everywhere_ends_all_of_hers],
)
def a_link_logs_nobody_out(exam: Exam) -> None:
    """GET /logout is refused with 404 or 405, and the session lives."""
    alice = Site(exam).log_in("alice")
    cookie = f"{COOKIE}={_value(alice)}"
    for path in ("/logout", "/logout/everywhere"):
        answer = alice.get(path, cookie=cookie)
        answer.is_such("status 404 or 405", lambda got: got.status_code in (404, 405))
        alice.get("/profile", cookie=cookie).has_status(200).says("alice")


@check(
    idea="Somebody walks away from a computer. The row says when he was last seen.",
    place="Where you find out who asks: compare the time with the row's, then write the new one.",
    code="if clock() - session.seen > IDLE: return None; session.seen = clock()",
    needs=[a_link_logs_nobody_out],
)
def silence_ends_a_session(exam: Exam) -> None:
    """Silence of 20 minutes and a second ends a session; a request begins them anew."""
    site = Site(exam)
    cookie = _value(site.log_in("alice"))
    for _ in range(2):
        exam.clock.forward(MINUTES_20)
        site.sees_alice(cookie, "alice's cookie, 20 minutes later")
    exam.clock.forward(MINUTES_20 + 1)
    for note in ("20 minutes and a second after that", "once more"):
        site.sees_a_stranger(cookie, f"alice's cookie, {note}")


@check(
    idea="A thief could keep a copy busy for ever. So the row says when the session began, too.",
    place="Where you find out who asks: a second limit, from the login on, that nothing moves.",
    code="if clock() - session.began > LIFETIME: return None",
    needs=[silence_ends_a_session],
    limit=5,
)
def eight_hours_end_a_busy_session(exam: Exam) -> None:
    """8 hours and a second after the login a session ends, however busy it is."""
    site = Site(exam)
    cookie = _value(site.log_in("alice"))
    site.sees_alice(cookie, "alice's cookie")
    site.sees_alice_each_time(cookie, times=32, minutes=15)
    exam.clock.forward(1)
    site.sees_a_stranger(cookie, "alice's cookie, a second later")


def _leads_to(answer: Answer, path: str) -> None:
    """A redirect to this page here; Bottle's own writes the whole address."""
    expected = f"303 to {path}"
    answer.is_such(expected, lambda response: _led(response) == expected)


def _led(response: Response) -> str:
    """The status and, when it is a redirect, the page that it leads to."""
    to = response.headers.get("location")
    if to is None:
        return str(response.status_code)
    here = str(response.url)
    path = urljoin(here, to).removeprefix(urljoin(here, "/"))
    return f"{response.status_code} to {path if '://' in path else '/' + path}"


def _in_words(response: Response, path: str) -> str:
    """Its status; on the home page also who is greeted."""
    greeted = [name for name in ("stranger", "alice", "bob") if name in response.text]
    return _led(response) + (f" {' and '.join(greeted) or 'nobody'}" if path == "/" else "")


def _cut(value: str) -> str:
    return value if len(value) <= LONGEST_SHOWN else f"{value[:20]}… ({len(value)} characters)"


def _tells(answer: Answer, **expected: str) -> None:
    answer.has_status(200).is_such(f"the JSON {expected}", lambda got: _json(got) == expected)


def _json(response: Response) -> object:
    try:
        return response.json()
    except ValueError:
        return None


def _set_cookies(response: Response) -> list[str]:
    return response.headers.get_list("set-cookie")


def _attributes(response: Response) -> list[str]:
    parts = [part for each in _set_cookies(response) for part in each.split(";")[1:]]
    return [part.strip().lower() for part in parts]


def _value(browser: Visitor) -> str:
    """What the jar holds; nothing when there is no such cookie."""
    return browser.jar.value(COOKIE) or ""


def _is_a_ticket(cookie: str) -> bool:
    session_id, dot, rest = cookie.partition(".")
    return len(session_id) >= ID and dot == "." and rest.rpartition(".")[2] != ""


def _one_changed(text: str) -> str:
    """One character in the middle is another one."""
    middle = len(text) // 2
    other = "A" if text[middle : middle + 1] != "A" else "B"
    return text[:middle] + other + text[middle + 1 :]


def _compared(one: str, other: str) -> str:
    same = one.partition(".")[0] == other.partition(".")[0]
    return "equal" if same else "not equal"


def _is_not_in(exam: Exam, what: str, cookie: str) -> None:
    found = any(what.encode() in text for text in _readable(cookie))
    exam.see(f"look for {what} in the cookie", "not there", cookie if found else "not there")


def _readable(cookie: str) -> Iterator[bytes]:
    """The cookie and its parts as they are, and decoded."""
    for part in (cookie, *cookie.partition("=")[2].split("."), *cookie.split(".")):
        yield part.encode()
        for decode in (base64.urlsafe_b64decode, base64.b64decode, bytes.fromhex):
            yield _decoded(decode, part)


def _decoded(decode: Callable[[str], bytes], part: str) -> bytes:
    padding = "" if decode == bytes.fromhex else "==="
    try:
        return decode(part + padding)
    except (ValueError, binascii.Error):
        return b""


@contextmanager
def _counted_verify() -> Iterator[list[str]]:
    """Each verify inside this block that has done its work is noted; no hash, no work."""
    calls, verify = [], PasswordHasher.verify

    def verify_and_note(hasher: PasswordHasher, stored: Any, password: Any) -> Any:
        try:
            return verify(hasher, stored, password)
        except VerifyMismatchError:
            calls.append("")
            raise

    with patch.object(PasswordHasher, "verify", verify_and_note):
        yield calls


@contextmanager
def _random_bytes_from(seed: int) -> Iterator[None]:
    """The system's random source repeats itself: every block with this seed draws the same."""
    source = random.Random(seed)  # noqa: S311  # predictable on purpose
    with (
        patch("os.urandom", source.randbytes),
        patch("random._urandom", source.randbytes),
        patch("secrets.token_bytes", lambda count=32: source.randbytes(count or 32)),
    ):
        yield
