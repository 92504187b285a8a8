"""A server that is told a name and forgets it.

New here: everything. `read_cookie` looks for a cookie, but nobody has handed one out.
Alone: .venv/bin/python lessons/01_the_server_forgets/app.py
"""

from bottle import Bottle, request

from sandbox.login.cookies import CookieSettings, read_cookie
from sandbox.login.guard import LOOPBACK_NAMES
from sandbox.login.middleware import VISITOR, Middleware
from sandbox.login.refusals import Refusal
from sandbox.login.server import new_routes
from sandbox.trace.stage import story
from sandbox.tutor.lesson_pages import Form, Link, page
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=1800, base_name="lesson01")
NAME_FORM = Form("/", "Say it", {"name": "Your name"})
COME_BACK = Link("/", "Come back")
BY_LINK, BY_FORM = Link("/headers", "Ask by a link"), Form("/headers", "Ask by a form", {})


@story(read_cookie)
def recognise(cookie_header: str) -> str:
    """Who is asking? Whoever a cookie names; but there is none."""
    return read_cookie(COOKIE.name, cookie_header)


def make_routes() -> Bottle:
    app = new_routes()

    @app.get("/")
    def home() -> str:
        visitor = request.environ[VISITOR]
        name = "stranger" if isinstance(visitor, Refusal) else visitor
        address = request.environ["REMOTE_ADDR"]
        return page(f"Hello {name}", f"Your address is {address}.", NAME_FORM, BY_LINK)

    @app.post("/")
    def hear_name() -> str:
        return page(f"Hello {request.forms.name or 'stranger'}", COME_BACK)

    @app.route("/headers", ["GET", "POST"])
    def headers() -> str:
        token = request.environ.get("HTTP_AUTHORIZATION", "none")
        return page("What came with your request", f"Authorization: {token}", BY_LINK, BY_FORM)

    return app


def make_app(bricks: object) -> Middleware:
    return Middleware(make_routes(), recognise, LOOPBACK_NAMES)


if __name__ == "__main__":
    run_alone(__file__)
