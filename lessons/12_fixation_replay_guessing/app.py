"""A server that withstands old attacks: a planted ticket, a copy, a late write, a guesser.

New, unlike lesson 11: `keep_slowly`, during which the same user logs out in another tab.
Alone: .venv/bin/python lessons/12_fixation_replay_guessing/app.py
"""

from bottle import HTTPResponse, request

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks, Visitor, log_out, recognise
from sandbox.login.middleware import Middleware
from sandbox.login.server import guarded, new_routes, present_session, queue_cookie, see_other
from sandbox.login.sessions import close_session
from sandbox.login.word import write_word
from sandbox.tutor.lesson_login import add_login
from sandbox.tutor.lesson_pages import Form, Link, page
from sandbox.tutor.lesson_word import add_word, your_word
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson12")
LINKS = Link("/login", "Log in"), Link("/profile", "Profile")
SLOWLY = Form("/slowly", "Keep it slowly", {"word": "Your word"})
STAGED = "While it keeps a word slowly, this server stages a logout in another tab."
LOG_OUT = Form("/logout", "Log out", {})


def make_app(bricks: Bricks) -> Middleware:
    app = new_routes()
    add_word(app, bricks, *LINKS)  # as in lesson 07
    add_login(app, bricks, follow=lambda _: "/profile")  # as in lesson 05

    @app.get("/profile")
    @guarded
    def profile(visitor: Visitor, user: str) -> str:
        return page(f"The profile of {user}", your_word(visitor), STAGED, SLOWLY, LOG_OUT)

    @app.post("/slowly")
    @guarded
    def keep_slowly(visitor: Visitor, user: str) -> HTTPResponse:
        """While it works, this user logs out in another tab: staged here, each time."""
        close_session(bricks.store, visitor.session, everywhere=False)  # the other tab
        write_word(bricks.store, visitor.session, request.forms.word)  # UnknownSession: too late
        return see_other("/profile")

    @app.post("/logout")
    def logout() -> HTTPResponse:
        queue_cookie(log_out(bricks, present_session()))
        return see_other("/")

    return Middleware(app, lambda header: recognise(bricks, header))


if __name__ == "__main__":
    run_alone(__file__)
