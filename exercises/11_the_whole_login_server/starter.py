"""Exercise 11: the whole login server, in one file."""

from __future__ import annotations

from collections.abc import Callable

from bottle import Bottle, redirect, template

COOKIE = "session"
IDLE = 20 * 60  # seconds of silence
LIFETIME = 8 * 60 * 60  # seconds since the login
NOBODY = (  # the hash of a password that nobody has
    "$argon2id$v=19$m=19456,t=2,p=1$TtglXtrIRm06DPmYTfXF3w"
    "$mVgVwwF7192AdU5G3CTGcLOjMAjdw4i3rqcE2aPcZl8"
)
HOME = """<h1>Hello {{name}}</h1> <a href="/login">Log in</a> <a href="/profile">Profile</a>"""
LOGIN = """<h1>Log in</h1> <form method="post">{{problem}}
<input name="username"> <input name="password" type="password"> <button>Log in</button></form>"""
PROFILE = """<h1>You are {{name}}</h1> <p>Your word: {{word}}</p>
<form method="post" action="/word"><input name="word"> <button>Keep it</button></form>
<form method="post" action="/logout"><button>Log out</button></form>
<form method="post" action="/logout/everywhere"><button>Log out everywhere</button></form>"""


def make_app(users: dict[str, str], key: bytes, clock: Callable[[], float]) -> Bottle:
    """The server. Given: the hash of each password by name, the signing key, the time."""
    app = Bottle()

    @app.get("/")
    def home() -> str:
        return template(HOME, name="stranger")

    @app.get("/login")
    def form(problem: str = "") -> str:
        return template(LOGIN, problem=problem)

    @app.post("/login")
    def log_in() -> str:
        return form()

    @app.get("/profile")
    def profile() -> str:
        return template(PROFILE, name="", word="")

    @app.get("/api/me")
    def me() -> dict[str, str]:
        return {}

    @app.post("/word")
    def keep_word() -> None:
        redirect("/profile")

    @app.post("/logout")
    def log_out() -> None:
        redirect("/")

    @app.post("/logout/everywhere")
    def log_out_everywhere() -> None:
        redirect("/")

    return app
