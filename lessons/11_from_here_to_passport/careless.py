"""Careless: its guard stands before the middleware that recognises, and one page before both.

Unlike app.py: `too_early`. It is for this lesson only.
Alone: .venv/bin/python lessons/11_from_here_to_passport/careless.py
"""

from bottle import HTTPResponse, request

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks, begin_session, recognise
from sandbox.login.guard import guard
from sandbox.login.middleware import VISITOR, Environ, Middleware, StartResponse, WSGIApp
from sandbox.login.refusals import NoCookie, Refusal
from sandbox.login.server import new_routes, present_session, queue_cookie, see_other
from sandbox.login.strategies import authenticate, local
from sandbox.tutor.lesson_pages import Form, Link, page
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson11_careless")
CARELESS = "Its guard asks who is there before anybody is recognised, and misses a page."
LOG_IN = Form("/login", "Log in", {"username": "Name", "password": "Password"})


def make_app(bricks: Bricks) -> WSGIApp:
    app = new_routes()

    @app.get("/")
    def home() -> str:
        name = request.environ[VISITOR].user or "stranger"
        return page(f"Hello {name}", LOG_IN, Link("/profile", "Profile"), Link("/report", "Report"))

    @app.post("/login")
    @authenticate(local(bricks))
    def login(user: str) -> HTTPResponse:
        queue_cookie(begin_session(bricks, user, present_session()))
        return see_other("/")

    return too_early(Middleware(app, lambda header: recognise(bricks, header)))


def too_early(recognises_and_routes: WSGIApp) -> WSGIApp:
    """Careless: first a page, then the guard, and only then the middleware that recognises."""

    def answer(environ: Environ, start_response: StartResponse) -> object:
        if environ["PATH_INFO"] == "/report":
            start_response("200 OK", [("Content-Type", "text/html; charset=UTF-8")])
            return [page("The report of this year").encode()]
        if environ["PATH_INFO"] == "/profile":
            try:
                guard(environ.get(VISITOR, NoCookie()), "/profile")
            except Refusal:
                start_response("303 See Other", [("Location", "/"), ("Content-Length", "0")])
                return []
        return recognises_and_routes(environ, start_response)

    return answer


if __name__ == "__main__":
    run_alone(__file__)
