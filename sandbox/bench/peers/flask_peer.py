"""A login with Flask and Flask-Login. `python -m sandbox.bench.peers.flask_peer PORT SETTINGS`

The session is Flask's own signed cookie. SETTINGS: those of waitress in `serve`, as JSON.
"""

from __future__ import annotations

import json
import logging
import secrets
import sys
from typing import Any

import waitress
from flask import Flask, redirect, request, session
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from werkzeug.security import check_password_hash, generate_password_hash

HASHES = {"alice": generate_password_hash("wonderland")}  # scrypt, unless asked for another

app = Flask(__name__)
app.secret_key = secrets.token_hex()
login_manager = LoginManager(app)


class User(UserMixin):
    """Somebody who may log in; the name is the id."""

    def __init__(self, name: str) -> None:
        self.id = name


@login_manager.user_loader
def load_user(name: str) -> User | None:
    return User(name) if name in HASHES else None


@app.get("/")
def home() -> str:
    return "Hello"


@app.post("/login")
def login() -> Any:
    name, password = request.form["username"], request.form["password"]
    if name not in HASHES or not check_password_hash(HASHES[name], password):
        return "Wrong name or password", 401
    login_user(User(name))
    session["word"] = ""
    return redirect("/", 303)


@app.get("/api/me")
@login_required
def me() -> dict[str, str]:
    return {"user": current_user.id, "word": session["word"]}


if __name__ == "__main__":
    logging.getLogger("waitress").setLevel(logging.ERROR)  # as `serve` has it
    port, settings = int(sys.argv[1]), json.loads(sys.argv[2])
    waitress.serve(app, host="127.0.0.1", port=port, _quiet=True, **settings)
