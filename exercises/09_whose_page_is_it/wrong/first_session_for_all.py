# Caught by: each_browser_has_its_own_user
"""The server looks whether there is a session, and then takes the first one that it has.

To have a ticket is not enough. The ticket says which coat it is.
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
        user = (
            next(iter(sessions.values()), STRANGER)
            if request.get_cookie("sid") in sessions
            else STRANGER
        )
        word = look_up_word(user)
        return f"Hello {user}. Your word is {word}."

    return app
