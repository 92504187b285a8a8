"""The page as a whole."""

from __future__ import annotations

from sandbox.trace.inspector.app import PAGE

LARGEST = 100_000  # bytes


def test_the_page_is_smaller_than_a_hundred_kilobytes() -> None:
    sizes = {each.name: len(each.read_bytes()) for each in PAGE.iterdir() if each.is_file()}
    assert sum(sizes.values()) < LARGEST, sizes
