"""The examiner: what counts as a verdict, and what a student's file can not do to it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox.login.problems import Problem
from sandbox.tutor.exercise.examiner import LEFT, Examiner
from sandbox.tutor.exercise.result import Result
from sandbox.tutor.exercise.shelf import Exercise
from tests.exercises.bad_input import RIGHT, small_exercise
from tests.wire.children import ROOT
from tests.wire.raw_http import until

LINUX = sys.platform == "linux"


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    return small_exercise(tmp_path)


def examined(exercise: Exercise, source: str) -> Result:
    file = exercise.folder.parent / "answer.py"
    file.write_text(source, encoding="utf-8")
    with Examiner() as examiner:
        return examiner.examine(exercise, file, "answer.py")


def outcomes(result: Result) -> list[str]:
    return [check.outcome for check in result.checks]


def rewrite(exercise: Exercise, checks: str) -> None:
    """Other checks than those of the small exercise."""
    head = (
        "from sandbox.tutor.exercise import Exam, check\n"
        "hints = dict(idea='i', place='p', code='c')\n"
    )
    exercise.check.write_text(head + checks, encoding="utf-8")


def test_an_answer_passes_when_every_check_was_passed(exercise: Exercise) -> None:
    result = examined(exercise, RIGHT)
    assert (result.verdict, outcomes(result)) == ("passed", ["passed", "passed"])


FORGED = r"""
import json, os
def forge():
    line = {"token": TOKEN, "is": "result", "result": {"name": "a_number_is_doubled",
        "sentence": "A number is doubled.", "outcome": "passed", "steps": [], "says": "",
        "advice": "", "frames": [], "printed": ""}}
    for descriptor in range(50):
        for each in (line, {"is": "end", "token": TOKEN}):
            try:
                os.write(descriptor, json.dumps(each).encode() + b"\n")
            except OSError:
                pass
    print(json.dumps(line))
"""


@pytest.mark.parametrize("token", ["''", "None", "'0' * 32"])
@pytest.mark.parametrize(
    "rest", ["forge()\nos._exit(0)\n", "def double(x):\n    forge()\n    os._exit(0)\n"]
)
def test_a_forged_report_counts_for_nothing(exercise: Exercise, token: str, rest: str) -> None:
    result = examined(exercise, FORGED.replace("TOKEN", token) + rest)
    assert not result.has_passed
    assert "passed" not in outcomes(result)


def test_a_file_that_ends_the_program_after_the_first_check_has_not_passed(
    exercise: Exercise,
) -> None:
    ends = "    if isinstance(x, str):\n        os._exit(0)\n"
    source = f"import os\ndef double(x):\n{ends}    return 2 * x\n"
    assert outcomes(examined(exercise, source)) == ["passed", "error"]


def test_what_is_random_is_new_in_each_run(exercise: Exercise) -> None:
    acts = {examined(exercise, RIGHT).checks[0].steps[0].act for _ in range(4)}
    assert len(acts) > 1


def test_a_check_that_needs_a_failed_one_is_skipped(exercise: Exercise) -> None:
    result = examined(exercise, "def double(x):\n    return x\n")
    assert outcomes(result) == ["failed", "skipped"]
    assert result.lead is not None
    assert result.lead.sentence == "A number is doubled."


def test_checks_that_end_the_program_end_no_examination(exercise: Exercise) -> None:
    exercise.check.write_text("import sys\nsys.exit(0)\n", encoding="utf-8")
    with pytest.raises(Problem, match=r"check\.py cannot be run: SystemExit: 0\. Correct it"):
        examined(exercise, RIGHT)


def test_what_one_check_printed_leaves_room_for_the_next(exercise: Exercise) -> None:
    source = "def double(x):\n    print('y' * 1500, x)\n    return 2 * x if type(x) is int else x\n"
    result = examined(exercise, source)
    assert outcomes(result) == ["passed", "failed"]
    word = result.checks[1].steps[0].expected.strip("'")
    assert result.checks[1].printed == f"{'y' * 1500} {word[: len(word) // 2]}\n"


def test_after_a_check_that_took_too_long_the_others_are_done(exercise: Exercise) -> None:
    rewrite(
        exercise,
        "@check(**hints, limit=0.3)\ndef first(exam):\n    'First.'\n    exam.call('double', 1)\n"
        "@check(**hints)\ndef second(exam):\n    'Second.'\n    exam.call('double', 2).gives(4)\n",
    )
    source = "def double(x):\n    while x == 1: pass\n    return 2 * x\n"
    assert outcomes(examined(exercise, source)) == ["error", "passed"]


def test_each_check_finds_the_file_as_it_was(exercise: Exercise) -> None:
    rewrite(
        exercise,
        "".join(
            f"@check(**hints)\ndef {name}(exam):\n    '{name}.'\n    exam.call('count').gives(1)\n"
            for name in ("first", "second")
        ),
    )
    source = "seen = []\ndef count():\n    seen.append(1)\n    return len(seen)\n"
    assert outcomes(examined(exercise, source)) == ["passed", "passed"]


def test_a_mistake_in_the_use_of_an_answer_is_no_traceback(exercise: Exercise) -> None:
    rewrite(
        exercise,
        "@check(**hints)\ndef first(exam):\n    'First.'\n"
        "    exam.call('double', 1).value.strip()\n",
    )
    lead = examined(exercise, RIGHT).lead
    assert lead is not None
    assert lead.says.startswith("The examiner could not go on with what your file gave (Attribute")


def test_what_the_file_gave_cannot_end_the_examination(exercise: Exercise) -> None:
    rewrite(
        exercise,
        "@check(**hints)\ndef first(exam):\n    'First.'\n"
        "    exam.call('double', 1).is_such('two', lambda given: list(given) == [2])\n"
        "@check(**hints)\ndef second(exam):\n    'Second.'\n    exam.get('double')\n",
    )
    result = examined(exercise, "import sys\ndef double(x):\n    yield sys.exit(3)\n")
    assert outcomes(result) == ["error", "passed"]
    assert result.checks[0].says == (
        "The examiner could not go on with what your file gave (SystemExit: 3)."
    )


def test_a_file_finds_nothing_of_the_examination_outside_itself(exercise: Exercise) -> None:
    source = (
        "import os, sys\nFOUND = [sys.stdin.read(), sys.argv[1:], os.listdir('.')]\n"
        "def double(x):\n    open('left', 'w').close()\n    return FOUND + [os.getcwd()]\n"
    )
    result = examined(exercise, source)
    assert result.lead is not None
    observed = result.lead.steps[0].observed
    assert observed.startswith("['', [], [], '")
    folder = Path(observed.split("'")[3])
    assert not folder.exists()


@pytest.mark.skipif(not LINUX, reason="looks into /proc")
def test_a_program_that_was_left_running_is_ended_and_said(exercise: Exercise) -> None:
    note = exercise.folder.parent / "pid"
    source = f"""
