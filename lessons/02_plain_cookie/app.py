"""A server that hands out the visitor's name in a cookie, and believes it when it comes back.

New, unlike lesson 01: `set_cookie` sends the name out; `read_cookie` finds it from then on.
Alone: .venv/bin/python lessons/02_plain_cookie/app.py
"""

from bottle import Bottle, HTTPResponse, request

from sandbox.login.cookies import CookieSettings, read_cookie, set_cookie
from sandbox.login.guard import LOOPBACK_NAMES
from sandbox.login.middleware import VISITOR, Middleware
from sandbox.login.refusals import Refusal
from sandbox.login.server import new_routes, queue_cookie, see_other
from sandbox.trace.stage import story
from sandbox.tutor.lesson_pages import Form, Link, is_a_name, page
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=1800, base_name="lesson02")
NAME_FORM = Form("/", "Say it", {"name": "Your name"})


@story(read_cookie)
def recognise(cookie_header: str) -> str:
    """Who is asking? Whoever the cookie names."""
    return read_cookie(COOKIE.name, cookie_header)


def make_routes() -> Bottle:
    app = new_routes()

    @app.get("/")
    def home() -> str:
        return page(f"Hello {visitor()}", Link("/news", "News"), NAME_FORM)

    @app.get("/news")
    def news() -> str:
        return page(f"News for {visitor()}")

    @app.post("/")
    def hear_name() -> str | HTTPResponse:
        if not is_a_name(request.forms.name):
            return page("Use the letters a to z, at most 20", NAME_FORM)
        queue_cookie(set_cookie(COOKIE, request.forms.name))
        return see_other("/")

    return app


def visitor() -> str:
    seen: str | Refusal = request.environ[VISITOR]
    return "stranger" if isinstance(seen, Refusal) else seen


def make_app(bricks: object) -> Middleware:
    return Middleware(make_routes(), recognise, LOOPBACK_NAMES)


if __name__ == "__main__":
    run_alone(__file__)
