"""The same login twice: Express and ours come to the same outcomes, but for a list of reasons."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox.tutor.express import missing
from tests.tutor.express_and_ours import DIFFERENT, Outcome, Row, both, table

pytestmark = pytest.mark.slow
STRANGER = Outcome(200, "", "", "", "", "stranger", False)


@pytest.fixture(scope="module")
def rows() -> dict[str, Row]:
    if advice := missing():
        pytest.skip(advice)
    return {row.says: row for row in both()}


def test_they_part_where_it_is_said_and_nowhere_else(rows: dict[str, Row]) -> None:
    seen = {says: row.differs for says, row in rows.items() if row.differs}
    assert seen == {says: names for says, (names, _reason) in DIFFERENT.items()}


@pytest.mark.parametrize(
    ("step", "means"),
    [
        ("a stranger at the profile", {"status": 303, "leads_to": "/login?next=/profile"}),
        ("a wrong password", {"status": 401, "ticket": ""}),
        ("an unknown name", {"status": 401, "ticket": "", "repeats": True}),
        ("the right password", {"status": 303, "leads_to": "/profile", "ticket": "new"}),
        ("the right password", {"attributes": "HttpOnly, Path=/, SameSite=Lax"}),
        ("the home page", {"status": 200, "greeted": "alice", "ticket": ""}),
        ("a changed cookie at home", {"status": 200, "greeted": "stranger", "ticket": ""}),
        ("logging in once more", {"ticket": "new"}),
        ("the cookie from before that", {"status": 303, "leads_to": "/login?next=/profile"}),
        ("logging out", {"status": 303, "ticket": "drops the", "lasts": "over at once"}),
        ("a copy of the cookie at home", {"greeted": "stranger"}),
        ("the API without the token", {"status": 401}),
        ("the API with the token", {"status": 200, "greeted": "alice"}),
        ("the API with a changed token", {"status": 401, "greeted": ""}),
        ("a planted cookie at the login", {"status": 303, "ticket": "new"}),
    ],
)
def test_both_do_what_a_login_must(
    step: str, means: dict[str, object], rows: dict[str, Row]
) -> None:
    row = rows[step]
    assert (row.express, row.ours) == (replace(row.express, **means), replace(row.ours, **means))


def test_only_ours_asks_where_a_form_stood_and_counts_guesses(rows: dict[str, Row]) -> None:
    cross_site, guesses = (
        rows[step]
        for step in ("a form of another site logs her out", "the sixth wrong password in a row")
    )
    assert (cross_site.express.status, cross_site.ours.status) == (303, 403)
    assert (guesses.express.status, guesses.ours.status) == (401, 429)


def test_a_difference_is_seen() -> None:
    alice = replace(STRANGER, greeted="alice", status=303)
    assert Row("a step", STRANGER, STRANGER).differs == ()
    assert Row("a step", STRANGER, alice).differs == ("status", "greeted")


def test_the_table_has_a_line_for_each_step_and_for_each_difference() -> None:
    lines = table([Row("a stranger", STRANGER, STRANGER)]).splitlines()
    assert lines[2] == "| a stranger | 200 greets stranger | 200 greets stranger |"
    assert len(lines) == 3 + 2 + len(DIFFERENT)
