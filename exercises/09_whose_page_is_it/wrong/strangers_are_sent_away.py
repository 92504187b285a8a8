# Caught by: whoever_has_no_session_is_a_stranger
"""Whoever has no session is sent to a login page, which this server does not have.

The task was to mend whose page it is. A change of what strangers see is a second change, and here
nobody asked for it.
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

    @app.post("/login")
    def log_in() -> None:
        session_id = secrets.token_urlsafe(32)
        sessions[session_id] = request.forms.name
        response.set_cookie("sid", session_id, path="/", httponly=True)
        redirect("/")

    @app.get("/")
    def home() -> str:
        user = sessions.get(request.get_cookie("sid"))
        if user is None:
            redirect("/login")
        word = look_up_word(user)
        return f"Hello {user}. Your word is {word}."

    return app
