"""Careless: the current user is kept in a variable, and `/word` shows the word of any user.

Unlike app.py: `current`, and `/word` believes the address. It is for this lesson only.
Alone: .venv/bin/python lessons/07_two_browsers/careless.py
"""

from typing import Any

from bottle import request

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks, Visitor, recognise
from sandbox.login.middleware import VISITOR, Middleware
from sandbox.login.server import guarded, new_routes
from sandbox.tutor.lesson_login import add_login
from sandbox.tutor.lesson_pages import Link, page
from sandbox.tutor.lesson_word import WORD_FORM, keep_word, your_word
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson07_careless")
CARELESS = "It keeps the current user in one variable, and shows the word of any user you name."
LOG_IN = Link("/login", "Log in")
current = {"user": "stranger"}


def make_app(bricks: Bricks) -> Middleware:
    app = new_routes()

    def remember(_next_page: str) -> str:
        current["user"] = request.forms.username  # careless: one variable for all visitors
        return "/"

    add_login(app, bricks, follow=remember)

    def word_of(user: str) -> str:
        rows = bricks.store.all_of(user)
        return your_word(Visitor(rows[0], user)) if rows else "There is no word."

    @app.get("/")
    def home() -> str:
        user = current["user"]
        return page(f"Hello {user}", word_of(user), WORD_FORM, LOG_IN)

    @app.post("/")
    def hear_word() -> Any:
        return keep_word(bricks, request.environ[VISITOR], request.forms.word)

    @app.get("/word")
    @guarded
    def word(visitor: Visitor, user: str) -> str:
        owner = request.query.user or user  # careless: nobody asks what this user may see
        return page(f"The word of {owner}", word_of(owner))

    return Middleware(app, lambda header: recognise(bricks, header))


if __name__ == "__main__":
    run_alone(__file__)
