"""Careless: the whole login stands in a token, and a word from a dictionary signs it.

Unlike app.py: the token is in the cookie; there is no row; `KEY`. It is for this lesson only.
Alone: .venv/bin/python lessons/09_tokens/careless.py
"""

import warnings
from functools import partial

from bottle import HTTPResponse, request

from sandbox.login.cookies import CookieSettings, clear_cookie, read_cookie, set_cookie
from sandbox.login.flow import Bricks
from sandbox.login.keys import MemoryKeys
from sandbox.login.middleware import VISITOR, Middleware
from sandbox.login.refusals import Refusal
from sandbox.login.server import new_routes, queue_cookie, see_other
from sandbox.login.strategies import authenticate, local
from sandbox.login.tokens import TokenSigner, check_token, sign_token
from sandbox.trace.stage import story
from sandbox.tutor.lesson_pages import Form, page
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=15 * 60, base_name="lesson09_careless")
CARELESS = "Its token stands alone, so nothing ends it early, and its signing key can be guessed."
KEY = b"secret"
LOG_IN = Form("/login", "Log in", {"username": "Name", "password": "Password"})
LOG_OUT = Form("/logout", "Log out", {})
warnings.filterwarnings("ignore", message="The HMAC key is")  # PyJWT warns of such a key


@story(read_cookie, check_token)
def recognise(tokens: TokenSigner, cookie_header: str) -> str:
    """Who is asking? Whoever the token names; no store is asked."""
    token = read_cookie(COOKIE.name, cookie_header)
    return check_token(tokens, token)


def make_app(bricks: Bricks) -> Middleware:
    app, tokens = new_routes(), TokenSigner(MemoryKeys(KEY), bricks.clock)

    @app.get("/")
    def home() -> str:
        visitor = request.environ[VISITOR]
        is_known = not isinstance(visitor, Refusal)
        return page(f"Hello {visitor if is_known else 'stranger'}", LOG_OUT if is_known else LOG_IN)

    @app.post("/login")
    @authenticate(local(bricks))
    def login(user: str) -> HTTPResponse:
        queue_cookie(set_cookie(COOKIE, sign_token(tokens, user)))
        return see_other("/")

    @app.post("/logout")
    def logout() -> HTTPResponse:
        queue_cookie(clear_cookie(COOKIE))  # careless: there is no row that could be deleted
        return see_other("/")

    return Middleware(app, partial(recognise, tokens))


if __name__ == "__main__":
    run_alone(__file__)
