"""Careless: anybody may guess as often as he likes, and unknown names are answered sooner.

Unlike app.py: `find_account`, `log_in`. It is for this lesson only.
Alone: .venv/bin/python lessons/12_fixation_replay_guessing/careless_guess.py
"""

from bottle import request

from sandbox.login.cookies import CookieSettings, set_cookie
from sandbox.login.flow import Bricks, begin_session, recognise
from sandbox.login.middleware import VISITOR, Middleware
from sandbox.login.refusals import BadCredentials
from sandbox.login.server import new_routes
from sandbox.login.sessions import open_session
from sandbox.login.signing import sign_session_id
from sandbox.login.stores import Session
from sandbox.login.users import Users, check_password
from sandbox.trace.stage import Evidence, stage, story
from sandbox.tutor.lesson_login import add_login
from sandbox.tutor.lesson_pages import Link, page
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson12_careless_guess")
CARELESS = "It lets anybody guess without a wait, and answers sooner when the name is unknown."


def _said(outcome: object, _users: Users, _name: str) -> Evidence:
    is_unknown = isinstance(outcome, BadCredentials)
    return {"says": "no such name: nothing is hashed" if is_unknown else "the name is known"}


@stage(lane="server", evidence=_said)
def find_account(users: Users, name: str) -> None:
    """Careless: refuse an unknown name before any password is hashed."""
    if name not in users.hashes:
        raise BadCredentials()


@story(find_account, check_password, open_session, sign_session_id, set_cookie)
def log_in(bricks: Bricks, name: str, password: str, address: str, present: Session | None) -> str:
    """Check the name, then the password; careless: no `throttle` before them."""
    find_account(bricks.users, name)
    user = check_password(bricks.users, name, password)
    return begin_session(bricks, user, present)


def make_app(bricks: Bricks) -> Middleware:
    app = new_routes()
    add_login(app, bricks, lambda _: "/", log_in)

    @app.get("/")
    def home() -> str:
        user = request.environ[VISITOR].user
        return page(f"Hello {user or 'stranger'}", Link("/login", "Log in"))

    return Middleware(app, lambda header: recognise(bricks, header))


if __name__ == "__main__":
    run_alone(__file__)
