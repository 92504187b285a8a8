"""Two lamps: issued by us? still alive? DESIGN.md's table, row by row."""

from __future__ import annotations

import pytest
from sandbox.trace.lamps import lamps

from sandbox.login.refusals import Refusal

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


@pytest.mark.parametrize(("code", "issued", "alive"), TABLE)
def test_a_reason_code_lights_its_lamps(code: str, issued: str, alive: str) -> None:
    assert lamps(code) == {"issued": issued, "alive": alive}


def test_nobody_was_asked_when_recognise_did_not_run() -> None:
    assert lamps(None) == {"issued": "not_asked", "alive": "not_asked"}


@pytest.mark.parametrize("code", ["CRASHED", "FOREIGN_HOST", "a code of a later version", ""])
def test_other_codes_claim_nothing(code: str) -> None:
    assert lamps(code) == {"issued": "not_asked", "alive": "not_asked"}


def test_the_table_speaks_of_reasons_that_exist() -> None:
    codes: set[str] = {"OK"}
    waiting = [Refusal]
    while waiting:
        refusal = waiting.pop()
        codes.add(getattr(refusal, "code", ""))
        waiting += refusal.__subclasses__()
    assert {code for code, _, _ in TABLE} <= codes
