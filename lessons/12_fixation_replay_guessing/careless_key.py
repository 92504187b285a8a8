"""Careless: the user's name stands in the cookie, stamped with the key of the documentation.

Unlike app.py: `KEY`, and no row is kept. It is for this lesson only.
Alone: .venv/bin/python lessons/12_fixation_replay_guessing/careless_key.py
"""

from bottle import HTTPResponse, request

from sandbox.login.cookies import CookieSettings, read_cookie, set_cookie
from sandbox.login.flow import Bricks
from sandbox.login.keys import MemoryKeys
from sandbox.login.middleware import VISITOR, Middleware
from sandbox.login.refusals import Refusal
from sandbox.login.server import new_routes, queue_cookie, see_other
from sandbox.login.signing import SessionSigner, check_signature, sign_session_id
from sandbox.login.strategies import authenticate, local
from sandbox.trace.stage import story
from sandbox.tutor.lesson_pages import Form, page
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson12_careless_key")
CARELESS = "Its signing key stands in its documentation, and its cookie holds the user's name."
KEY = b"CHANGE_ME"  # careless: everybody who has read the documentation knows it
LOG_IN = Form("/login", "Log in", {"username": "Name", "password": "Password"})


@story(read_cookie, check_signature)
def recognise(signer: SessionSigner, cookie_header: str) -> str:
    """Who is asking? Whoever the cookie names; no store is asked."""
    return check_signature(signer, read_cookie(COOKIE.name, cookie_header))


def make_app(bricks: Bricks) -> Middleware:
    app, signer = new_routes(), SessionSigner(MemoryKeys(KEY), bricks.clock, COOKIE.max_age)

    @app.get("/")
    def home() -> str:
        visitor = request.environ[VISITOR]
        is_known = not isinstance(visitor, Refusal)
        return page(f"The profile of {visitor}") if is_known else page("Hello stranger", LOG_IN)

    @app.post("/login")
    @authenticate(local(bricks))
    def login(user: str) -> HTTPResponse:
        queue_cookie(set_cookie(COOKIE, sign_session_id(signer, user)))
        return see_other("/")

    return Middleware(app, lambda header: recognise(signer, header))


if __name__ == "__main__":
    run_alone(__file__)
