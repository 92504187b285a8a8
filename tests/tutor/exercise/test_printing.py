"""What a student's file prints: kept in short, and counted."""

from __future__ import annotations

import pytest

from sandbox.tutor.exercise.printing import MOST_KEPT, Printed


@pytest.fixture
def printed() -> Printed:
    return Printed()


def test_what_is_printed_is_kept(printed: Printed) -> None:
    print("one", 2, file=printed)
    assert printed.since(0) == "one 2\n"


def test_only_what_was_printed_after_a_moment_is_given(printed: Printed) -> None:
    print("before", file=printed)
    moment = len(printed)
    print("after", file=printed)
    assert printed.since(moment) == "after\n"


def test_nothing_printed_is_nothing(printed: Printed) -> None:
    print("before", file=printed)
    assert printed.since(len(printed)) == ""


def test_a_flood_is_cut_and_what_is_lost_is_counted(printed: Printed) -> None:
    for _ in range(50):
        printed.write("x" * 100_000)
    assert printed.since(0) == "x" * MOST_KEPT + f"… ({5_000_000 - MOST_KEPT} more characters)"


def test_what_is_exactly_at_the_limit_is_whole(printed: Printed) -> None:
    printed.write("x" * MOST_KEPT)
    assert printed.since(0) == "x" * MOST_KEPT


def test_after_a_flood_only_what_came_later_is_counted(printed: Printed) -> None:
    printed.write("x" * MOST_KEPT * 2)
    moment = len(printed)
    printed.write("later")
    assert printed.since(moment) == "… (5 more characters)"


def test_it_stands_in_for_standard_output(printed: Printed) -> None:
    assert printed.write("four") == 4
    assert printed.writable()
    assert not printed.isatty()
    printed.flush()
