"""A server that other sites cannot use in alice's name, and that runs nobody's script.

New, unlike lesson 12: `form_token` and `check_form_token`; a word of bob's is shown, escaped.
Alone: .venv/bin/python lessons/13_other_sites_other_scripts/app.py
"""

import hmac

from bottle import HTTPResponse, request

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks, Visitor, recognise
from sandbox.login.middleware import Middleware
from sandbox.login.refusals import CrossSite
from sandbox.login.server import guarded, new_routes, see_other
from sandbox.login.word import write_word
from sandbox.trace.stage import stage
from sandbox.tutor.lesson_login import add_login
from sandbox.tutor.lesson_pages import Form, page
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson13")


def form_token(bricks: Bricks, visitor: Visitor) -> str:
    """A text that only we can compute, for the forms of this session and of no other."""
    key, says = bricks.signer.keys.current()[-1], f"form of {visitor.session.id}"
    return hmac.new(key, says.encode(), "sha256").hexdigest()


@stage("guard", lambda _, wanted, sent: {"says": f"{'a' if sent else 'no'} form token came"})
def check_form_token(wanted: str, sent: str) -> None:
    """Refuse a form that stands on none of the pages which we made for this session."""
    if not hmac.compare_digest(wanted.encode(), sent.encode()):
        raise CrossSite()


def make_app(bricks: Bricks) -> Middleware:
    app = new_routes()
    add_login(app, bricks, follow=lambda _: "/")  # as in lesson 05

    @app.get("/")
    @guarded
    def home(visitor: Visitor, user: str) -> str:
        form = Form("/word", "Keep", {"word": "Word"}, {"form_token": form_token(bricks, visitor)})
        others = (f"bob says: {row.word}" for row in bricks.store.all_of("bob"))
        return page(f"Hello {user}", f"You say: {visitor.session.word}", form, *others)

    @app.post("/word")
    @guarded
    def keep_word(visitor: Visitor, user: str) -> HTTPResponse:
        check_form_token(form_token(bricks, visitor), request.forms.form_token)
        write_word(bricks.store, visitor.session, request.forms.word)
        return see_other("/")

    return Middleware(app, lambda header: recognise(bricks, header))


if __name__ == "__main__":
    run_alone(__file__)
