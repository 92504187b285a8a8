"""Careless: a shop that signs one token when it starts, and sends that one for ever.

Unlike app.py: `once`, in the place of a token for each call. It is for this lesson only, which
runs it; alone it has no neighbour.
"""

from bottle import request

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks, recognise
from sandbox.login.middleware import Middleware
from sandbox.login.server import new_routes
from sandbox.login.tokens import TokenSigner
from sandbox.tutor.lesson_pages import Link, page
from sandbox.tutor.neighbour import NEIGHBOUR, get_json

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson10_careless")
CARELESS = "It signed one token at its start, and sends that one with every call to its neighbour."


def make_app(bricks: Bricks) -> Middleware:
    app, tokens = new_routes(), TokenSigner(bricks.signer.keys, bricks.clock, lifetime=30)
    once = tokens.sign("shop")
    app.get("/", callback=lambda: page("A shop", Link("/api/stock", "Stock")))

    @app.get("/api/stock")
    def stock() -> dict[str, object]:
        number = str(request.environ["sandbox.request_id"])
        headers = {"X-Request-Id": number, "Authorization": f"Bearer {once}"}
        status, said = get_json(f"{request.environ[NEIGHBOUR]}/stock", headers)
        return {"status": status, "said": said}

    return Middleware(app, lambda header: recognise(bricks, header))
