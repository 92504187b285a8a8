"""The inspector of a real `serve` stands what the abuse table tries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trace.abuse import Case
from tests.trace.abuse_table import ALL, line
from tests.wire.children import Child, nursery_in

pytestmark = pytest.mark.slow


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    with nursery_in(tmp_path) as nursery:
        yield nursery.serve("--trace", "off")


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.what}: {case.done}")
def test_what_is_tried_is_answered_as_the_table_says(case: Case, child: Child) -> None:
    row = case.row(child)
    assert case.is_met_by(row), row


def test_a_cell_breaks_no_table() -> None:
    assert line("a|b", "<script>") == "| a\\|b | &lt;script> |"
