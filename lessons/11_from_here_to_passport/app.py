"""A login with two strategies: a password for the form, a token for the API.

New, unlike lesson 09: `begin_session` after a strategy has named the user, as Passport does it.
Alone: .venv/bin/python lessons/11_from_here_to_passport/app.py
"""

from bottle import HTTPResponse, request

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks, Visitor, begin_session, log_out, recognise
from sandbox.login.middleware import VISITOR, Middleware
from sandbox.login.server import guarded, new_routes, present_session, queue_cookie, see_other
from sandbox.login.strategies import authenticate, bearer, local
from sandbox.login.tokens import TokenSigner, sign_token
from sandbox.tutor.lesson_pages import Form, Link, page
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson11")
LOG_IN = Form("/login", "Log in", {"username": "Name", "password": "Password"})


def make_app(bricks: Bricks) -> Middleware:
    app, tokens = new_routes(), TokenSigner(bricks.signer.keys, bricks.clock)

    @app.get("/")
    def home() -> str:
        name = request.environ[VISITOR].user or "stranger"
        return page(f"Hello {name}", Link("/login", "Log in"), Link("/profile", "Profile"))

    @app.get("/login")
    def form() -> str:
        return page("Log in", LOG_IN)

    @app.post("/login")
    @authenticate(local(bricks))
    def login(user: str) -> HTTPResponse:
        queue_cookie(begin_session(bricks, user, present_session()))  # Passport: req.login
        return see_other("/profile")

    @app.get("/profile")
    @guarded
    def profile(visitor: Visitor, user: str) -> str:
        return page(f"The profile of {user}", Form("/logout", "Log out", {}))

    @app.post("/logout")
    def logout() -> HTTPResponse:
        queue_cookie(log_out(bricks, present_session()))  # Passport: req.logout
        return see_other("/")

    @app.post("/api/token")
    @authenticate(local(bricks))
    def give_token(user: str) -> dict[str, str]:
        return {"access_token": sign_token(tokens, user), "token_type": "Bearer"}

    app.get("/api/me", callback=authenticate(bearer(tokens))(lambda user: {"user": user}))
    return Middleware(app, lambda header: recognise(bricks, header))


if __name__ == "__main__":
    run_alone(__file__)
