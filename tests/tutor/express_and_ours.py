"""The same steps through Express and through our own server, side by side.

    python -m tests.tutor.express_and_ours

What each server answers is reduced to what it means; what then still differs stands in DIFFERENT.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from sandbox.login.flow import Bricks
from sandbox.login.keys import MemoryKeys
from sandbox.login.middleware import Environ, StartResponse, WSGIApp
from sandbox.login.server import make_app
from sandbox.login.stores.memory import MemoryStore
from sandbox.login.users import demo_users
from sandbox.serving.bricks import lay_bricks
from sandbox.serving.live import LiveServer
from sandbox.tutor.express import missing
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.world import ticket_of
from sandbox.tutor.lesson_app import load_app
from sandbox.tutor.standing_clock import StandingClock
from tests.tutor.express_walk import (
    EXPRESS_COOKIE,
    LESSONS,
    MORE_STEPS,
    STEPS,
    Walk,
    express_behind_ours,
    walking,
)

OUR_COOKIE = "sandbox_session"
WITH_TOKENS = LESSONS / "09_tokens" / "app.py"
PEOPLE = ("alice", "stranger")


@dataclass(frozen=True)
class Outcome:
    """What an answer means, whatever its words.

    `ticket`: "new" is an id that was never seen before. `lasts`: how long the browser keeps it.
    `repeats`: a refusal in the very words of the step before.
    """

    status: int
    leads_to: str
    ticket: str
    attributes: str
    lasts: str
    greeted: str
    repeats: bool

    def __str__(self) -> str:
        words = [
            f"{self.status}",
            *([f"to {self.leads_to}"] if self.leads_to else []),
            *([f"{self.ticket} ticket"] if self.ticket else []),
            *([f"({self.attributes}; {self.lasts})"] if self.attributes else []),
            *([f"greets {self.greeted}"] if self.greeted else []),
            *(["same words"] if self.repeats else []),
        ]
        return " ".join(words)


@dataclass(frozen=True)
class Row:
    """One step, and what came of it at both."""

    says: str
    express: Outcome
    ours: Outcome

    @property
    def differs(self) -> tuple[str, ...]:
        ours = asdict(self.ours)
        return tuple(name for name, value in asdict(self.express).items() if value != ours[name])


# Everything in which the two part, and why. A test fails when a line is missing or has no use.
NO_AGE = "express-session sets no age unless it is told one; ours says when the ticket is too old"
SAID = "our home page says what the logout did"
CROSS_SITE = "Express and Passport do not ask where a form stood; SameSite in the browser must do"
THROTTLED = "Passport does not count wrong passwords; express-rate-limit and others do"
DIFFERENT = {
    "the right password": (("lasts",), NO_AGE),
    "logging in once more": (("lasts",), NO_AGE),
    "a planted cookie at the login": (("lasts",), NO_AGE),
    "logging out": (("leads_to",), SAID),
    "a form of another site logs her out": (
        ("status", "leads_to", "ticket", "attributes", "lasts"),
        CROSS_SITE,
    ),
    "is she logged in after that?": (("greeted",), CROSS_SITE),
    "the sixth wrong password in a row": (("status",), THROTTLED),
}


def both() -> list[Row]:
    """Walk through Express, then through ours."""
    steps = STEPS + MORE_STEPS
    with express_behind_ours() as url, walking(url, EXPRESS_COOKIE) as walk:
        theirs = outcomes(walk)
    with ours() as url, walking(url, OUR_COOKIE, next="/profile") as walk:
        return [
            Row(step.says, *pair) for step, *pair in zip(steps, theirs, outcomes(walk), strict=True)
        ]


@contextmanager
def ours() -> Iterator[str]:
    """The address of our login server; its API with tokens is that of lesson 09, on its bricks."""
    clock = StandingClock(time.time())
    bricks = lay_bricks(MemoryStore(), MemoryKeys(), demo_users(), clock)
    live = LiveServer(_with_tokens(bricks), port=0).start()
    try:
        yield live.url
    finally:
        live.stop()


def _with_tokens(bricks: Bricks) -> WSGIApp:
    pages, api = make_app(bricks), load_app(WITH_TOKENS).make(bricks)

    def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        asked = api if environ["PATH_INFO"].startswith("/api/") else pages
        return asked(environ, start_response)

    return app


def outcomes(walk: Walk) -> list[Outcome]:
    reduced, seen, before = [], set[str](), ""
    for step in STEPS + MORE_STEPS:
        _, exchange = walk.do(step)
        reduced.append(_reduced(exchange, seen, before))
        seen |= {ticket_of(each) for each in (exchange.sent, exchange.given) if each}
        before = exchange.text
    return reduced


def _reduced(exchange: Exchange, seen: set[str], before: str) -> Outcome:
    given, attributes = _attributes(exchange.set_cookie or "")
    ages = {name: value for name, value in attributes.items() if name in ("max-age", "expires")}
    return Outcome(
        status=exchange.status,
        leads_to=dict(exchange.headers).get("Location", ""),
        ticket=_ticket(exchange.given, seen),
        attributes=", ".join(sorted(attributes[each] for each in attributes.keys() - ages.keys())),
        lasts=_lasts(ages) if given else "",
        greeted=next((name for name in PEOPLE if name in _greeting(exchange)), ""),
        repeats=exchange.status == 401 and exchange.text == before,
    )


def _ticket(given: str | None, seen: set[str]) -> str:
    if given is None:
        return ""
    if not given:
        return "drops the"
    return "old" if ticket_of(given) in seen else "new"


def _attributes(set_cookie: str) -> tuple[str, dict[str, str]]:
    given, *attributes = (part.strip() for part in set_cookie.split(";"))
    return given, {each.partition("=")[0].lower(): each for each in attributes}


def _lasts(ages: dict[str, str]) -> str:
    over = {"max-age=0", "expires=thu, 01 jan 1970 00:00:00 gmt"}
    if over & {age.lower() for age in ages.values()}:
        return "over at once"
    return ", ".join(ages.values()) or "until the browser is closed"


def _greeting(exchange: Exchange) -> str:
    """The heading of a page, or the whole body of an answer to a script."""
    if exchange.path.startswith("/api/"):
        return exchange.body
    return exchange.body.partition("<h1>")[2].partition("</h1>")[0]


def table(rows: list[Row]) -> str:
    """The rows as Markdown, then the differences with their reasons."""
    lines = ["| step | Express | ours |", "| --- | --- | --- |"]
    lines += [f"| {row.says} | {row.express} | {row.ours} |" for row in rows]
    lines += ["", "Different:"]
    lines += [
        f"- {says} ({', '.join(names)}): {reason}" for says, (names, reason) in DIFFERENT.items()
    ]
    return "\n".join(lines)


def main() -> int:
    """Print the table, or say what is needed for it."""
    if advice := missing():
        print(advice, file=sys.stderr)
        return 2
    print(table(both()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
