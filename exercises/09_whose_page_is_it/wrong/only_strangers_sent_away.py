# Caught by: whoever_has_no_session_is_a_stranger
"""Whoever sends no cookie is a stranger; everybody else is still the one who logged in last.

Any cookie is taken for a session, also one that the server never gave away. To look at the ticket
means to look for its row.
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

    @app.post("/login")
    def log_in() -> None:
        session_id = secrets.token_urlsafe(32)
        sessions[session_id] = request.forms.name
        current["user"] = request.forms.name
        response.set_cookie("sid", session_id, path="/", httponly=True)
        redirect("/")

    @app.get("/")
    def home() -> str:
        if not request.get_cookie("sid"):
            current["user"] = STRANGER
        word = look_up_word(current["user"])
        return f"Hello {current['user']}. Your word is {word}."

    return app
