"""What the inspector's page may order of this sandbox, beyond looking at its events."""

from __future__ import annotations

from functools import partial, wraps

from sandbox.login.cookies import COOKIE_OCTETS, LONGEST_COOKIE
from sandbox.login.flow import Bricks
from sandbox.login.refusals import Malformed, Refusal, StoreDown
from sandbox.login.signing import take_apart
from sandbox.login.stores import Session
from sandbox.serving.pasted import BEYOND_THE_CALENDAR, decode, outcome, re_sign, verify
from sandbox.serving.replay import LONGEST_PATH, Replays
from sandbox.serving.session_table import SessionTable
from sandbox.serving.whatif import what_if, what_ifs
from sandbox.trace.inspector.orders import Order, Orders, Told, Unable, text_in

AN_HOUR = 3600.0  # seconds
LONGEST_NAME = 80  # characters of a circumstance
DOWN = "The session store does not answer ({error}), so nothing was done. Try again in a moment."
NO_COOKIE_VALUE = (
    "A cookie cannot carry this: expected are letters, digits and signs of ASCII, without "
    'blanks, ", comma, semicolon and backslash (RFC 6265).'
)
NO_CIRCUMSTANCE = "There is no such circumstance. Reload the page."
BEYOND = "The time in this cookie is beyond the calendar, so there is no answer."


class Control:
    """`orders` are what the page may order; `listens_at` is told the login server's port.

    Clock and keys of the living server are never touched, rows only where one is to be deleted.
    """

    def __init__(self, bricks: Bricks) -> None:
        self._bricks = bricks
        self._replays = Replays(bricks.cookie.name)
        sessions = SessionTable(bricks)
        orders: Orders = {
            "replay": self._replay,
            "what_if": self._what_if,
            "decode": decode,
            "verify": partial(verify, bricks.signer),
            "re_sign": partial(re_sign, bricks.signer),
            "sessions": sessions.told,
            "reveal": sessions.reveal,
            "delete_row": sessions.delete,
        }
        self.orders = {name: _saying_when_it_is_down(order) for name, order in orders.items()}

    def listens_at(self, port: int) -> None:
        self._replays.port = port

    def _replay(self, order: Told) -> Told:
        path = text_in(order, "path", LONGEST_PATH)
        return {"visitor": self._replays.send(path, _cookie(order))}

    def _what_if(self, order: Told) -> Told:
        """One cookie under the circumstance asked for, or under each, when none is named."""
        cookie, wanted = _cookie(order), text_in(order, "circumstance", LONGEST_NAME)
        answers = self._answers(cookie)
        names = [wanted] if wanted else list(answers)
        if not set(names) <= set(answers):
            raise Unable(NO_CIRCUMSTANCE)
        return {"answers": [{"circumstance": name, **outcome(answers[name])} for name in names]}

    def _answers(self, cookie: str) -> dict[str, Refusal | None]:
        bricks, row = self._bricks, self._row_of(cookie)
        try:
            in_an_hour = what_if(bricks, cookie, row, later=AN_HOUR)
            return {**what_ifs(bricks, cookie, row), "an hour later": in_an_hour}
        except BEYOND_THE_CALENDAR:
            raise Unable(BEYOND) from None

    def _row_of(self, cookie: str) -> Session | None:
        try:
            return self._bricks.store.find(take_apart(cookie).session_id)
        except Malformed:
            return None


def _cookie(order: Told) -> str:
    cookie = text_in(order, "cookie", LONGEST_COOKIE)
    if not cookie or not COOKIE_OCTETS.fullmatch(cookie):
        raise Unable(NO_COOKIE_VALUE)
    return cookie


def _saying_when_it_is_down(order: Order) -> Order:
    @wraps(order)
    def done(told: Told) -> Told:
        try:
            return order(told)
        except StoreDown as down:
            raise Unable(DOWN.format(error=down.evidence.get("error", "StoreDown"))) from None

    return done
