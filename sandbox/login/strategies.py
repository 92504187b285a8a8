"""Strategies: each is a way to prove who you are, and `authenticate` lets a route ask for one.

    @app.get("/api/me")
    @authenticate(bearer(tokens))
    def me(user): ...

The names are Passport's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from bottle import HTTPResponse, request

from sandbox.login.flow import Bricks, check_credentials, recognise_bearer
from sandbox.login.refusals import Refusal, Throttled
from sandbox.login.throttle import throttle
from sandbox.login.tokens import TokenSigner
from sandbox.login.users import check_password
from sandbox.trace.stage import story

Route = Callable[[str], Any]  # it is given the user's name


@dataclass(frozen=True)
class Strategy:
    """`who` names the user or raises a Refusal; `challenge` says what to send (RFC 9110 11.6.1)."""

    name: str
    challenge: str
    who: Callable[[], str]


def local(bricks: Bricks) -> Strategy:
    """By the name and the password in a form."""

    @story(throttle, check_password)
    def ask_for_password() -> str:
        fields, address = request.forms, request.environ.get("REMOTE_ADDR", "")
        return check_credentials(bricks, fields.username, fields.password, address)

    return Strategy("local", 'Cookie realm="login sandbox"', ask_for_password)


def bearer(tokens: TokenSigner) -> Strategy:
    """By a token in the Authorization header."""

    def ask_for_token() -> str:
        return recognise_bearer(tokens, request.environ.get("HTTP_AUTHORIZATION", ""))

    return Strategy("bearer", 'Bearer realm="login sandbox"', ask_for_token)


def authenticate(strategy: Strategy) -> Callable[[Route], Callable[[], Any]]:
    """Let a route run only for a user whom the strategy names."""

    def protect(route: Route) -> Callable[[], Any]:
        @wraps(route)
        def authenticated() -> Any:
            try:
                user = strategy.who()
            except Refusal as refusal:
                return _not_authenticated(strategy, refusal)
            return route(user)

        return authenticated

    return protect


def _not_authenticated(strategy: Strategy, refusal: Refusal) -> HTTPResponse:
    says = f"The {strategy.name} strategy cannot say who you are."
    body = {"error": {"code": refusal.code, "message": says}}
    if isinstance(refusal, Throttled):
        return HTTPResponse(body, refusal.status, {"Retry-After": str(refusal.retry_after)})
    return HTTPResponse(body, 401, {"WWW-Authenticate": strategy.challenge})