import os, time
if os.fork() == 0:
    open({str(note)!r}, "w").write(str(os.getpid()))
    time.sleep(60)
{RIGHT}"""
    result = examined(exercise, source)
    assert (result.verdict, result.notes) == ("passed", [LEFT])
    if note.exists():  # else it was ended before it could write
        pid = note.read_text()
        assert not pid or _ends(int(pid))


@pytest.mark.skipif(os.name != "posix", reason="elsewhere nothing is said of other programs")
def test_a_program_that_has_ended_by_itself_is_not_said_to_run(exercise: Exercise) -> None:
    ends = "import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', ''])\n"
    rewrite(
        exercise, "@check(**hints)\ndef a(exam):\n    'A.'\n    exam.call('double', 1).gives(2)\n"
    )
    source = f"{ends}def double(x):\n    time.sleep(1)\n    return 2 * x\n"
    result = examined(exercise, source)
    assert (result.verdict, result.notes) == ("passed", [])


@pytest.mark.skipif(os.name != "posix", reason="there is no fork")
def test_a_fork_that_has_left_the_group_keeps_nobody_waiting(exercise: Exercise) -> None:
    source = f"""
import os, time
if os.fork() == 0:
    os.setsid()
    time.sleep(8)
    os._exit(0)
{RIGHT}"""
    began = time.monotonic()
    assert examined(exercise, source).has_passed
    assert time.monotonic() - began < 5


@pytest.mark.skipif(not LINUX, reason="looks into /proc")
def test_the_waiting_process_ends_when_its_parent_is_killed() -> None:
    program = (
        "from sandbox.tutor.exercise.examiner import Examiner\nimport time\n"
        "with Examiner() as e:\n    print(e._waiting._process.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert parent.stdout is not None
    waiting = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert _ends(waiting)


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a folder in use cannot be deleted")
def test_an_examination_whose_examiner_is_killed_leaves_no_folder(tmp_path: Path) -> None:
    exercise, scratch, begun = small_exercise(tmp_path), tmp_path / "scratch", tmp_path / "begun"
    scratch.mkdir()
    answer = tmp_path / "answer.py"
    slow = f"import pathlib, time\npathlib.Path({str(begun)!r}).touch()\ntime.sleep(0.5)\n"
    answer.write_text(slow + RIGHT, encoding="utf-8")
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from sandbox.tutor.exercise.examiner import Examiner\n"
        "from sandbox.tutor.exercise.shelf import read_exercise\n"
        "with Examiner() as examiner:\n"
        "    examiner.examine(read_exercise(Path(sys.argv[1])), Path(sys.argv[2]))\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(exercise.folder), str(answer)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(scratch)},
    )
    until(begun.exists, 20)
    parent.kill()
    parent.wait()
    assert list(scratch.iterdir()) != []  # it goes on to its end
    until(lambda: list(scratch.iterdir()) == [], 20)


def test_no_process_is_left_behind(exercise: Exercise) -> None:
    with Examiner() as examiner:
        waiting = examiner._waiting
        assert waiting is not None
    assert not waiting.is_alive


def _ends(pid: int) -> bool:
    for _ in range(200):
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


def test_a_process_that_does_not_start_is_not_the_students_fault(
    exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(Problem, match="did not start; your file is not to blame"):
        examined(exercise, RIGHT)
