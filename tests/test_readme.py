"""What the README shows is what the sandbox does."""

from __future__ import annotations

from tests.readme_trace import README, in_readme, transcript


def test_the_trace_in_the_readme_is_the_one_that_running_it_gives() -> None:
    assert in_readme() == transcript(), "The README's trace is stale; run: make readme"


def test_the_trace_fits_into_80_columns() -> None:
    assert max(len(line) for line in transcript().splitlines()) <= 80


def test_the_readme_names_the_two_commands_and_the_demo_accounts() -> None:
    text = README.read_text(encoding="utf-8")
    for promised in ("make demo", "make test", "alice", "wonderland", "bob", "builder"):
        assert promised in text
