"""Careless: logging out drops the cookie and leaves the row; browsers may keep the pages.

Unlike app.py: `logout`, and `without_no_store`. It is for this lesson only.
Alone: .venv/bin/python lessons/08_the_end_of_a_session/careless.py
"""

from typing import Any

from bottle import HTTPResponse, request

from sandbox.login.cookies import CookieSettings, clear_cookie
from sandbox.login.flow import Bricks, Visitor, recognise
from sandbox.login.middleware import VISITOR, Middleware, WSGIApp
from sandbox.login.server import guarded, new_routes, queue_cookie, see_other
from sandbox.login.sessions import Limits
from sandbox.tutor.lesson_login import add_login
from sandbox.tutor.lesson_pages import Form, Link, page
from sandbox.tutor.run_alone import run_alone

LIMITS = Limits(idle=20 * 60, lifetime=30 * 60, cookie_age=60 * 60)
COOKIE = CookieSettings(LIMITS.cookie_age, base_name="lesson08_careless")
CARELESS = "Logging out leaves the session in the store, and browsers may keep its pages."
LOGOUT = Form("/logout", "Log out", {})


def make_app(bricks: Bricks) -> WSGIApp:
    app = new_routes()
    add_login(app, bricks, follow=lambda _: "/profile")

    @app.get("/")
    def home() -> str:
        user = request.environ[VISITOR].user
        return page(f"Hello {user or 'stranger'}", Link("/profile", "Profile"))

    @app.get("/profile")
    @guarded
    def profile(visitor: Visitor, user: str) -> str:
        return page(f"The profile of {user}", LOGOUT)

    @app.post("/logout")
    def logout() -> HTTPResponse:
        queue_cookie(clear_cookie(COOKIE))  # careless: the row stays
        return see_other("/")

    return without_no_store(Middleware(app, lambda header: recognise(bricks, header)))


def without_no_store(app: WSGIApp) -> WSGIApp:
    """Careless: no page says `no-store`, nor (in Vary) that it depends on the cookie."""

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            kept = [each for each in headers if each[0] not in ("Cache-Control", "Vary")]
            return start_response(status, kept, *rest)

        return app(environ, start)

    return answer


if __name__ == "__main__":
    run_alone(__file__)
