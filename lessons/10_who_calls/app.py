"""A shop with four callers: a page's link, its script, curl; and it calls a neighbour itself.

New, unlike lesson 09: `let_scripts_read` (CORS); `ask_for_stock`, with a token of the shop's own.
Alone: .venv/bin/python lessons/10_who_calls/app.py
"""

import re
from pathlib import Path

from bottle import request, response, static_file

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks, recognise
from sandbox.login.middleware import Middleware
from sandbox.login.server import guarded, new_routes
from sandbox.login.tokens import TokenSigner, sign_token
from sandbox.tutor.lesson_login import add_login
from sandbox.tutor.lesson_pages import Link, Script, page
from sandbox.tutor.neighbour import NEIGHBOUR, get_json
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson10")
HERE, SCRIPT = str(Path(__file__).parent), Script("/front_end.js")
ALLOWED = re.compile(r"http://localhost:\d+")  # origins whose scripts may read


def let_scripts_read() -> None:
    """CORS: tell the browser that a script of this origin may read what its cookie brought."""
    origin = request.get_header("Origin", "")
    if request.path.startswith("/api/") and ALLOWED.fullmatch(origin):
        response.set_header("Access-Control-Allow-Origin", origin)
        response.set_header("Access-Control-Allow-Credentials", "true")


def ask_for_stock(**proof: str) -> dict[str, object]:
    """Call the neighbour with this request's number, and with a proof of who calls, if any."""
    headers = {"X-Request-Id": str(request.environ["sandbox.request_id"])} | proof
    status, said = get_json(f"{request.environ[NEIGHBOUR]}/stock", headers)
    return {"status": status, "said": said}


def make_app(bricks: Bricks) -> Middleware:
    app, tokens = new_routes(), TokenSigner(bricks.signer.keys, bricks.clock, lifetime=30)
    add_login(app, bricks, follow=lambda _: "/")  # as in lesson 05
    app.add_hook("after_request", let_scripts_read)
    app.get("/", callback=lambda: page("Shop", Link("/login", "Log in"), Link("/orders", "Orders")))
    app.get("/orders", callback=guarded(lambda _, user: page(f"The orders of {user}", SCRIPT)))
    app.get("/api/orders", callback=guarded(lambda _, user: {"user": user, "tulips": 3}))
    app.get("/front_end.js", callback=lambda: static_file("front_end.js", HERE))
    app.get("/api/stock/bare", callback=ask_for_stock)  # nothing says who calls

    @app.get("/api/stock")
    def stock() -> dict[str, object]:
        return ask_for_stock(Authorization=f"Bearer {sign_token(tokens, 'shop')}")

    return Middleware(app, lambda header: recognise(bricks, header))


if __name__ == "__main__":
    run_alone(__file__)
