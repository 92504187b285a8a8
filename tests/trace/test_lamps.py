"""Two lamps: issued by us? still alive? the table, row by row."""

from __future__ import annotations

import pytest

from sandbox.login.refusals import Refusal
from sandbox.trace.stage import lamps

TABLE = [
    ("NO_COOKIE", "not_asked", "not_asked"),
    ("MALFORMED", "no", "not_asked"),
    ("BAD_SIGNATURE", "no", "not_asked"),
    ("EXPIRED", "yes", "not_asked"),
    ("STORE_DOWN", "yes", "not_asked"),
    ("UNKNOWN_SESSION", "yes", "no"),
    ("IDLE_TIMEOUT", "yes", "no"),
    ("ABSOLUTE_TIMEOUT", "yes", "no"),
    ("UNKNOWN_USER", "yes", "yes"),
    ("OK", "yes", "yes"),
]


def refusals() -> dict[str, type[Refusal]]:
    """Every refusal there is, by its code."""
    found: dict[str, type[Refusal]] = {}
    waiting = [Refusal]
    while waiting:
        refusal = waiting.pop()
        found[getattr(refusal, "code", "")] = refusal
        waiting += refusal.__subclasses__()
    return found


@pytest.mark.parametrize(("code", "issued", "alive"), TABLE)
def test_a_reason_code_lights_its_lamps(code: str, issued: str, alive: str) -> None:
    refusal = None if code == "OK" else refusals()[code]()
    assert lamps(refusal) == {"issued": issued, "alive": alive}


@pytest.mark.parametrize("code", ["CRASHED", "FOREIGN_HOST", "CROSS_SITE", "BAD_CREDENTIALS"])
def test_what_is_refused_for_another_reason_says_nothing_of_the_cookie(code: str) -> None:
    assert lamps(refusals()[code]()) == {"issued": "not_asked", "alive": "not_asked"}


def test_any_other_exception_says_nothing_of_the_cookie() -> None:
    assert lamps(ZeroDivisionError()) == {"issued": "not_asked", "alive": "not_asked"}


@pytest.mark.parametrize(
    ("lanes", "issued", "alive"),
    [
        (["server"], "not_asked", "not_asked"),
        (["server", "signer"], "yes", "not_asked"),
        (["server", "store"], "not_asked", "yes"),
        (["server", "signer", "store"], "yes", "yes"),
    ],
)
def test_a_lamp_says_yes_only_when_its_lane_was_asked(
    lanes: list[str], issued: str, alive: str
) -> None:
    """A server that believes a plain cookie has asked nobody who issued it."""
    assert lamps(None, lanes) == {"issued": issued, "alive": alive}


def test_without_a_signer_nobody_asked_who_issued_the_cookie_of_a_lost_session() -> None:
    assert lamps(refusals()["UNKNOWN_SESSION"](), ["store"]) == {
        "issued": "not_asked",
        "alive": "no",
    }
