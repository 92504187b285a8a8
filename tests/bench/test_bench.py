"""`bench` runs to its end and measures everything. No test here looks at a time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.bench.children import listening_python
from sandbox.bench.harness import Aim, Measure, Row, ratio_of, taking_turns
from sandbox.bench.table import table
from sandbox.login.problems import Problem

ROOT = Path(__file__).resolve().parents[2]
LABELS = {
    "stages": [
        "memory, without them",
        "memory, as it is",
        "SQLite, without them",
        "SQLite, as it is",
    ],
    "throughput": ["off", "json", "console"],
    "recognise": ["100 sessions", "10,000 sessions"],
    "cold_start": ["bare Bottle on waitress", "serve --trace off", "serve"],
}


@pytest.mark.slow
def test_a_quick_run_yields_every_measure() -> None:
    command = [sys.executable, "-m", "sandbox", "bench", "--quick", "--json"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert {name: labels(measure) for name, measure in found["measures"].items()} == LABELS
    assert set(found["machine"]) == {"cores", "python", "system"}
    assert all(number > 0 for row in rows(found) for number in numbers(row))


def labels(measure: dict) -> list[str]:
    return [row["label"] for row in measure["rows"]]


def rows(found: dict) -> list[dict]:
    return [row for measure in found["measures"].values() for row in measure["rows"]]


def numbers(row: dict) -> list[float]:
    found = [value for value in row.values() if isinstance(value, float)]
    assert found
    return found


def test_a_ratio_is_taken_round_by_round() -> None:
    ratio = ratio_of([2.0, 30.0, 400.0], [1.0, 10.0, 100.0], Aim("at most", 3.0))
    assert (ratio.low, ratio.median, ratio.high) == (2.5, 3.0, 3.5)
    assert ratio.met


@pytest.mark.parametrize(
    ("aim", "met"), [(Aim("at most", 1.05), [True, False]), (Aim("at least", 1.05), [False, True])]
)
def test_an_aim_has_two_sides(aim: Aim, met: list[bool]) -> None:
    assert [aim.met_by(1.0), aim.met_by(1.1)] == met
    assert aim.met_by(1.05)


def test_another_rival_is_first_in_every_round() -> None:
    assert list(taking_turns("abc", 3)) == list("abcbcacab")


def test_the_table_fits_80_columns_of_ascii() -> None:
    ratio = ratio_of([1.0, 1.0], [1.0, 2.0], Aim("at least", 0.8))
    figures = {"requests_per_second": 12345.6, "p50_ms": 3.25, "p99_ms": 123.4}
    text = table(Measure("A title", [Row("off", figures), Row("console", figures, ratio)]))
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 80
    assert "12,346" in text
    assert "at least 0.80   no" in text


def test_a_child_is_ended_when_its_block_fails() -> None:
    with pytest.raises(ZeroDivisionError), listening_python("-c", "input()") as child:
        raise ZeroDivisionError
    assert child.process.poll() is not None


def test_a_child_that_will_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.bench.children.LAST_CHANCE", 0.1)
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1); input()"
    with listening_python("-uc", stubborn) as child:
        child.ask("ready?")
    assert child.process.poll() is not None


def test_the_last_words_of_a_child_are_said() -> None:
    child_says = "import sys; sys.exit('No more wood.')"
    with pytest.raises(Problem, match="No more wood"), listening_python("-c", child_says) as child:
        child.ask("still there?")
