"""Careless: it takes a form from any site; the visitor chooses the SameSite of his cookie.

Unlike app.py: `login`, `keep_word`, `FromAnywhere`. It is for this lesson only.
Alone: .venv/bin/python lessons/13_other_sites_other_scripts/careless.py
"""

from bottle import HTTPResponse, request

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks, Visitor, begin_session, recognise
from sandbox.login.middleware import Environ, Middleware
from sandbox.login.server import guarded, new_routes, present_session, queue_cookie, see_other
from sandbox.login.strategies import authenticate, local
from sandbox.login.word import write_word
from sandbox.tutor.lesson_pages import Form, page
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson13_careless")
CARELESS = "It takes a form from any site, and lets you choose the SameSite of your cookie."
SAME_SITE = {
    "Lax": "; SameSite=Lax",
    "Strict": "; SameSite=Strict",
    "None": "; SameSite=None",
    "None and Secure": "; SameSite=None; Secure",
}
FIELDS = {
    "username": "Name",
    "password": "Password",
    "same_site": f"SameSite: absent, {', '.join(SAME_SITE)}",
}
WORD = Form("/word", "Keep", {"word": "Word"})


class FromAnywhere(Middleware):
    """Careless: it leaves out `refuse_cross_site`, and nothing else."""

    def _refuse_other_sites(self, environ: Environ) -> None:
        pass


def make_app(bricks: Bricks) -> Middleware:
    app = new_routes()

    @app.get("/login")
    def form() -> str:
        return page("Log in", Form("/login", "Log in", FIELDS))

    @app.post("/login")
    @authenticate(local(bricks))
    def login(user: str) -> HTTPResponse:
        chosen = SAME_SITE.get(request.forms.same_site, "")
        header = begin_session(bricks, user, present_session())
        queue_cookie(header.replace("; SameSite=Lax", chosen))
        return see_other("/")

    @app.get("/")
    @guarded
    def home(visitor: Visitor, user: str) -> str:
        return page(f"Hello {user}", f"You say: {visitor.session.word}", WORD)

    @app.post("/word")
    @guarded
    def keep_word(visitor: Visitor, user: str) -> HTTPResponse:
        write_word(bricks.store, visitor.session, request.forms.word)  # careless: no form token
        return see_other("/")

    return FromAnywhere(app, lambda header: recognise(bricks, header))


if __name__ == "__main__":
    run_alone(__file__)
