"""The routes: each turns a request into a call of the stories, and their answer into a page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial, wraps
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bottle import Bottle, HTTPError, HTTPResponse, request, static_file

from sandbox.login.flow import Bricks, Visitor, log_in, log_out, recognise
from sandbox.login.guard import LOOPBACK_NAMES, guard, safe_next
from sandbox.login.middleware import SET_COOKIES, VISITOR, Middleware, WSGIApp
from sandbox.login.pages import error_page, render
from sandbox.login.refusals import BadCredentials, Refusal, Throttled, UnknownSession
from sandbox.login.stores import Session
from sandbox.login.word import WORD_KEPT, is_a_word, mark_as_read, write_word

STATIC = str(Path(__file__).parent / "static")
BOTTLE_SAYS = {
    404: "There is no page at this address.",
    405: "This page does not answer this kind of request.",
}
SAID = {
    "logged-out": "You are logged out: the session was deleted and the cookie dropped.",
    "everywhere": "You are logged out in every browser: all your sessions were deleted.",
    "no-session": "This browser had no session to end. Other browsers were not touched.",
}
# RFC 9110 section 11.6.1: a 401 names a scheme. Browsers ask for a password for Basic only.
LOG_IN_FIRST = {"WWW-Authenticate": 'Cookie realm="login sandbox", form-action="/login"'}


def make_app(
    bricks: Bricks,
    hosts: Collection[str] = LOOPBACK_NAMES,
    demo_accounts: Mapping[str, str] | None = None,
) -> WSGIApp:
    """The whole login server, as a WSGI application."""
    return Middleware(make_routes(bricks, demo_accounts or {}), partial(recognise, bricks), hosts)


def make_routes(bricks: Bricks, demo_accounts: Mapping[str, str]) -> Bottle:
    """The routes alone; `demo_accounts` stand on the login page."""
    app = new_routes()

    @app.get("/")
    def home() -> str:
        said = SAID.get(request.query.said)
        return page("home.html", said=said)

    @app.get("/login")
    def login_form() -> str:
        return page("login.html", **form(request.query.next))

    @app.post("/login")
    def login() -> HTTPResponse:
        fields, address = request.forms, request.environ.get("REMOTE_ADDR", "")
        try:
            header = log_in(bricks, fields.username, fields.password, address, present_session())
        except BadCredentials as refusal:
            return form_again(refusal.sentence, 401, LOG_IN_FIRST)
        except Throttled as refusal:
            says = f"{refusal.sentence} Wait {refusal.retry_after} s, then try again."
            return form_again(says, 429, {"Retry-After": str(refusal.retry_after)})
        queue_cookie(header)
        return see_other(safe_next(fields.next))

    def form_again(problem: str, status: int, headers: dict[str, str]) -> HTTPResponse:
        values = form(request.forms.next, request.forms.username, problem)
        return HTTPResponse(page("login.html", **values), status, headers)

    def form(next_page: str, username: str = "", problem: str = "") -> dict[str, Any]:
        return {
            "next": safe_next(next_page),
            "username": username,
            "problem": problem,
            "demo_accounts": demo_accounts,
        }

    @app.get("/profile")
    @guarded
    def profile(visitor: Visitor, user: str) -> str:
        sessions = bricks.store.all_of(user)
        limits, now = bricks.limits, bricks.clock()
        return page("profile.html", sessions=sessions, limits=limits, now=now)

    @app.post("/word")
    @guarded
    def save_word(visitor: Visitor, user: str) -> HTTPResponse:
        word, session = request.forms.word.strip(), visitor.session
        if not is_a_word(word):
            bricks.store.write(session.id, flash=(WORD_KEPT,))
            return see_other("/profile")
        try:
            write_word(bricks.store, session, word)
        except UnknownSession as refusal:
            return log_in_first(refusal, "/profile")
        return see_other("/profile")

    @app.post("/logout")
    def logout() -> HTTPResponse:
        session = present_session()
        queue_cookie(log_out(bricks, session))
        return see_other("/?said=" + ("logged-out" if session else "no-session"))

    @app.post("/logout/everywhere")
    def logout_everywhere() -> HTTPResponse:
        session = present_session()
        queue_cookie(log_out(bricks, session, everywhere=True))
        return see_other("/?said=" + ("everywhere" if session else "no-session"))

    @app.get("/api/me")
    @guarded
    def me(visitor: Visitor, user: str) -> dict[str, str]:
        return {"user": user, "word": visitor.session.word}

    def page(template: str, **values: Any) -> str:
        visitor = request.environ[VISITOR]
        known = visitor if isinstance(visitor, Visitor) else None
        refusal = visitor if isinstance(visitor, Refusal) else None
        flash = known.session.flash if known else ()
        if known and flash and request.method != "HEAD":
            mark_as_read(bricks.store, known.session)
        return render(template, visitor=known, refusal=refusal, flash=flash, **values)

    return app


def new_routes() -> Bottle:
    """No page yet, only what every page needs: style sheets, and an answer when there is none."""
    app = Bottle()
    app.config["catchall"] = False  # the middleware answers what goes wrong
    app.default_error_handler = _error

    @app.get("/static/<name>")
    def static(name: str) -> HTTPResponse:
        return static_file(name, STATIC)

    return app


def guarded(route: Callable[[Visitor, str], Any]) -> Callable[[], Any]:
    """Protect a route: a stranger is sent to the login page, a script is told 401."""

    @wraps(route)
    def protected() -> Any:
        try:
            visitor = guard(request.environ[VISITOR], request.path)
        except Refusal as refusal:
            return log_in_first(refusal, request.path)
        return route(visitor, visitor.user or "")

    return protected


def log_in_first(refusal: Refusal, path: str) -> HTTPResponse:
    if path.startswith("/api/"):
        _, body = error_page(path, refusal, "401", refusal.code, refusal.sentence, "")
        return HTTPResponse(body, 401, LOG_IN_FIRST | {"Content-Type": "application/json"})
    come_back = path if request.method in ("GET", "HEAD") else "/profile"
    return see_other("/login?next=" + quote(come_back, safe="/"))


def present_session() -> Session | None:
    """The session this browser has at present, even one that has timed out."""
    visitor: Visitor | Refusal = request.environ[VISITOR]
    return visitor.session


def queue_cookie(set_cookie_header: str) -> None:
    """Have a Set-Cookie header sent with this response, whatever becomes of it."""
    request.environ[SET_COOKIES].append(set_cookie_header)


def see_other(path: str) -> HTTPResponse:
    """303: the form was taken, GET this page now (RFC 9110 section 15.4.4)."""
    return HTTPResponse("", 303, {"Location": path})


def _error(error: HTTPError) -> HTTPResponse:
    """What Bottle itself refuses: no such page, no such method, an unreadable form."""
    says = BOTTLE_SAYS.get(error.status_code, str(error.body))
    advice = "Go to the home page and follow the links from there."
    visitor = request.environ.get(VISITOR)
    content_type, body = error_page(request.path, visitor, error.status_line, "", says, advice)
    headers = {"Content-Type": content_type}
    if "Allow" in error.headers:
        headers["Allow"] = error.headers["Allow"]
    return HTTPResponse(body, error.status_code, headers)
