"""Careless: a visitor's name and words stand in the cookie, so no server needs a store.

Unlike app.py: `recognise` looks nothing up, `hand_out` writes the whole cookie anew each time, and
`logout` has nothing to delete. It is for this lesson only.
Alone: .venv/bin/python lessons/14_many_servers/careless.py
"""

from functools import partial

from bottle import HTTPResponse, request

from sandbox.login.cookies import (
    LONGEST_COOKIE,
    CookieSettings,
    clear_cookie,
    read_cookie,
    set_cookie,
)
from sandbox.login.flow import Bricks
from sandbox.login.middleware import VISITOR, Middleware
from sandbox.login.refusals import Refusal
from sandbox.login.server import new_routes, queue_cookie, see_other
from sandbox.login.signing import check_signature, sign_session_id
from sandbox.login.strategies import authenticate, local
from sandbox.trace.stage import story
from sandbox.tutor.lesson_pages import Form, is_a_name, page
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson14_careless")
CARELESS = "The cookie is all there is: everybody can read it, and nothing ends it early."
ROOM = LONGEST_COOKIE - 100  # bytes for name and words; the cookie's name, time and stamp need some
LOG_IN = Form("/login", "Log in", {"username": "Name", "password": "Password"})
WORD_FORM = Form("/word", "Keep it, too", {"word": "One more word"})
LOG_OUT = Form("/logout", "Log out", {})


@story(read_cookie, check_signature)
def recognise(bricks: Bricks, cookie_header: str) -> str:
    """Who is asking, with which words? The cookie says so, if the stamp on it is ours."""
    cookie = read_cookie(COOKIE.name, cookie_header)
    return check_signature(bricks.signer, cookie)


def hand_out(bricks: Bricks, data: str) -> HTTPResponse:
    """A cookie with all that is known, such as `alice:tulip`, in place of the one before."""
    queue_cookie(set_cookie(COOKIE, sign_session_id(bricks.signer, data)))
    return see_other("/")


def make_app(bricks: Bricks) -> Middleware:
    app = new_routes()

    @app.get("/")
    def home() -> str:
        visitor = request.environ[VISITOR]
        if isinstance(visitor, Refusal):
            return page("Hello stranger", LOG_IN)
        name, *words = visitor.split(":")
        kept = f"Your words: {', '.join(words) or 'none'}."
        return page(f"Hello {name}", kept, WORD_FORM, LOG_OUT)

    @app.post("/login")
    @authenticate(local(bricks))
    def login(user: str) -> HTTPResponse:
        return hand_out(bricks, user)

    @app.post("/word")
    def keep_word() -> str | HTTPResponse:
        visitor, word = request.environ[VISITOR], request.forms.word
        if isinstance(visitor, Refusal):
            return see_other("/")
        if not is_a_name(word) or len(visitor) + len(word) > ROOM:
            return page("Letters only, and no more of them than a cookie can hold", WORD_FORM)
        return hand_out(bricks, f"{visitor}:{word}")

    @app.post("/logout")
    def logout() -> HTTPResponse:
        queue_cookie(clear_cookie(COOKIE))  # careless: there is no row to delete
        return see_other("/")

    return Middleware(app, partial(recognise, bricks))


if __name__ == "__main__":
    run_alone(__file__)
