"""The trace in the README, made by running a login: `make readme` writes it, a test compares it.

Session id, signing key, clock and durations are injected, so that two runs give the same text.
"""

from __future__ import annotations

import io
import itertools
import sys
from pathlib import Path

import httpx

from sandbox.login.flow import Bricks
from sandbox.login.keys import MemoryKeys
from sandbox.login.middleware import WSGIApp
from sandbox.login.server import make_app
from sandbox.login.stores.memory import MemoryStore
from sandbox.login.users import demo_users
from sandbox.serving.bricks import lay_bricks
from sandbox.serving.traced import traced
from sandbox.trace.painter import Painter

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- trace: made by `make readme` -->\n```text\n", "```\n<!-- trace ends -->"
CHROMIUM = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36"
MONDAY_MORNING = 1_790_000_000.0
TWELVE_SECONDS = 12.0
# Microseconds between two looks at the timer, as one real run had them: a request's beginning,
# then before and after each of its stages, then its end.
LOGIN = (0, 95, 8, 12, 41, 60, 4, 33, 7, 127, 25_310, 14, 71, 9, 119, 9, 17, 220)
PROFILE = (90, 88, 8, 11, 27, 9, 61, 10, 19, 9, 7, 8, 4, 240, 5, 810)


def transcript() -> str:
    """alice logs in and, twelve seconds later, looks at her profile."""
    now = [MONDAY_MORNING]
    moments = itertools.accumulate(microseconds / 1e6 for microseconds in LOGIN + PROFILE)
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    bricks = bricks_at(now)
    draw = Painter(out, width=80).draw
    app = traced(make_app(bricks), bricks, draw, timer=lambda: next(moments))
    browser = browser_of(app)
    browser.post("/login", data={"username": "alice", "password": "wonderland", "next": "/profile"})
    now[0] += TWELVE_SECONDS
    browser.get("/profile")
    out.seek(0)
    return out.read().rstrip() + "\n"


def browser_of(app: WSGIApp) -> httpx.Client:
    """Chromium, as far as a server can see."""
    return httpx.Client(
        transport=httpx.WSGITransport(app),
        base_url="http://localhost:8000",
        headers={"User-Agent": CHROMIUM, "Sec-Fetch-Site": "same-origin"},
    )


def bricks_at(now: list[float]) -> Bricks:
    """Always the same id, key and clock."""
    return lay_bricks(
        MemoryStore(),
        MemoryKeys(b"x0w2Myl_jmAUowsX-N2twIrGIYPTJ6Hkv3Wk0QVGtsk"),
        demo_users(),
        clock=lambda: now[0],
        new_id=lambda: "q3VbE0cJ5nUo1hTzXyK7dWmRg4SfLpA9tNiH2uQeB8w",
    )


def in_readme() -> str:
    """The trace that stands in the README now."""
    _, _, after = README.read_text(encoding="utf-8").partition(BEGIN)
    return after.partition(END)[0]


def write() -> None:
    """Put a fresh trace into the README."""
    text = README.read_text(encoding="utf-8")
    before, _, after = text.partition(BEGIN)
    rest = after.partition(END)[2]
    README.write_text(before + BEGIN + transcript() + END + rest, encoding="utf-8")


if __name__ == "__main__":
    write()
    sys.stdout.write(transcript())
