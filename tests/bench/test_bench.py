"""`bench` runs to its end and measures everything. No test here looks at a time."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.bench import logging_in, recognising, throughput
from sandbox.bench.children import listening_python, program
from sandbox.bench.harness import Aim, Measure, Row, ratio_of, taking_turns
from sandbox.bench.load import Result
from sandbox.bench.table import table
from sandbox.commands import bench
from sandbox.login.problems import Problem

ROOT = Path(__file__).resolve().parents[2]
PEERS = {"Flask": "Flask (scrypt)", "Express": "Express (PBKDF2)"}


def expected_labels(peers: list[str], is_blind: bool) -> dict[str, list[str]]:
    return {
        "stages": [
            "memory, without them",
            "memory, as it is",
            "SQLite, without them",
            "SQLite, as it is",
        ],
        "throughput": ["off", "json", "console", *peers, *(f"off / {peer}" for peer in peers)],
        "recognise": ["100 sessions", "10,000 sessions", "the last / 30 us"],
        "login": [
            "argon2id alone",
            "serve (argon2id)",
            *(PEERS[peer] for peer in peers),
            "share of the hash",
        ],
        "cold_start": ["bare Bottle on waitress", "serve --trace off", "serve", *peers],
        "lessons": ["python -c pass", "lesson 01, first question", "Enter, the whole card"],
        "exercises": [
            "python -c pass",
            "pytest -q, one test",
            "save to verdict",
            "the last / 250 ms",
        ],
        "inspector": [] if is_blind else ["a stage, to its arrow", "a response, to its line"],
        "inspector_cost": [] if is_blind else ["none open", "one inspector open"],
    }


@pytest.mark.slow
def test_a_quick_run_yields_every_measure() -> None:
    command = [sys.executable, "-m", "sandbox", "bench", "--quick", "--json"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    peers = [peer for peer in PEERS if peer not in found["left_out"]]
    every = {name: labels(measure) for name, measure in found["measures"].items()}
    assert every == expected_labels(peers, "The inspector" in found["left_out"])
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


FIGURES = {"requests_per_second": 12345.6, "p50_ms": 3.25, "p99_ms": 1234.5, "megabytes": 321.0}


def test_the_table_fits_80_columns_of_ascii() -> None:
    ratio = ratio_of([1.0, 1.0], [1.0, 2.0], Aim("at least", 0.8))
    rows = [Row("off", FIGURES), Row("console", FIGURES, ratio), Row("off / Express", {}, ratio)]
    text = table(Measure("A title", rows))
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 80
    assert "12,346" in text
    assert ">= 0.80   no" in text


def test_a_ratio_alone_stands_under_the_ratios() -> None:
    ratio = ratio_of([3.0, 3.0], [2.0, 2.0])
    row, alone = Row("console", FIGURES, ratio), Row("off / Flask", {}, ratio)
    _, _, first, second = table(Measure("A title", [row, alone])).splitlines()
    assert first.index("1.500") == second.index("1.500")
    assert second.split() == ["off", "/", "Flask", "1.500", "1.500-1.500"]


def test_ours_is_divided_by_the_peer() -> None:
    ours, theirs = (Result(rate, p50_ms=1.0, p99_ms=1.0) for rate in (1500.0, 1000.0))
    ratio = throughput._beside("Flask", {"off": [ours] * 2, "Flask": [theirs] * 2}).ratio
    assert ratio is not None
    assert (ratio.median, ratio.met, str(ratio.aim)) == (1.5, True, ">= 1.40")


def test_the_hash_has_its_share_of_a_login() -> None:
    timings = {"argon2id alone": [[9.0], [12.0]], "serve (argon2id)": [[12.0], [16.0]]}
    ratio = logging_in._share(timings).ratio
    assert ratio is not None
    assert ratio.median == 0.75


@pytest.mark.parametrize(("microseconds", "met"), [(30.0, True), (31.0, False)])
def test_recognise_may_take_30_microseconds(microseconds: float, met: bool) -> None:
    ratio = recognising._beside_the_limit([microseconds] * 3).ratio
    assert ratio is not None
    assert ratio.met is met


def test_the_text_ends_with_what_was_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one = Measure("A title", [Row("off", FIGURES)])
    monkeypatch.setattr(bench, "MEASURES", {"one": lambda effort, folder: one})
    monkeypatch.setattr(bench, "left_out", lambda: {"Flask": "to install it: make bench-peers"})
    assert bench.run(argparse.Namespace(quick=True, json=False)) == 0
    *_, note, _ = capsys.readouterr().out.splitlines()
    assert note == "Flask is left out; to install it: make bench-peers."


def test_bench_has_one_shorter_way() -> None:
    parser = argparse.ArgumentParser()
    bench.add_arguments(parser)
    assert vars(parser.parse_args([])) == {"quick": False, "json": False}


def test_a_child_gets_the_variables_it_is_given() -> None:
    child_says = "import os; print(os.environ['ANSWER'], os.environ['TERM'])"
    command, pipe = [sys.executable, "-c", child_says], subprocess.PIPE
    with program(command, {"ANSWER": "42"}, stdout=pipe) as child:
        assert child.process.stdout is not None
        assert child.process.stdout.read() == "42 xterm-256color\n"


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
