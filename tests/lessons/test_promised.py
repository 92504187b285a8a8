"""Every reason code that the outline promises is really produced, in its step."""

from __future__ import annotations

import pytest

from tests.lessons.promised import PROMISED, produced


@pytest.fixture(scope="module")
def codes() -> dict[tuple[str, int], tuple[str, ...]]:
    return produced()


@pytest.mark.parametrize(("lesson", "step", "code"), PROMISED)
def test_a_promised_code_is_produced(
    lesson: str, step: int, code: str, codes: dict[tuple[str, int], tuple[str, ...]]
) -> None:
    if (lesson, step) not in codes:
        pytest.skip("It was left out: it needs Chromium (make browser) or a Redis")
    assert code in codes[lesson, step]
