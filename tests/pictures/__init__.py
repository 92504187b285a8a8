"""The README's pictures of the inspector, and what each was made from."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from sandbox.login.server import make_app
from sandbox.serving.traced import traced
from sandbox.trace.inspector.app import PAGE
from sandbox.trace.stage import Event
from tests.readme_trace import MONDAY_MORNING, TWELVE_SECONDS, bricks_at, browser_of

FOLDER = Path(__file__).parent
MADE_FROM = FOLDER / "made_from.json"
PICTURES = {"accepted": 2, "refused": 3}  # by name, the number of the request that each shows
A_TICK = 0.00002  # seconds between two looks at the timer


def events() -> list[Event]:
    """alice logs in and looks at her profile; then somebody has changed her cookie."""
    now, told = [MONDAY_MORNING], list[Event]()
    bricks = bricks_at(now)
    moments = iter(range(10_000))
    app = traced(make_app(bricks), bricks, told.append, timer=lambda: next(moments) * A_TICK)
    browser = browser_of(app)
    browser.post("/login", data={"username": "alice", "password": "wonderland", "next": "/profile"})
    now[0] += TWELVE_SECONDS
    browser.get("/profile")
    ((name, value),) = browser.cookies.items()
    changed = value[:-20] + ("A" if value[-20] != "A" else "B") + value[-19:]
    browser.cookies.clear()
    browser.get("/profile", headers={"Cookie": f"{name}={changed}"})
    return told


def made_from() -> dict[str, Any]:
    """What a picture depends on: the events, without the lines of the source, and the page."""
    told = [{k: v for k, v in event.items() if k != "source"} for event in events()]
    page = {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in PAGE.iterdir()}
    return {"events": told, "page": dict(sorted(page.items()))}


def as_text(made: dict[str, Any]) -> str:
    return json.dumps(made, indent=1) + "\n"
