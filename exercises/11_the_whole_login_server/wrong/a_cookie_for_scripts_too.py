# Caught by: a_login_sets_one_careful_cookie
"""The cookie is set without HttpOnly and SameSite.

The server works as before. But each script on the page can read the ticket and send it away. And a
form on another site is sent with it. What the browser must be told stands in Set-Cookie alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from bottle import Bottle, redirect, request, response, template
from itsdangerous import BadSignature, Signer

COOKIE = "session"
IDLE = 20 * 60  # seconds of silence
LIFETIME = 8 * 60 * 60  # seconds since the login
NOBODY = (  # the hash of a password that nobody has
    "$argon2id$v=19$m=19456,t=2,p=1$TtglXtrIRm06DPmYTfXF3w"
    "$mVgVwwF7192AdU5G3CTGcLOjMAjdw4i3rqcE2aPcZl8"
)
HOME = """<h1>Hello {{name}}</h1> <a href="/login">Log in</a> <a href="/profile">Profile</a>"""
LOGIN = """<h1>Log in</h1> <form method="post">{{problem}}
<input name="username"> <input name="password" type="password"> <button>Log in</button></form>"""
PROFILE = """<h1>You are {{name}}</h1> <p>Your word: {{word}}</p>
<form method="post" action="/word"><input name="word"> <button>Keep it</button></form>
<form method="post" action="/logout"><button>Log out</button></form>
<form method="post" action="/logout/everywhere"><button>Log out everywhere</button></form>"""


@dataclass
class Session:
    """A row of the store. Times in Unix seconds."""

    user: str
    began: float
    seen: float
    word: str = ""


def is_right(users: dict[str, str], name: str, password: str) -> bool:
    """Does this password belong to this name? An unknown name costs the same work."""
    try:
        PasswordHasher().verify(users.get(name, NOBODY), password)
    except VerificationError:
        return False
    return name in users


def make_app(users: dict[str, str], key: bytes, clock: Callable[[], float]) -> Bottle:
    """The server. Given: the hash of each password by name, the signing key, the time."""
    app = Bottle()
    signer = Signer(key, salt=COOKIE, digest_method=sha256)
    sessions: dict[str, Session] = {}  # the store: the id finds the row

    def session_id() -> str:
        """The id in this request's cookie, if the stamp on it is ours; otherwise nothing."""
        try:
            return signer.unsign(request.get_cookie(COOKIE, "")).decode()
        except BadSignature:
            return ""

    def recognise() -> Session | None:
        """Who is asking? First the stamp, then the row, then its limits."""
        session, now = sessions.get(session_id()), clock()
        if session is None or now - session.seen > IDLE or now - session.began > LIFETIME:
            return None
        session.seen = now
        return session

    def guarded(page: Callable[[Session], Any]) -> Callable[[], Any]:
        """A route for whoever has logged in; a stranger is sent to the form."""

        def route() -> Any:
            session = recognise()
            return page(session) if session else redirect("/login")

        return route

    @app.get("/")
    def home() -> str:
        session = recognise()
        return template(HOME, name=session.user if session else "stranger")

    @app.get("/login")
    def form(problem: str = "") -> str:
        return template(LOGIN, problem=problem)

    @app.post("/login")
    def log_in() -> str:
        name, password = request.forms.username, request.forms.password
        if not is_right(users, name, password):
            response.status = 401
            return form("The name and the password do not belong together.")
        sessions.pop(session_id(), None)  # the session that this browser had
        new_id = secrets.token_urlsafe(32)
        sessions[new_id] = Session(name, began=clock(), seen=clock())
        ticket = signer.sign(new_id).decode()
        response.set_cookie(COOKIE, ticket, path="/", max_age=LIFETIME)
        redirect("/profile")

    @app.get("/profile")
    @guarded
    def profile(session: Session) -> str:
        return template(PROFILE, name=session.user, word=session.word)

    @app.get("/api/me")
    def me() -> dict[str, str]:
        session = recognise()
        if session is None:
            response.status = 401  # a script needs a status, not a form
            return {"error": "Log in first."}
        return {"user": session.user, "word": session.word}

    @app.post("/word")
    @guarded
    def keep_word(session: Session) -> None:
        session.word = request.forms.word
        redirect("/profile")

    @app.post("/logout")
    def log_out() -> None:
        sessions.pop(session_id(), None)
        drop_ticket()

    @app.post("/logout/everywhere")
    def log_out_everywhere() -> None:
        session = recognise()
        mine = [each for each, row in sessions.items() if session and row.user == session.user]
        for each in mine:
            del sessions[each]
        drop_ticket()

    def drop_ticket() -> None:
        response.delete_cookie(COOKIE, path="/")
        redirect("/")

    return app
