"""Careless: a login keeps the id, a logout keeps the row, a late write brings a row back.

Unlike app.py: `put`, `log_in`, `keep_slowly`, `logout`. It is for this lesson only.
Alone: .venv/bin/python lessons/12_fixation_replay_guessing/careless.py
"""

from dataclasses import replace

from bottle import HTTPResponse, request

from sandbox.login.cookies import CookieSettings, clear_cookie, set_cookie
from sandbox.login.flow import Bricks, Visitor, begin_session, check_credentials, recognise
from sandbox.login.middleware import Middleware
from sandbox.login.server import guarded, new_routes, queue_cookie, see_other
from sandbox.login.sessions import close_session, open_session
from sandbox.login.signing import sign_session_id
from sandbox.login.stores import Session, SessionStore
from sandbox.login.throttle import throttle
from sandbox.login.users import check_password
from sandbox.trace.stage import story
from sandbox.tutor.lesson_login import add_login
from sandbox.tutor.lesson_pages import Form, Link, page
from sandbox.tutor.lesson_word import add_word, your_word
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson12_careless")
CARELESS = "It keeps the id at login and the row at logout, and a late write brings a row back."
LINKS = Link("/login", "Log in"), Link("/profile", "Profile")
SLOWLY = Form("/slowly", "Keep it slowly", {"word": "Your word"})
STAGED = "While it keeps a word slowly, this server stages a logout in another tab."
LOG_OUT = Form("/logout", "Log out", {})


def put(store: SessionStore, row: Session) -> None:
    """Careless: write the whole row, whether one with this id is there or not."""
    store.delete(row.id)
    store.create(row)


@story(throttle, check_password, open_session, sign_session_id, set_cookie)
def log_in(bricks: Bricks, name: str, password: str, address: str, present: Session | None) -> str:
    """Check the password; a session that is there already goes on under its id."""
    user = check_credentials(bricks, name, password, address)
    if present is None:
        return begin_session(bricks, user, present)
    put(bricks.store, replace(present, user=user))  # careless: the id stays
    return set_cookie(COOKIE, sign_session_id(bricks.signer, present.id))


def make_app(bricks: Bricks) -> Middleware:
    app = new_routes()
    add_word(app, bricks, *LINKS)
    add_login(app, bricks, lambda _: "/profile", log_in)

    @app.get("/profile")
    @guarded
    def profile(visitor: Visitor, user: str) -> str:
        return page(f"The profile of {user}", your_word(visitor), STAGED, SLOWLY, LOG_OUT)

    @app.post("/slowly")
    @guarded
    def keep_slowly(visitor: Visitor, user: str) -> HTTPResponse:
        """While it works, this user logs out in another tab: staged here, each time."""
        close_session(bricks.store, visitor.session, everywhere=False)  # the other tab
        put(bricks.store, replace(visitor.session, word=request.forms.word))  # careless
        return see_other("/profile")

    @app.post("/logout")
    def logout() -> HTTPResponse:
        queue_cookie(clear_cookie(COOKIE))  # careless: the row stays
        return see_other("/")

    return Middleware(app, lambda header: recognise(bricks, header))


if __name__ == "__main__":
    run_alone(__file__)
