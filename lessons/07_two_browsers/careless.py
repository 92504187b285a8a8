"""A careless server: it keeps the current user in one variable, and shows anybody's word.

The same as app.py but for `current`, and for `/word`, which believes the address.
Alone: python lessons/07_two_browsers/careless.py
"""

from bottle import HTTPResponse, request

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks, Visitor, log_in, recognise
from sandbox.login.guard import LOOPBACK_NAMES
from sandbox.login.middleware import Middleware
from sandbox.login.refusals import BadCredentials, Throttled
from sandbox.login.server import guarded, new_routes, present_session, queue_cookie, see_other
from sandbox.login.word import is_a_word, write_word
from sandbox.tutor.lesson_pages import Form, Link, page
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson07_careless")
CARELESS = "It keeps the current user in one variable, and shows the word of any user you name."
LOGIN = Form("/login", "Log in", {"username": "Name", "password": "Password"})
WORD = Form("/word", "Keep it", {"word": "A word, at most 40 characters"})
current = {"user": "stranger"}  # the flaw: one variable for all visitors


def make_app(bricks: Bricks) -> Middleware:
    app = new_routes()

    @app.get("/")
    def home() -> str:
        return page(f"Hello {current['user']}", Link("/word", "Word"))

    @app.get("/login")
    def login_form() -> str:
        return page("Log in", LOGIN)

    @app.post("/login")
    def login() -> str | HTTPResponse:
        name, password = request.forms.username, request.forms.password
        try:
            queue_cookie(log_in(bricks, name, password, request.remote_addr, present_session()))
        except (BadCredentials, Throttled) as refusal:
            return page("Log in", refusal.sentence, LOGIN)
        current["user"] = name
        return see_other("/word")

    @app.get("/word")
    @guarded
    def show_word(visitor: Visitor, user: str) -> str:
        owner = request.query.user or current["user"]  # the flaw: nobody asks whose word it is
        words = [session.word for session in bricks.store.all_of(owner)]
        word = words[0] if words else ""
        return page(f"Hello {current['user']}", f"The word: {word or 'none yet'}.", WORD)

    @app.post("/word")
    @guarded
    def keep_word(visitor: Visitor, user: str) -> HTTPResponse:
        if is_a_word(request.forms.word):
            write_word(bricks.store, visitor.session, request.forms.word)
        return see_other("/word")

    return Middleware(app, lambda header: recognise(bricks, header), LOOPBACK_NAMES)


if __name__ == "__main__":
    run_alone(__file__)
