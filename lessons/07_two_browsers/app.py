"""A server for several visitors at once: each ticket finds its own row, each row its user.

New, unlike lesson 06: the word is back, and `/word` shows it. The ticket alone says whose it is.
Alone: .venv/bin/python lessons/07_two_browsers/app.py
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

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson07")
LOG_IN = Link("/login", "Log in")


def make_app(bricks: Bricks) -> Middleware:
    app = new_routes()
    add_login(app, bricks, follow=lambda _: "/")  # as in lesson 05

    @app.get("/")
    def home() -> str:
        seen = request.environ[VISITOR]
        return page(f"Hello {seen.user or 'stranger'}", your_word(seen), WORD_FORM, LOG_IN)

    @app.post("/")
    def hear_word() -> Any:
        return keep_word(bricks, request.environ[VISITOR], request.forms.word)

    @app.get("/word")
    @guarded
    def word(visitor: Visitor, user: str) -> str:
        return page(f"The word of {user}", your_word(visitor))

    return Middleware(app, lambda header: recognise(bricks, header))


if __name__ == "__main__":
    run_alone(__file__)
