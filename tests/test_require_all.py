"""SANDBOX_REQUIRE_ALL=1: what cannot run here fails, so that CI never passes by skipping."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")
SKIPS = {
    "mark": "import pytest\n@pytest.mark.skip(reason='no browser here')\ndef test_it(): pass\n",
    "mark_if": (
        "import pytest\n@pytest.mark.skipif(True, reason='no browser here')\ndef test_it(): pass\n"
    ),
    "call": "import pytest\ndef test_it(): pytest.skip('no browser here')\n",
    "fixture": (
        "import pytest\n@pytest.fixture\ndef it(): pytest.skip('no browser here')\n"
        "def test_it(it): pass\n"
    ),
    "module": "import pytest\npytest.skip('no browser here', allow_module_level=True)\n",
    "xfail": "import pytest\n@pytest.mark.xfail\ndef test_it(): assert False\n",
}


def run_pytest(folder: Path, source: str, require_all: str) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text(CONFTEST.read_text())
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_it.py").write_text(source)
    environment = os.environ | {
        "SANDBOX_REQUIRE_ALL": require_all,
        "PYTHONPATH": str(CONFTEST.parent.parent),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", "pytest.ini"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("kind", ["mark", "mark_if", "call", "fixture", "module"])
def test_a_skip_fails_with_its_reason_where_everything_must_run(tmp_path: Path, kind: str) -> None:
    run = run_pytest(tmp_path, SKIPS[kind], require_all="1")
    assert run.returncode in (1, 2), run.stdout  # 2: it could not even be collected
    assert "no browser here" in run.stdout
    assert "skipped" not in run.stdout.splitlines()[-1]


@pytest.mark.parametrize("require_all", ["", "0"])
def test_a_skip_is_a_skip_elsewhere(tmp_path: Path, require_all: str) -> None:
    run = run_pytest(tmp_path, SKIPS["mark"], require_all)
    assert run.returncode == 0, run.stdout
    assert "1 skipped" in run.stdout


def test_an_expected_failure_is_not_taken_for_a_skip(tmp_path: Path) -> None:
    run = run_pytest(tmp_path, SKIPS["xfail"], require_all="1")
    assert run.returncode == 0, run.stdout
    assert "1 xfailed" in run.stdout
