"""The Makefile: extras are added to .venv; two commands do not spoil each other's work."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


def copy_what_make_reads(folder: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, folder)


def test_while_one_make_sets_up_another_says_so_and_touches_nothing(tmp_path: Path) -> None:
    copy_what_make_reads(tmp_path)
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "setup.pid").write_text(f"{os.getpid()}\n")
    (tmp_path / ".venv").mkdir()
    half_done = tmp_path / ".venv" / "half done"
    half_done.touch()
    command = ["make", "demo", f"PYTHON={sys.executable}"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert "Another make is setting up .venv. When it has ended, run: make" in ended.stderr
    assert half_done.exists()


def test_extras_adds_redis_and_workers_to_the_venv_that_is_there(tmp_path: Path) -> None:
    copy_what_make_reads(tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / ".venv" / ".ready").touch()
    command = ["make", "--dry-run", "extras"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert '-c requirements.txt -e ".[redis,workers]"' in ran.stdout
    assert "Setting up" not in ran.stdout
