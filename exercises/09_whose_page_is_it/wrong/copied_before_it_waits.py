# Caught by: no_two_lines_let_bob_in
"""Each request writes its user into the variable, and copies it before the database is asked.

The wait is harmless now, and the mistake is only harder to see. Between the writing and the copying
another thread can run, for each of them stops when the system wants it. On a busy site somebody
gets a wrong page once in a while, and nobody can repeat it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from bottle import Bottle, redirect, request, response

STRANGER = "stranger"


def make_app(look_up_word: Callable[[str], str]) -> Bottle:
    """The server. look_up_word(user) asks a database, which takes a while."""
    app = Bottle()
    sessions: dict[str, str] = {}  # whose session it is, by its id

    current = {"user": STRANGER}

    @app.hook("before_request")
    def recognise() -> None:
        current["user"] = sessions.get(request.get_cookie("sid"), STRANGER)

    @app.post("/login")
    def log_in() -> None:
        session_id = secrets.token_urlsafe(32)
        sessions[session_id] = request.forms.name
        response.set_cookie("sid", session_id, path="/", httponly=True)
        redirect("/")

    @app.get("/")
    def home() -> str:
        user = current["user"]  # before the database is asked
        word = look_up_word(user)
        return f"Hello {user}. Your word is {word}."

    return app
