"""The memory of a process: the most it held, or what `ps` says, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.bench.children import listening_python
from sandbox.bench.memory import megabytes

TAKES_AND_GIVES_BACK = """
print('before'); input()
taken = b'x' * 80_000_000
del taken
print('after', flush=True); input()
"""
NOBODY = 0  # a process id that no process has


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc, as on Linux")
def test_memory_given_back_still_counts() -> None:
    with listening_python("-uc", TAKES_AND_GIVES_BACK) as child:
        before = megabytes(child.process.pid)
        assert child.ask("") == "before\n"
        assert child.ask("") == "after\n"
        after = megabytes(child.process.pid)
    assert before is not None
    assert after is not None
    assert 80 <= after - before < 120


def test_without_proc_the_answer_comes_from_ps(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ps = tmp_path / "ps"
    ps.write_text('#!/bin/sh\ntest "$*" = "-o rss= -p 0" && echo "  2000"\n')
    ps.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert megabytes(NOBODY) == 2.048


def test_without_both_there_is_no_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert megabytes(NOBODY) is None
