"""The measure of the inspector: marks on a real page, or left out with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.bench import inspector
from sandbox.bench.harness import Effort
from sandbox.tutor.chromium import MissingBrowser


def test_a_delay_is_from_when_it_was_told_to_when_it_was_seen() -> None:
    ended = {"7.2": 1_000.0, "7": 1_010.0, "8.2": 2_000.0}
    seen = {"7.2": 1_090.0, "7": 1_200.0}
    assert inspector._delays(ended, seen) == {inspector.STAGE: [90.0], inspector.VERDICT: [190.0]}


def test_a_response_that_is_never_seen_counts_as_late() -> None:
    delays = inspector._delays({"7": 1_010.0}, {})
    assert delays[inspector.VERDICT] == [inspector.NEVER]


def test_without_a_browser_it_is_left_out_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise MissingBrowser("Chromium is not installed. To install it: sudo apt install chromium")

    monkeypatch.setattr(inspector, "start_chromium", missing)
    assert inspector.left_out()["The inspector"].startswith("Chromium is not installed.")
    assert inspector.measure_delay(Effort(quick=True), tmp_path).rows == []
    assert inspector.measure_cost(Effort(quick=True), tmp_path).rows == []
