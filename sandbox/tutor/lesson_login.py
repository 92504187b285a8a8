"""Logging in on a lesson's pages, as lesson 05 does it step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bottle import Bottle, HTTPResponse, request

from sandbox.login.flow import Bricks, log_in
from sandbox.login.refusals import BadCredentials
from sandbox.login.server import LOG_IN_FIRST, present_session, queue_cookie, see_other
from sandbox.tutor.lesson_pages import Form, page


def add_login(app: Bottle, bricks: Bricks, follow: Callable[[str], str]) -> None:
    """The page /login with its form; whoever has logged in goes where `follow(next)` says."""

    def form() -> str:
        return _form("Log in", request.query.next)

    def login() -> Any:
        asked, address = request.forms, request.remote_addr
        try:
            header = log_in(bricks, asked.username, asked.password, address, present_session())
        except BadCredentials as refusal:
            again = _form("Not logged in", asked.next, refusal.sentence)
            return HTTPResponse(again, 401, LOG_IN_FIRST)
        queue_cookie(header)
        return see_other(follow(asked.next))

    app.get("/login", callback=form)
    app.post("/login", callback=login)


def _form(heading: str, next_page: str, *says: str) -> str:
    fields = {"username": "Name", "password": "Password", "next": next_page}
    return page(heading, *says, Form("/login", "Log in", fields))
