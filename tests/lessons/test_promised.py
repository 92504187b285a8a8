"""Every reason code that the outline promises is really produced, in its step."""

from __future__ import annotations

import pytest

from tests.lessons.ours import marks
from tests.lessons.promised import PROMISED, produced

EACH = [pytest.param(*promise, marks=marks(promise[0])) for promise in PROMISED]


@pytest.mark.parametrize(("lesson", "step", "code"), EACH)
def test_a_promised_code_is_produced(lesson: str, step: int, code: str) -> None:
    codes = produced(lesson)
    if step not in codes:
        pytest.skip("It was left out: it needs Chromium (make browser) or a Redis")
    assert code in codes[step]
