"""A page of another origin, whose script asks the shop: at localhost the same site, else another.

Its server sets no Content-Security-Policy, so its script may ask wherever it likes.
"""

from pathlib import Path

from bottle import HTTPResponse, static_file

from sandbox.login.middleware import WSGIApp
from sandbox.login.server import new_routes
from sandbox.tutor.lesson_pages import Link, Script, page

SITE = "Its script asks the shop for your orders."
HERE = str(Path(__file__).parent)


def make_site(home: str) -> WSGIApp:
    app = new_routes()

    @app.get("/")
    def orders_elsewhere() -> str:
        return page("Another origin", Link(f"{home}/api/orders", "Follow"), Script("/asking.js"))

    @app.get("/asking.js")
    def script() -> HTTPResponse:
        return static_file("asking.js", HERE)

    return app
