"""A server with a guard before every page that is not on its list of public ones.

New, unlike lesson 05: `guard` decides with what `recognise` found out; `next` leads back.
Alone: .venv/bin/python lessons/06_the_guard/app.py
"""

from bottle import request

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks, recognise
from sandbox.login.guard import guard, safe_next
from sandbox.login.middleware import VISITOR, Middleware, is_static
from sandbox.login.refusals import Refusal
from sandbox.login.server import log_in_first, new_routes
from sandbox.login.sessions import Limits
from sandbox.tutor.lesson_login import add_login
from sandbox.tutor.lesson_pages import Link, page
from sandbox.tutor.run_alone import run_alone

LIMITS = Limits()
COOKIE = CookieSettings(LIMITS.cookie_age, base_name="lesson06")
PUBLIC = ("/", "/login")
FOR_USERS = (Link("/profile", "Profile"), Link("/report", "Report"))


def make_app(bricks: Bricks) -> Middleware:
    app = new_routes()
    add_login(app, bricks, follow=safe_next)  # as in lesson 05

    @app.hook("before_request")
    def guard_what_is_not_public() -> None:
        if request.path not in PUBLIC and not is_static(request.path):
            try:
                guard(request.environ[VISITOR], request.path)
            except Refusal as refusal:
                raise log_in_first(refusal, request.path) from refusal

    @app.get("/")
    def home() -> str:
        user = request.environ[VISITOR].user
        links = FOR_USERS if user else [Link("/login", "Log in")]
        return page(f"Hello {user or 'stranger'}", *links)

    @app.get("/profile")
    def profile() -> str:
        return page(f"You are {request.environ[VISITOR].user}")

    @app.get("/report")
    def report() -> str:
        return page("Report", "Sold this week: 12 tulips and 40 hammers.")

    @app.get("/api/me")
    def me() -> dict[str, str]:
        return {"user": request.environ[VISITOR].user}

    return Middleware(app, lambda header: recognise(bricks, header))


if __name__ == "__main__":
    run_alone(__file__)
