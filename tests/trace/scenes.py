"""Requests written by hand, as events: what the screens are tested with.

`python tests/trace/scenes.py` draws their cards anew into tests/trace/cards/.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sandbox.trace.painter import Painter
from sandbox.trace.stage import Event

CARDS = Path(__file__).parent / "cards"
WIDTHS = (80, 60)
ID = "q3VbN0mXw9Rk2TzLhYc7Ue5GdJ4sPfA1oBxKiQeMr8w"
STAMP = "hF0kZ2LxVbQ9sYtRmN4cWpJ7gEaUdK3iOoHvBf6yT1c"
FORGED = STAMP[:20] + "X" + STAMP[21:]
COOKIE = f"{ID}.Zu1x4g.{STAMP}"
NAME = "sandbox_session"
DERIVED = "0123456789abcdef" * 4
LANES = {
    "read_cookie": "server",
    "check_signature": "signer",
    "look_up_session": "store",
    "check_limits": "store",
    "find_user": "server",
    "throttle": "guard",
    "check_password": "server",
    "open_session": "store",
    "sign_session_id": "signer",
    "set_cookie": "server",
    "close_session": "store",
    "clear_cookie": "server",
    "check_host": "guard",
    "refuse_cross_site": "guard",
    "guard": "guard",
}
LAMPS = {
    "OK": ("yes", "yes"),
    "NO_COOKIE": ("not_asked", "not_asked"),
    "BAD_SIGNATURE": ("no", "not_asked"),
    "MALFORMED": ("no", "not_asked"),
    "EXPIRED": ("yes", "not_asked"),
    "STORE_DOWN": ("yes", "not_asked"),
    "IDLE_TIMEOUT": ("yes", "no"),
    "UNKNOWN_SESSION": ("yes", "no"),
}
RECOGNISE = ["read_cookie", "check_signature", "look_up_session", "check_limits", "find_user"]
LOG_IN = ["throttle", "check_password", "open_session", "sign_session_id", "set_cookie"]
SIGNATURE: dict[str, Any] = {
    "session_id": ID,
    "timestamp": "Zu1x4g",
    "received": STAMP,
    "age": 12,
    "max_age": 86400,
    "salt": "login-sandbox.session",
    "key": "1 of 1",
    "live_only": {"computed": STAMP, "signing_key": "K" * 43, "derived_key": DERIVED},
}
LIMITS = {"idle": 12.5, "idle_limit": 1200, "age": 90.0, "lifetime": 28800, "touch": "not due"}


def request(method: str = "GET", path: str = "/profile", **given: Any) -> Event:
    """`value` is that of our cookie, None for a stranger."""
    value = given.pop("value", COOKIE)
    ours = [{"name": NAME, "ours": True, "value": value}] if value is not None else []
    visitor = f"Chromium·{value.partition('.')[0][-2:]}" if value else "Chromium"
    event = {"type": "request", "v": 1, "id": 7, "at": 1_800_000_000.0}
    return event | {
        "method": method,
        "path": path,
        "visitor": visitor,
        "cookies": ours,
        "notes": [],
        **given,
    }


def ended(stage: str, outcome: str = "OK", evidence: Any = None, **given: Any) -> Event:
    event = {"type": "stage_ended", "v": 1, "id": 7, "seq": 2, "stage": stage, "story": "a story"}
    return event | {
        "lane": LANES.get(stage, "server"),
        "outcome": outcome,
        "evidence": evidence or {},
        "source": "login/file.py:41",
        "us": 61,
        **given,
    }


def response(status: int = 200, verdict: str = "OK", **given: Any) -> Event:
    issued, alive = LAMPS.get(given.pop("recognised", verdict), ("not_asked", "not_asked"))
    event = {"type": "response", "v": 1, "id": 7, "status": status, "set_cookie": []}
    return event | {
        "location": None,
        "verdict": verdict,
        "skipped": [],
        "lamps": {"issued": issued, "alive": alive},
        "ms": 1.4,
        **given,
    }


def short(**evidence: Any) -> dict[str, Any]:
    return {"session_id": "q3Vb…8w", **evidence}


def asked(stamp: str = "OK", **evidence: Any) -> Event:
    return ended("check_signature", stamp, SIGNATURE | evidence)


def found() -> Event:
    return ended("look_up_session", evidence=short(user="alice"), us=19)


def guarded(code: str) -> Event:
    user = "alice" if code == "OK" else None
    return ended("guard", code, {"path": "/profile", "user": user})


def to_the_login_page(code: str, skipped: list[str], **given: Any) -> list[Event]:
    return [
        guarded(code),
        response(303, code, skipped=skipped, location="/login?next=/profile", **given),
    ]


def stranger(code: str = "NO_COOKIE") -> Event:
    return ended("read_cookie", code, {"cookie": NAME, "copies": 0, "others": []})


def form(site: str | None = "same-origin", origin: str | None = None, code: str = "OK") -> Event:
    evidence = {"Host": "localhost:8000", "Sec-Fetch-Site": site, "Origin": origin}
    return ended("refuse_cross_site", code, evidence)


def forged(received: str = FORGED, computed: str = STAMP) -> Event:
    secret = SIGNATURE["live_only"] | {"computed": computed}
    return asked("BAD_SIGNATURE", received=received, live_only=secret)


def attempts(failures: int, wait: float = 0) -> dict[str, Any]:
    return {"address": "127.0.0.1", "failures": failures, "wait": wait}


SET_COOKIE = f"{NAME}={COOKIE}; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax"
CLEARED = f"{NAME}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
SIGNED_IN = [
    ended("throttle", evidence=attempts(0)),
    ended("check_password", evidence={"user": "alice"}, us=25123),
    ended("open_session", evidence=short(user="alice", replaced="aaaa…zz")),
    ended("sign_session_id", evidence=short(key="1 of 1")),
    ended("set_cookie", evidence={"cookie": NAME, "max_age": 86400, "secure": False}),
]

SCENES: dict[str, list[Event]] = {
    "OK": [
        request(),
        ended("read_cookie", evidence={"cookie": NAME, "copies": 1, "others": []}),
        asked(),
        found(),
        ended("check_limits", evidence=LIMITS),
        ended("find_user", evidence={"user": "alice"}),
        guarded("OK"),
        response(),
    ],
    "NO_COOKIE": [
        request(value=None, cookies=[{"name": "theme", "ours": False}]),
        stranger(),
        *to_the_login_page("NO_COOKIE", RECOGNISE[1:]),
    ],
    "MALFORMED": [
        request(value="only.two", notes=["1 malformed pair(s) ignored"]),
        ended("check_signature", "MALFORMED", {"parts": 2}),
        *to_the_login_page("MALFORMED", RECOGNISE[2:]),
    ],
    "BAD_SIGNATURE": [
        request(value=f"{ID}.Zu1x4g.{FORGED}"),
        forged(),
        *to_the_login_page("BAD_SIGNATURE", RECOGNISE[2:]),
    ],
    "BAD_SIGNATURE-brought_keys": [
        request(value="q3Vb…1c", visitor="Firefox·8w"),
        asked(
            "BAD_SIGNATURE",
            session_id="q3Vb…8w",
            received="hF0k…1c",
            key="2 of 2",
            live_only={"computed": STAMP, "fingerprint": "0badcafe"},
        ),
        *to_the_login_page("BAD_SIGNATURE", RECOGNISE[2:]),
    ],
    "EXPIRED": [
        request(),
        asked("EXPIRED", age=86400 + 7200),
        *to_the_login_page("EXPIRED", RECOGNISE[2:]),
    ],
    "EXPIRED-from_the_future": [
        request(),
        asked("EXPIRED", age=-90),
        *to_the_login_page("EXPIRED", RECOGNISE[2:]),
    ],
    "UNKNOWN_SESSION": [
        request(),
        asked(),
        ended("look_up_session", "UNKNOWN_SESSION", short()),
        *to_the_login_page("UNKNOWN_SESSION", RECOGNISE[3:]),
    ],
    "IDLE_TIMEOUT": [
        request(),
        asked(),
        found(),
        ended("check_limits", "IDLE_TIMEOUT", LIMITS | {"idle": 1500.0}),
        *to_the_login_page("IDLE_TIMEOUT", RECOGNISE[4:]),
    ],
    "login": [
        request("POST", "/login", value=None),
        stranger(),
        form(),
        *SIGNED_IN,
        response(
            303,
            recognised="NO_COOKIE",
            skipped=RECOGNISE[1:],
            location="/profile",
            set_cookie=[SET_COOKIE],
        ),
    ],
    "BAD_CREDENTIALS": [
        request("POST", "/login", value=None),
        stranger(),
        form(),
        ended("throttle", evidence=attempts(1)),
        ended("check_password", "BAD_CREDENTIALS", {"user": None}),
        response(401, "BAD_CREDENTIALS", skipped=RECOGNISE[1:] + LOG_IN[2:]),
    ],
    "THROTTLED": [
        request("POST", "/login", value=None),
        stranger(),
        form(),
        ended("throttle", "THROTTLED", attempts(14, wait=511.3)),
        response(429, "THROTTLED", skipped=RECOGNISE[1:] + LOG_IN[1:]),
    ],
    "logout": [
        request("POST", "/logout"),
        form(),
        ended("close_session", evidence=short(user="alice", everywhere=False, deleted=1)),
        ended("clear_cookie", evidence={"cookie": NAME, "max_age": 86400, "secure": False}),
        response(303, location="/?said=logged-out", set_cookie=[CLEARED]),
    ],
    "CROSS_SITE-by_header": [
        request("POST", "/word"),
        form("same-site", "http://localhost:8001", "CROSS_SITE"),
        response(403, "CROSS_SITE", recognised="OK"),
    ],
    "CROSS_SITE-by_origin": [
        request("POST", "/word"),
        form(None, "http://evil.example", "CROSS_SITE"),
        response(403, "CROSS_SITE", recognised="OK"),
    ],
    "FOREIGN_HOST": [
        request(path="/", value=None),
        ended(
            "check_host",
            "FOREIGN_HOST",
            {"host": "evil.example", "allowed": ["127.0.0.1", "[::1]", "localhost"]},
        ),
        response(403, "FOREIGN_HOST"),
    ],
    "STORE_DOWN": [
        request(),
        asked(),
        ended(
            "look_up_session",
            "STORE_DOWN",
            short(store="sqlite", error="OperationalError"),
            us=5_012,
        ),
        response(503, "STORE_DOWN", skipped=RECOGNISE[3:]),
    ],
    "CRASHED": [
        request(),
        asked(),
        ended("look_up_session", "CRASHED", short(error="ZeroDivisionError", at="login/a.py:9")),
        response(500, "CRASHED", skipped=RECOGNISE[3:]),
    ],
}


class Screen(io.StringIO):
    """Standard output with an encoding; `colours`: it is a terminal that shows them."""

    encoding = "utf-8"

    def __init__(self, encoding: str = "utf-8", colours: bool = False) -> None:
        super().__init__()
        self.encoding = encoding
        self.colours = colours

    def isatty(self) -> bool:
        return self.colours


class Gone:
    """Counts how often it was said that nobody reads."""

    times = 0

    def __call__(self) -> None:
        self.times += 1


def drawn(events: Iterable[Event], width: int | None = 80, out: Screen | None = None) -> str:
    """What the painter makes of these events."""
    out = out or Screen()
    painter = Painter(out, width)
    for event in events:
        painter.draw(event)
    return out.getvalue()


def card_file(name: str, width: int) -> Path:
    return CARDS / f"{name}.{width}.txt"


if __name__ == "__main__":
    CARDS.mkdir(exist_ok=True)
    for name, events in SCENES.items():
        for width in WIDTHS:
            card_file(name, width).write_text(drawn(events, width), encoding="utf-8")
