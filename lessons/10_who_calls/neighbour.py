"""The stock, on a server of its own: it answers whoever brings a token, and knows no users.

It has the shop's signing keys. A cookie of the shop would be read here, if one came.
"""

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks, recognise
from sandbox.login.middleware import Middleware
from sandbox.login.server import new_routes
from sandbox.login.strategies import authenticate, bearer
from sandbox.login.tokens import TokenSigner

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson10")


def make_app(bricks: Bricks) -> Middleware:
    app, tokens = new_routes(), TokenSigner(bricks.signer.keys, bricks.clock)

    @app.get("/stock")
    @authenticate(bearer(tokens))
    def stock(caller: str) -> dict[str, object]:
        return {"tulips": 12, "caller": caller}

    return Middleware(app, lambda header: recognise(bricks, header))
