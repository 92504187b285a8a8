"""A server with one page. It is here so that you can read its trace.

New here: everything. `recognise` is the story of each request; `read_cookie` is its only stage.
Alone: .venv/bin/python lessons/00_reading_a_trace/app.py
"""

from bottle import Bottle

from sandbox.login.cookies import CookieSettings, read_cookie
from sandbox.login.guard import LOOPBACK_NAMES
from sandbox.login.middleware import Middleware
from sandbox.login.server import new_routes
from sandbox.trace.stage import story
from sandbox.tutor.lesson_pages import Link, page
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=1800, base_name="lesson00")


@story(read_cookie)
def recognise(cookie_header: str) -> str:
    """Who is asking? Whoever a cookie names; but nobody has handed one out."""
    return read_cookie(COOKIE.name, cookie_header)


def make_routes() -> Bottle:
    app = new_routes()

    @app.get("/")
    def home() -> str:
        return page("Hello", "Now look at the terminal.", Link("/", "Once more"))

    return app


def make_app(bricks: object) -> Middleware:
    return Middleware(make_routes(), recognise, LOOPBACK_NAMES)


if __name__ == "__main__":
    run_alone(__file__)
