"""bob's site: a page with a prize, a script for other pages, and what this script brings home.

It stands at 127.0.0.1, which is another site than localhost; the lesson starts it.
"""

from pathlib import Path

from bottle import request, static_file

from sandbox.login.middleware import WSGIApp
from sandbox.login.server import new_routes
from sandbox.tutor.lesson_pages import Form, Link, Script, page

SITE = "It promises a prize, and its form is sent to the lesson's server."
HERE = str(Path(__file__).parent)
WANTED = ("cookie", "token")


def make_site(home: str) -> WSGIApp:
    app, loot = new_routes(), dict[str, str]()

    @app.get("/")
    def prize() -> str:
        form = Form(f"{home}/word", "Take it", {}, {"word": "hammer"})
        return page("A prize for you", form, Link(f"{home}/", "Read more"), Script("/post.js"))

    @app.get("/<name>.js")
    def script(name: str) -> object:
        return static_file(f"{name}.js", HERE)

    @app.get("/loot")
    def shown() -> str:
        told = (f"{what}: {loot.get(what) or 'nothing'}" for what in WANTED)
        return page("What the script brought", *told)

    @app.post("/loot")
    def brought() -> str:
        loot.update({what: request.forms.getunicode(what, "") for what in WANTED})
        return shown()

    return app
