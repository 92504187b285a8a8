"""Careless: words are shown unescaped, so they may be scripts; scripts find a token to read.

Unlike app.py: `login`, `home`, `give_token`, `without_csp`. It is for this lesson only.
Alone: .venv/bin/python lessons/13_other_sites_other_scripts/careless_page.py
"""

import html
from pathlib import Path

from bottle import HTTPResponse, request, static_file

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks, Visitor, begin_session, recognise
from sandbox.login.middleware import Environ, Middleware, StartResponse, WSGIApp
from sandbox.login.server import guarded, new_routes, present_session, queue_cookie, see_other
from sandbox.login.strategies import authenticate, local
from sandbox.login.tokens import TokenSigner, sign_token
from sandbox.login.word import write_word
from sandbox.tutor.lesson_pages import Form, Script, page
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson13_careless_page")
CARELESS = "It shows words as they are, scripts included, and keeps a token in localStorage."
FIELDS = {"username": "Name", "password": "Password", "http_only": "HttpOnly: yes or no"}
WORD, SCRIPT = Form("/word", "Keep", {"word": "Word"}), Script("/front_end.js")
HERE = str(Path(__file__).parent)


def make_app(bricks: Bricks) -> WSGIApp:
    app, tokens = new_routes(), TokenSigner(bricks.signer.keys, bricks.clock)
    app.get("/front_end.js", callback=lambda: static_file("front_end.js", HERE))

    @app.get("/login")
    def form() -> str:
        return page("Log in", Form("/login", "Log in", FIELDS))

    @app.post("/login")
    @authenticate(local(bricks))
    def login(user: str) -> HTTPResponse:
        header = begin_session(bricks, user, present_session())
        is_asked_for = request.forms.http_only == "yes"
        queue_cookie(header if is_asked_for else header.replace("; HttpOnly", ""))
        return see_other("/")

    @app.get("/")
    @guarded
    def home(visitor: Visitor, user: str) -> str:
        others = (f"bob says: {row.word}" for row in bricks.store.all_of("bob"))
        shown = page(f"Hello {user}", f"You say: {visitor.session.word}", WORD, *others, SCRIPT)
        return html.unescape(shown)  # careless: a word may be a script

    @app.get("/api/token")
    @guarded
    def give_token(visitor: Visitor, user: str) -> dict[str, str]:
        return {"access_token": sign_token(tokens, user)}

    @app.post("/word")
    @guarded
    def keep_word(visitor: Visitor, user: str) -> HTTPResponse:
        write_word(bricks.store, visitor.session, request.forms.word)
        return see_other("/")

    return without_csp(Middleware(app, lambda header: recognise(bricks, header)))


def without_csp(app: WSGIApp) -> WSGIApp:
    """Careless: no Content-Security-Policy, which would let no other site's script run."""

    def answer(environ: Environ, start_response: StartResponse) -> object:
        def start(status: str, headers: list[tuple[str, str]], *rest: object) -> object:
            kept = [each for each in headers if each[0] != "Content-Security-Policy"]
            return start_response(status, kept, *rest)

        return app(environ, start)

    return answer


if __name__ == "__main__":
    run_alone(__file__)
