"""Whatever happens, the person at the terminal is told at most one sentence, and no traceback."""

from __future__ import annotations

import pytest

from tests.faults.said import FAULTS, show

SAID = {
    "standard output is a full disk (json)": "is switched off",
    "started on a read-only store": "cannot be used",
    "the clock steps back by an hour": "went back by 3600 s",
    "the reader of the JSON lines leaves": "Nobody reads the trace any more",
    "a listener raises": "is switched off",
    "nobody takes the JSON lines, then Ctrl-C": "end of the trace is lost",
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_said_once_or_not_at_all(fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    show(fault, FAULTS[fault])
    (said,) = [line for line in capsys.readouterr().out.splitlines() if "  said: " in line]
    assert SAID.get(fault, "said: nothing") in said
