"""Logging in on a lesson's pages, as lesson 05 does it step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bottle import Bottle, HTTPResponse, request

from sandbox.login.flow import Bricks, log_in
from sandbox.login.refusals import BadCredentials, Throttled
from sandbox.login.server import LOG_IN_FIRST, present_session, queue_cookie, see_other
from sandbox.login.stores import Session
from sandbox.tutor.lesson_pages import Form, page

LogIn = Callable[[Bricks, str, str, str, Session | None], str]  # as `flow.log_in`


def add_login(
    app: Bottle, bricks: Bricks, follow: Callable[[str], str], log_in: LogIn = log_in
) -> None:
    """The page /login with its form; whoever has logged in goes where `follow(next)` says.

    A careless server may bring a `log_in` of its own.
    """

    def form() -> str:
        return _form("Log in", request.query.next)

    def login() -> Any:
        asked, address = request.forms, request.remote_addr
        try:
            header = log_in(bricks, asked.username, asked.password, address, present_session())
        except (BadCredentials, Throttled) as refusal:
            return _not_logged_in(refusal, asked.next)
        queue_cookie(header)
        return see_other(follow(asked.next))

    app.get("/login", callback=form)
    app.post("/login", callback=login)


def _not_logged_in(refusal: BadCredentials | Throttled, next_page: str) -> HTTPResponse:
    again = _form("Not logged in", next_page, refusal.sentence)
    if isinstance(refusal, Throttled):
        return HTTPResponse(again, 429, {"Retry-After": str(refusal.retry_after)})
    return HTTPResponse(again, 401, LOG_IN_FIRST)


def _form(heading: str, next_page: str, *says: str) -> str:
    fields, hidden = {"username": "Name", "password": "Password"}, {"next": next_page}
    return page(heading, *says, Form("/login", "Log in", fields, hidden))
