# Caught by: only_the_ticket_counts
"""The server knows people by the name of their browser program.

Thousands of people use the same program. An address is no better: alice and bob share the one of
their flat. Only the ticket is different for each.
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
        sessions[request.headers["User-Agent"]] = request.forms.name
        response.set_cookie("sid", session_id, path="/", httponly=True)
        redirect("/")

    @app.get("/")
    def home() -> str:
        has_one = request.get_cookie("sid") in sessions
        user = sessions[request.headers["User-Agent"]] if has_one else STRANGER
        word = look_up_word(user)
        return f"Hello {user}. Your word is {word}."

    return app
