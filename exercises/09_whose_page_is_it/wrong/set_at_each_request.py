# Caught by: two_requests_at_once_do_not_mix
"""The variable stays, and each request writes its own user into it.

That is right as long as requests come one after the other. But one of them waits for the database.
Then the next one writes its user over it, and the first page gets the wrong name.
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
        response.set_cookie("sid", session_id, path="/", httponly=True)
        redirect("/")

    @app.get("/")
    def home() -> str:
        current["user"] = sessions.get(request.get_cookie("sid"), STRANGER)
        word = look_up_word(current["user"])
        return f"Hello {current['user']}. Your word is {word}."

    return app
