"""A server that can be one of many: it runs in two processes, with a store each or with one.

New, unlike lesson 13: nothing in this file. What differs is where its sessions are kept.
Alone: .venv/bin/python lessons/14_many_servers/app.py
"""

from bottle import HTTPResponse

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks, Visitor, log_out, recognise
from sandbox.login.middleware import Middleware
from sandbox.login.server import guarded, new_routes, present_session, queue_cookie, see_other
from sandbox.tutor.lesson_login import add_login
from sandbox.tutor.lesson_pages import Form, Link, page
from sandbox.tutor.lesson_word import add_word, your_word
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson14")
LINKS = Link("/login", "Log in"), Link("/profile", "Profile")


def make_app(bricks: Bricks) -> Middleware:
    app = new_routes()
    add_word(app, bricks, *LINKS)  # as in lesson 07
    add_login(app, bricks, follow=lambda _: "/profile")  # as in lesson 05

    @app.get("/profile")
    @guarded
    def profile(visitor: Visitor, user: str) -> str:
        return page(f"The profile of {user}", your_word(visitor), Form("/logout", "Log out", {}))

    @app.post("/logout")
    def logout() -> HTTPResponse:
        queue_cookie(log_out(bricks, present_session()))
        return see_other("/")

    return Middleware(app, lambda header: recognise(bricks, header))


if __name__ == "__main__":
    run_alone(__file__)
