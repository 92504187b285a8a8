"""A small lesson whose server is asked by another site's page, in a real browser."""

from __future__ import annotations

from pathlib import Path

APP = '''\
"""alice logs in; her cookie's attributes are asked for in the address.

Forms of other sites are not refused.
"""

from bottle import request

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import recognise
from sandbox.login.server import Middleware, new_routes, present_session, queue_cookie, see_other
from sandbox.login.sessions import open_session
from sandbox.login.signing import sign_session_id
from sandbox.trace.stage import story
from sandbox.tutor.lesson_pages import Form, page

COOKIE = CookieSettings(max_age=1800, base_name="crossing")


def make_app(bricks):
    app = new_routes()

    @app.get("/")
    def home():
        to = f"/login?{request.query_string}"
        return page("Who are you?", Form(to, "Log in", {"name": "Name"}))

    @app.post("/login")
    def login():
        store, now = bricks.store, bricks.clock()
        session = open_session(store, bricks.limits, request.forms.name, None, now, bricks.new_id)
        ticket = sign_session_id(bricks.signer, session.id)
        queue_cookie(f"crossing={ticket}; Path=/; HttpOnly{request.query.attributes}")
        return see_other("/word")

    @app.get("/word")
    @app.post("/word")
    def word():
        session = present_session()
        return page(f"Hello {session.user}" if session else "You are a stranger")

    guarded = Middleware(app, lambda header: recognise(bricks, header))
    return lambda environ, start: guarded(environ | {"HTTP_SEC_FETCH_SITE": "none"}, start)
'''
OTHER_SITE = '''\
"""A page that makes its visitor's browser ask the lesson's server."""

from sandbox.login.server import new_routes
from sandbox.tutor.lesson_pages import Form, Link, page

SITE = "It promises a <prize> & wants your click."


def make_site(home):
    app = new_routes()

    @app.get("/")
    def prize():
        return page("A prize", Form(f"{home}/word", "Take it", {}), Link(f"{home}/word", "Read it"))

    return app
'''
HEAD = """\
# 09 · Crossing

An introduction.
"""
LOGIN = """
## 1. A login

```browser as=alice
POST /login

open /?attributes=ATTRIBUTES
type name alice
press Log in
wait Hello alice
```

```expect
status == 303
cookie HttpOnly present
jar == {{alice.cookie}}
rows == 1
```
"""
CROSSING = """
## 2. A click on another site

```server
other site
```

```browser as=alice
POST http://localhost:{{port}}/word

open http://127.0.0.1:{{other site}}/
press Take it
wait You are a stranger
```

```expect
verdict == NO_COOKIE
kept_back == SameSiteLax
body contains stranger
jar == {{alice.cookie}}
```
"""


def crossing_lesson(folder: Path, *steps: str, attributes: str = "") -> Path:
    """The path of the README of a lesson of these steps; its login sets these attributes."""
    folder.mkdir(parents=True, exist_ok=True)
    readme = (HEAD + "".join(steps)).replace("ATTRIBUTES", attributes)
    files = {"README.md": readme, "app.py": APP, "other_site.py": OTHER_SITE}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "README.md"
