"""Careless: all that is known of a visitor stands in the cookie, so no server needs a store.

Unlike app.py: `recognise` looks nothing up, and `logout` has nothing to delete.
Alone: python lessons/14_many_servers/careless.py
"""

from functools import partial

from bottle import HTTPResponse, request

from sandbox.login.cookies import CookieSettings, clear_cookie, read_cookie, set_cookie
from sandbox.login.flow import Bricks
from sandbox.login.middleware import VISITOR, Middleware
from sandbox.login.refusals import Refusal
from sandbox.login.server import new_routes, queue_cookie, see_other
from sandbox.login.signing import check_signature, sign_session_id
from sandbox.login.strategies import authenticate, local
from sandbox.trace.stage import story
from sandbox.tutor.lesson_pages import Form, page
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson14_careless")
CARELESS = "The cookie is all there is: everybody can read it, and nothing ends it early."
LOG_IN = Form("/login", "Log in", {"username": "Name", "password": "Password"})
LOG_OUT = Form("/logout", "Log out", {})


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
        return page(f"Hello {name}", LOG_IN, LOG_OUT)

    @app.post("/login")
    @authenticate(local(bricks))
    def login(user: str) -> HTTPResponse:
        queue_cookie(set_cookie(COOKIE, sign_session_id(bricks.signer, user)))
        return see_other("/")

    @app.post("/logout")
    def logout() -> HTTPResponse:
        queue_cookie(clear_cookie(COOKIE))  # careless: there is no row to delete
        return see_other("/")

    return Middleware(app, partial(recognise, bricks))


if __name__ == "__main__":
    run_alone(__file__)
