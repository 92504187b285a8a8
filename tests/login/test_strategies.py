"""`authenticate`: a route runs only for a user whom the strategy names."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.login.flow import Bricks
from sandbox.login.keys import MemoryKeys
from sandbox.login.server import new_routes
from sandbox.login.strategies import Strategy, authenticate, bearer, local
from sandbox.login.tokens import TokenSigner

if TYPE_CHECKING:
    from tests.conftest import HandClock

KEY = b"a signing key of a test, of 32 bytes or more"
Answer = tuple[str, dict[str, str], str]


def ask(app: Any, path: str, form: str = "", authorization: str = "") -> Answer:
    """One request by WSGI: status, headers, body."""
    sent: list[Any] = []
    environ = {
        "REQUEST_METHOD": "POST" if form else "GET",
        "PATH_INFO": path,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(form)),
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(form.encode()),
        "wsgi.errors": io.StringIO(),
        **({"HTTP_AUTHORIZATION": authorization} if authorization else {}),
    }
    body = b"".join(app(environ, lambda status, headers, *_: sent.extend([status, headers])))
    return sent[0], {name.lower(): value for name, value in sent[1]}, body.decode()


@pytest.fixture
def tokens(clock: HandClock) -> TokenSigner:
    return TokenSigner(MemoryKeys(KEY), clock)


@pytest.fixture
def app(bricks: Callable[..., Bricks], tokens: TokenSigner) -> Any:
    laid, routes = bricks(), new_routes()

    @routes.post("/form")
    @authenticate(local(laid))
    def by_form(user: str) -> str:
        return f"form of {user}"

    @routes.get("/token")
    @authenticate(bearer(tokens))
    def by_token(user: str) -> str:
        return f"token of {user}"

    return routes


def test_the_right_password_lets_the_route_run(app: Any) -> None:
    status, _, body = ask(app, "/form", "username=alice&password=wonderland")
    assert (status, body) == ("200 OK", "form of alice")


@pytest.mark.parametrize("form", ["username=alice&password=guess", "username=nobody&password=x"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(app: Any, form: str) -> None:
    status, headers, body = ask(app, "/form", form)
    assert status == "401 Unauthorized"
    assert headers["www-authenticate"].startswith("Cookie ")
    assert json.loads(body) == {
        "error": {
            "code": "BAD_CREDENTIALS",
            "message": "The local strategy cannot say who you are.",
        }
    }


def test_a_guesser_is_told_how_long_to_wait(app: Any) -> None:
    for _ in range(5):
        ask(app, "/form", "username=alice&password=guess")
    status, headers, body = ask(app, "/form", "username=alice&password=wonderland")
    assert status == "429 Too Many Requests"
    assert headers["retry-after"] == "1"
    assert json.loads(body)["error"]["code"] == "THROTTLED"


def test_a_token_lets_the_route_run(app: Any, tokens: TokenSigner) -> None:
    status, _, body = ask(app, "/token", authorization=f"Bearer {tokens.sign('alice')}")
    assert (status, body) == ("200 OK", "token of alice")


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("", "NO_TOKEN"),
        ("Bearer a.b.c", "MALFORMED"),
        ("Bearer a.b.\xe9", "MALFORMED"),  # an octet that is no UTF-8, as PEP 3333 hands it over
        ("Bearer a.b.c, Bearer a.b.c", "MALFORMED"),  # two such headers, joined by the server
    ],
)
def test_without_a_token_that_counts_the_route_does_not_run(
    app: Any, authorization: str, code: str
) -> None:
    status, headers, body = ask(app, "/token", authorization=authorization)
    assert status == "401 Unauthorized"
    assert headers["www-authenticate"].startswith("Bearer ")
    assert json.loads(body)["error"]["code"] == code


def test_any_function_that_names_a_user_is_a_strategy() -> None:
    routes = new_routes()

    @routes.get("/")
    @authenticate(Strategy("always bob", "None", lambda: "bob"))
    def home(user: str) -> str:
        return user

    assert ask(routes, "/")[2] == "bob"
