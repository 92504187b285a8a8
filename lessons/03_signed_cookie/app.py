"""A server that stamps the name it hands out, and believes nothing without its stamp.

New, unlike lesson 02: `sign_session_id` makes the stamp, `check_signature` makes it again.
Alone: .venv/bin/python lessons/03_signed_cookie/app.py
"""

from functools import partial

from bottle import HTTPResponse, request

from sandbox.login.cookies import CookieSettings, read_cookie, set_cookie
from sandbox.login.flow import Bricks
from sandbox.login.guard import LOOPBACK_NAMES
from sandbox.login.middleware import VISITOR, Middleware
from sandbox.login.refusals import Refusal
from sandbox.login.server import new_routes, queue_cookie, see_other
from sandbox.login.signing import check_signature, sign_session_id
from sandbox.trace.stage import story
from sandbox.tutor.cookie_reader import read_aloud
from sandbox.tutor.lesson_pages import Form, is_a_name, page
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=3600, base_name="lesson03")
NAME_FORM = Form("/", "Say it", {"name": "Your name"})
READ_FORM = Form("/read", "Read it", {"cookie": "The value of a cookie"})


@story(read_cookie, check_signature)
def recognise(bricks: Bricks, cookie_header: str) -> str:
    """Who is asking? Whoever the cookie names, if the stamp on it is ours."""
    cookie = read_cookie(COOKIE.name, cookie_header)
    return check_signature(bricks.signer, cookie)


def make_app(bricks: Bricks) -> Middleware:
    app = new_routes()

    @app.get("/")
    def home() -> str:
        visitor = request.environ[VISITOR]
        name = "stranger" if isinstance(visitor, Refusal) else visitor
        return page(f"Hello {name}", NAME_FORM, READ_FORM)

    @app.post("/")
    def hear_name() -> str | HTTPResponse:
        if not is_a_name(request.forms.name):
            return page("Use the letters a to z, at most 20", NAME_FORM)
        cookie = sign_session_id(bricks.signer, request.forms.name)
        queue_cookie(set_cookie(COOKIE, cookie))
        return see_other("/")

    @app.post("/read")
    def read() -> str:
        return page("Read without a key", *read_aloud(request.forms.cookie))

    return Middleware(app, partial(recognise, bricks), LOOPBACK_NAMES)


if __name__ == "__main__":
    run_alone(__file__)
