"""A server that asks for a password once and then knows its visitor by the ticket.

New, unlike lesson 04: `log_in` checks a password and begins a session that names the user.
Alone: .venv/bin/python lessons/05_logging_in/app.py
"""

from bottle import HTTPResponse, request

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks, log_in, recognise
from sandbox.login.middleware import VISITOR, Middleware
from sandbox.login.refusals import BadCredentials
from sandbox.login.server import LOG_IN_FIRST, new_routes, present_session, queue_cookie, see_other
from sandbox.login.sessions import Limits
from sandbox.tutor.lesson_pages import Form, Link, page
from sandbox.tutor.lesson_word import WORD_FORM, keep_word, your_word
from sandbox.tutor.run_alone import run_alone

LIMITS = Limits()
COOKIE = CookieSettings(LIMITS.cookie_age, base_name="lesson05")
FORM = Form("/login", "Log in", {"username": "Name", "password": "Password"})
LINKS = (Link("/login", "Log in"), Link("/news", "News"))


def make_app(bricks: Bricks) -> Middleware:
    app = new_routes()

    @app.get("/")
    def home() -> str:
        seen = request.environ[VISITOR]
        return page(f"Hello {seen.user or 'stranger'}", your_word(seen), WORD_FORM, *LINKS)

    @app.post("/")
    def hear_word() -> str | HTTPResponse:
        return keep_word(bricks, request.environ[VISITOR], request.forms.word)

    @app.get("/news")
    def news() -> str:
        return page(f"News for {request.environ[VISITOR].user or 'a stranger'}")

    @app.get("/login")
    def login_page() -> str:
        return page("Log in", FORM)

    @app.post("/login")
    def login() -> HTTPResponse:
        form, present = request.forms, present_session()
        try:
            header = log_in(bricks, form.username, form.password, request.remote_addr, present)
        except BadCredentials as refusal:
            return HTTPResponse(page("Not logged in", refusal.sentence, FORM), 401, LOG_IN_FIRST)
        queue_cookie(header)
        return see_other("/")

    return Middleware(app, lambda header: recognise(bricks, header))


if __name__ == "__main__":
    run_alone(__file__)
