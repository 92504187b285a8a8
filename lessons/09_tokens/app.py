"""A server with two logins: a session for its pages, a token for callers of its API.

New, unlike lesson 08: `sign_token` writes a token, `check_token` reads it; no row is kept.
Alone: .venv/bin/python lessons/09_tokens/app.py
"""

from pathlib import Path

from bottle import HTTPResponse, request, static_file

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks, log_out, recognise
from sandbox.login.middleware import VISITOR, Middleware
from sandbox.login.server import new_routes, present_session, queue_cookie, see_other
from sandbox.login.strategies import authenticate, bearer, local
from sandbox.login.tokens import TokenSigner, read_without_key, sign_token
from sandbox.tutor.lesson_login import add_login
from sandbox.tutor.lesson_pages import Form, Link, Script, page
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson09")
HERE, SCRIPT = str(Path(__file__).parent), Script("/front_end.js")
SHOWN = Link("/login", "Log in"), Form("/logout", "Log out", {})
READ = Form("/read", "Read it", {"token": "A token"})


def make_app(bricks: Bricks) -> Middleware:
    app, tokens = new_routes(), TokenSigner(bricks.signer.keys, bricks.clock)
    add_login(app, bricks, follow=lambda _: "/")  # a session, as in lesson 05
    app.get("/front_end.js", callback=lambda: static_file("front_end.js", HERE))

    @app.get("/")
    def home() -> str:
        return page(f"Hello {request.environ[VISITOR].user or 'stranger'}", *SHOWN, READ, SCRIPT)

    @app.post("/logout")
    def logout() -> HTTPResponse:
        queue_cookie(log_out(bricks, present_session()))
        return see_other("/")

    @app.post("/api/token")
    @authenticate(local(bricks))
    def give_token(user: str) -> dict[str, object]:
        return {"access_token": sign_token(tokens, user), "token_type": "Bearer"}

    @app.get("/api/me")
    @authenticate(bearer(tokens))
    def me(user: str) -> dict[str, str]:
        return {"user": user}

    @app.post("/read")
    def read() -> str:
        said = read_without_key(request.forms.token).items()
        return page("Read without a key", *(f"{name}: {what}" for name, what in said))

    return Middleware(app, lambda header: recognise(bricks, header))


if __name__ == "__main__":
    run_alone(__file__)
