"""Careless: the name of whoever spoke last is kept in a variable that all visitors share.

Unlike app.py: `latest_name`. It is for this lesson only.
Alone: .venv/bin/python lessons/01_the_server_forgets/careless.py
"""

from bottle import Bottle, request

from sandbox.login.cookies import CookieSettings, read_cookie
from sandbox.login.guard import LOOPBACK_NAMES
from sandbox.login.middleware import Middleware
from sandbox.login.server import new_routes
from sandbox.trace.stage import story
from sandbox.tutor.lesson_pages import Form, Link, page
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=1800, base_name="lesson01_careless")
CARELESS = "It keeps one name in a variable, and greets every visitor by it."
NAME_FORM = Form("/", "Say it", {"name": "Your name"})
latest_name = "stranger"


@story(read_cookie)
def recognise(cookie_header: str) -> str:
    """Who is asking? Whoever a cookie names; but there is none."""
    return read_cookie(COOKIE.name, cookie_header)


def make_routes() -> Bottle:
    app = new_routes()

    @app.get("/")
    def home() -> str:
        address = request.environ["REMOTE_ADDR"]
        return page(f"Hello {latest_name}", f"Your address is {address}.", NAME_FORM)

    @app.post("/")
    def hear_name() -> str:
        global latest_name
        latest_name = request.forms.name or "stranger"
        return page(f"Hello {latest_name}", Link("/", "Come back"))

    return app


def make_app(bricks: object) -> Middleware:
    return Middleware(make_routes(), recognise, LOOPBACK_NAMES)


if __name__ == "__main__":
    run_alone(__file__)
