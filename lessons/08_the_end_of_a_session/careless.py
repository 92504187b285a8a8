"""A careless server: logging out drops the cookie and leaves the row; browsers keep the pages.

The same as app.py but for `logout` and `without_cache_headers`.
Alone: python lessons/08_the_end_of_a_session/careless.py
"""

from typing import Any

from bottle import HTTPResponse, request

from sandbox.login.cookies import CookieSettings, clear_cookie
from sandbox.login.flow import Bricks, Visitor, log_in, recognise
from sandbox.login.guard import LOOPBACK_NAMES
from sandbox.login.middleware import VISITOR, Middleware, WSGIApp
from sandbox.login.server import guarded, new_routes, present_session, queue_cookie, see_other
from sandbox.login.sessions import Limits
from sandbox.tutor.lesson_pages import Form, Link, page
from sandbox.tutor.run_alone import run_alone

LIMITS = Limits(idle=20 * 60, lifetime=30 * 60, cookie_age=60 * 60)
COOKIE = CookieSettings(LIMITS.cookie_age, base_name="lesson08_careless")
CARELESS = "Logging out leaves the session in the store, and browsers may keep its pages."
LOGIN = Form("/login", "Log in", {"username": "Name", "password": "Password"})
LOGOUT = Form("/logout", "Log out", {})


def make_app(bricks: Bricks) -> WSGIApp:
    app = new_routes()

    @app.get("/")
    def home() -> str:
        name = request.environ[VISITOR].user or "stranger"
        return page(f"Hello {name}", Link("/profile", "Profile"))

    @app.get("/login")
    def login_form() -> str:
        return page("Log in", LOGIN)

    @app.post("/login")
    def login() -> HTTPResponse:
        name, password = request.forms.username, request.forms.password
        queue_cookie(log_in(bricks, name, password, request.remote_addr, present_session()))
        return see_other("/profile")

    @app.get("/profile")
    @guarded
    def profile(visitor: Visitor, user: str) -> str:
        return page(f"The profile of {user}", LOGOUT)

    @app.post("/logout")
    def logout() -> HTTPResponse:
        queue_cookie(clear_cookie(bricks.cookie))  # the flaw: the row stays
        return see_other("/")

    careful = Middleware(app, lambda header: recognise(bricks, header), LOOPBACK_NAMES)
    return without_cache_headers(careful)


def without_cache_headers(app: WSGIApp) -> WSGIApp:
    """The second flaw: browsers are not told to forget the pages."""

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            kept = [each for each in headers if each[0] not in ("Cache-Control", "Vary")]
            return start_response(status, kept, *rest)

        return app(environ, start)

    return answer


if __name__ == "__main__":
    run_alone(__file__)
