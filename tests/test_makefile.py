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


def _make_express(tmp_path: Path, programs: Path) -> subprocess.CompletedProcess[str]:
    """`make express` where these programs are, and no others."""
    lesson = Path("lessons") / "11_from_here_to_passport" / "express"
    (tmp_path / lesson).mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copy(ROOT / lesson / "package.json", tmp_path / lesson)
    return subprocess.run(
        [shutil.which("make") or "make", "express"],
        cwd=tmp_path,
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """What the recipe calls, without npm."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("rm", "mkdir", "cp", "touch"):
        (folder / name).symlink_to(shutil.which(name) or name)
    return folder


def _npm(programs: Path, *lines: str) -> None:
    npm = programs / "npm"
    npm.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    npm.chmod(0o755)


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_without_npm_express_is_left_out_in_a_sentence(tmp_path: Path, programs: Path) -> None:
    ended = _make_express(tmp_path, programs)
    assert ended.returncode == 0
    assert "Node is missing, so Express is left out; install Node and npm" in ended.stderr
    assert not (tmp_path / "build" / "express").exists()


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_with_npm_express_is_installed_from_the_lessons_list(
    tmp_path: Path, programs: Path
) -> None:
    _npm(programs, 'echo "$@" >called')
    ended = _make_express(tmp_path, programs)
    installed = tmp_path / "build" / "express"
    assert ended.returncode == 0
    assert (installed / ".ready").exists()
    assert "express-session" in (installed / "package.json").read_text()
    assert (installed / "called").read_text().split()[0] == "install"


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_what_npm_could_not_install_is_not_called_ready(tmp_path: Path, programs: Path) -> None:
    _npm(programs, "exit 1")
    ended = _make_express(tmp_path, programs)
    assert ended.returncode != 0
    assert "npm could not install Express; to see why: cd build/express && npm install" in (
        ended.stderr
    )
    assert not (tmp_path / "build" / "express" / ".ready").exists()
