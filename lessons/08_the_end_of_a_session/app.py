"""A server that ends sessions: on request, after silence, and after a lifetime.

New, unlike lesson 07: `log_out`, which deletes the row before it drops the cookie; `LIMITS`.
Alone: .venv/bin/python lessons/08_the_end_of_a_session/app.py
"""

from bottle import HTTPResponse, request

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks, Visitor, log_out, recognise
from sandbox.login.middleware import VISITOR, Middleware
from sandbox.login.server import guarded, new_routes, present_session, queue_cookie, see_other
from sandbox.login.sessions import Limits
from sandbox.tutor.lesson_login import add_login
from sandbox.tutor.lesson_pages import Form, Link, page
from sandbox.tutor.run_alone import run_alone

LIMITS = Limits(idle=20 * 60, lifetime=30 * 60, cookie_age=60 * 60)
COOKIE = CookieSettings(LIMITS.cookie_age, base_name="lesson08")
LOGOUTS = Form("/logout", "Log out", {}), Form("/logout/everywhere", "Log out everywhere", {})


def make_app(bricks: Bricks) -> Middleware:
    app = new_routes()
    add_login(app, bricks, follow=lambda _: "/profile")  # as in lesson 05

    @app.get("/")
    def home() -> str:
        user = request.environ[VISITOR].user
        return page(f"Hello {user or 'stranger'}", Link("/profile", "Profile"))

    @app.get("/profile")
    @guarded
    def profile(visitor: Visitor, user: str) -> str:
        return page(f"The profile of {user}", *LOGOUTS)

    @app.post("/logout")
    def logout() -> HTTPResponse:
        queue_cookie(log_out(bricks, present_session()))
        return see_other("/")

    @app.post("/logout/everywhere")
    def logout_everywhere() -> HTTPResponse:
        queue_cookie(log_out(bricks, present_session(), everywhere=True))
        return see_other("/")

    return Middleware(app, lambda header: recognise(bricks, header))


if __name__ == "__main__":
    run_alone(__file__)
