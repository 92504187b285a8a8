"""A small lesson of the tests' own with a neighbour, or with two servers."""

from __future__ import annotations

from pathlib import Path

from tests.lessons.small import APP, GOOD, write_lesson

CALLING = """
    tokens = TokenSigner(bricks.signer.keys, bricks.clock)

    @app.get("/api/token")
    def give_token():
        return {"access_token": tokens.sign("alice")}

    @app.get("/stock")
    def stock():
        environ = request.environ
        headers = {"X-Request-Id": str(environ["sandbox.request_id"])}
        headers["Authorization"] = request.get_header("Authorization", "")
        status, said = get_json(f"{environ['sandbox.neighbour']}/stock", headers)
        return {"status": status, "said": said}

    return Middleware(app, recognise)
"""
APP_CALLS = APP.replace(
    "from sandbox.tutor.lesson_pages",
    "from sandbox.login.tokens import TokenSigner\n"
    "from sandbox.tutor.neighbour import get_json\n"
    "from sandbox.tutor.lesson_pages",
).replace("\n    return Middleware(app, recognise)\n", CALLING)
NEIGHBOUR = '''\
"""A stock, for whoever brings a token."""

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import recognise, recognise_bearer
from sandbox.login.middleware import Middleware
from sandbox.login.server import new_routes
from sandbox.login.strategies import authenticate, bearer
from sandbox.login.tokens import TokenSigner

COOKIE = CookieSettings(max_age=1800, base_name="small_neighbour")


def make_app(bricks):
    app, tokens = new_routes(), TokenSigner(bricks.signer.keys, bricks.clock)

    @app.get("/stock")
    @authenticate(bearer(tokens))
    def stock(user):
        return {"tulips": 3, "for": user}

    return Middleware(app, lambda header: recognise(bricks, header))
'''


def calling_lesson(folder: Path, readme: str = GOOD, neighbour: str = NEIGHBOUR) -> Path:
    """The path of its README."""
    readme_path = write_lesson(folder, readme, APP_CALLS)
    (folder / "neighbour.py").write_text(neighbour, encoding="utf-8")
    return readme_path
