"""A lesson on a real terminal: what is asked, what every key does, and how it may end."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pexpect
import pytest

from sandbox.tutor.lesson.parts import Lesson
from sandbox.tutor.lesson.shelf import find_lesson, folders
from tests.lessons.course import small_course
from tests.process.terminals import Shown, plain_lines, press_ctrl_c, terminal
from tests.wire.children import ROOT, command, default_signals, environment

pytestmark = pytest.mark.slow

# A stage says "(ConnectionError)" of a store that cannot be reached.
BAD_END = re.compile(r"Traceback|Exception|Error\b(?!\))|^  File ", re.MULTILINE)
END = r"(?:\x1b\[0m)? > "
BEGINS, SENDS, GOES_ON = f"Enter begins{END}", f"Enter sends it{END}", f"Enter goes on{END}"
SKIPS = rf" \(s skips the question\){END}"
PREDICTS, WHICH = f"Your prediction{SKIPS}", f"Which was it{SKIPS}"
RECALLS = f"From memory{END}"
CHROMIUM = f"Enter: Chromium does it{END}"
ASKS = [BEGINS, SENDS, CHROMIUM, GOES_ON, PREDICTS, WHICH, RECALLS]
PROMPT = re.compile("|".join(ASKS))
REAL = folders(ROOT / "lessons")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A working folder with a course of its own, so that nobody's work/ is touched."""
    small_course(tmp_path / "lessons")
    return tmp_path


class Student:
    """Somebody at a terminal: what he types, and what was shown since."""

    def __init__(self, shown: Shown) -> None:
        self.shown = shown

    def waits(self, prompt: str) -> str:
        """All that was shown until this prompt; nothing else is asked before it."""
        found = ASKS[self.shown.expect(ASKS)]
        assert found == prompt, self.shown.before
        return self._shown_before()

    def types(self, line: str, then: str) -> str:
        self.shown.send(f"{line}\n")
        return self.waits(then)

    def leaves(self, line: str | None = None) -> tuple[int | None, str]:
        """The exit code, and what was shown last."""
        if line is not None:
            self.shown.send(f"{line}\n")
        self.shown.expect(pexpect.EOF)
        last = self._shown_before()
        self.shown.wait()
        return self.shown.exitstatus, last

    def _shown_before(self) -> str:
        return "\n".join(line.rstrip() for line in plain_lines(self.shown.before))


@contextmanager
def at_a_terminal(
    folder: Path, *arguments: str, columns: int = 80, **env: str
) -> Iterator[Student]:
    """`python -m sandbox lesson …` on a terminal; nothing that it shows is a traceback."""
    given = environment(TERM="xterm", **env)
    words = ("lesson", *arguments, "--port", "0")
    with terminal(*words, folder=folder, env=given, columns=columns) as shown:
        yield Student(shown)
        assert not BAD_END.search(shown.everything), shown.everything


def progress(folder: Path) -> Any:
    return json.loads((folder / "work" / "progress.json").read_bytes())["lessons"]


def put_progress(folder: Path, **lessons: Any) -> Path:
    path = folder / "work" / "progress.json"
    path.parent.mkdir(exist_ok=True)
    named = {name.strip("_"): fields for name, fields in lessons.items()}
    path.write_text(json.dumps({"version": 1, "lessons": named}))
    return path


def listed(folder: Path) -> str:
    run = subprocess.run(
        command("lesson", "--list"), cwd=folder, env=environment(), capture_output=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.decode()


# A whole lesson


def test_a_whole_lesson_is_walked_and_marked_as_done(desk: Path) -> None:
    with at_a_terminal(desk, "01") as student:
        assert "The introduction of the small lesson." in student.waits(BEGINS)
        first = student.types("", SENDS)
        assert "01.1  A stranger comes" in first
        assert "This step waits for GET / by alice." in first
        assert re.search(r"http://localhost:\d+/start", first)
        assert progress(desk) == {}  # only lessons that are begun
        shown = student.types("", GOES_ON)
        assert re.search(r"✗ NO_COOKIE .*\n(.*\n)*  as expected: verdict == NO_COOKIE", shown)
        assert "The reasoning of step 1." in shown
        student.types("", PREDICTS)
        assert progress(desk)["01"]["step"] == 2
        student.types("2", SENDS)
        assert "You said: A row in the store. You were right." in student.types("", GOES_ON)
        assert "The clock was moved by +61 min;" in student.types("", SENDS)
        student.types("", GOES_ON)
        assert "What does a row keep?" in student.types("", RECALLS)
        told = student.types("It keeps words", GOES_ON)
        assert "You wrote: It keeps words\nBeside it, a model:\n\nA row keeps the word." in told
        assert "not begun" in listed(desk).splitlines()[2]
        code, last = student.leaves("")
    assert code == 0
    assert "Lesson 01 is done" in last
    assert "Next: make lesson N=02" in last
    done = {"step": 1, "finished": True, "skipped": [], "missed": []}
    assert progress(desk) == {"01": done}
    assert re.fullmatch(r"01 A word +done", listed(desk).splitlines()[1])


@pytest.mark.parametrize(("number", "columns"), [*((each, 60) for each in REAL), ("03", 80)])
def test_each_lesson_of_the_course_is_walked_with_enter_alone(
    tmp_path: Path, number: str, columns: int
) -> None:
    """Whoever never knows an answer sees every step, each in its turn, no line cut off."""
    (tmp_path / "lessons").symlink_to(ROOT / "lessons")
    lesson = find_lesson(number, ROOT / "lessons")
    with at_a_terminal(tmp_path, number, columns=columns) as student:
        code = walk(student)
        lines = plain_lines(PROMPT.sub(r"\g<0>\n", student.shown.everything))
    assert code == 0
    steps = [line for line in lines if re.match(rf"{number}\.\d+  ", line)]
    assert steps == [f"{number}.{step.number}  {step.title}" for step in lesson.steps]
    assert f"Lesson {number} is done" in lines
    assert progress(tmp_path)[number]["missed"] == asking(lesson)
    assert [line for line in lines if len(line) > columns and not is_an_address(line)] == []


def asking(lesson: Lesson) -> list[int]:
    return [step.number for step in lesson.steps if step.prediction]


def is_an_address(line: str) -> bool:
    """It must not break: it is to be opened."""
    return re.search(r"(^|: )http://localhost:\d+\S*$", line) is not None


def walk(student: Student) -> int | None:
    """Answer "I do not know" to whatever is asked, and Enter to everything else."""
    while True:
        asked = student.shown.expect([*ASKS, pexpect.EOF])
        if asked == len(ASKS):
            student.shown.wait()
            return student.shown.exitstatus  # type: ignore[no-any-return]
        student.shown.send("0\n" if ASKS[asked] in (PREDICTS, WHICH) else "\n")


# Predictions


def test_a_wrong_prediction_gets_its_own_line_and_the_stage_at_which_they_part(desk: Path) -> None:
    with at_a_terminal(desk, "--from", "2") as student:
        question = student.waits(PREDICTS)
        assert "Predict: Where is the word?" in question
        assert "\n  1  A word in the cookie\n  2  A row in the store\n" in question
        assert "\n  0  I do not know\n" in question
        student.types("3", SENDS)
        told = " ".join(student.types("", GOES_ON).split())
    said = "You said: Two rows in the store. It was: A row in the store."
    assert f"{said} The line of option c. The line of option b. The reasoning" in told
    assert "The line of option a." not in told
    assert progress(desk)["01"] == {"step": 2, "finished": False, "skipped": [], "missed": []}


def test_a_right_prediction_is_said_with_its_line_alone(desk: Path) -> None:
    with at_a_terminal(desk, "--from", "2") as student:
        student.waits(PREDICTS)
        student.types("2", SENDS)
        told = " ".join(student.types("", GOES_ON).split())
    said = "You said: A row in the store. You were right. The line of option b. The reasoning"
    assert said in told
    assert "They part" not in told


@pytest.mark.parametrize(
    ("again", "told"),
    [
        ("2", "You said: A row in the store. You were right."),
        ("1", "You said: A word in the cookie. It was: A row in the store."),
        ("0", "It was: A row in the store. The line of option b."),
        ("s", "It was: A row in the store. The line of option b."),
    ],
)
def test_whoever_does_not_know_is_asked_once_more_after_seeing_it(
    desk: Path, again: str, told: str
) -> None:
    with at_a_terminal(desk, "--from", "2") as student:
        student.waits(PREDICTS)
        shown = student.types("0", SENDS)
        assert "Then look at write_word. You will be asked once more." in shown
        shown = student.types("", WHICH)
        assert "Now you have seen it." in shown
        assert "as expected" in shown
        assert told in " ".join(student.types(again, GOES_ON).split())
        student.types("", SENDS)
    assert progress(desk)["01"] == {"step": 3, "finished": False, "skipped": [], "missed": [2]}


@pytest.mark.parametrize("typed", ["", "4", "9", "12", "two", "-1", "1.5", "2 2 2", "~", "a"])
def test_what_is_no_answer_is_asked_again(desk: Path, typed: str) -> None:
    with at_a_terminal(desk, "--from", "2") as student:
        student.waits(PREDICTS)
        assert "Type a number from 0 to 3" in student.types(typed, PREDICTS)
        student.types("2", SENDS)


# The keys


def test_back_shows_the_step_before_in_a_world_as_it_was_then(desk: Path) -> None:
    with at_a_terminal(desk, "--from", "3") as student:
        student.waits(SENDS)
        there = student.types("w", SENDS)
        assert "alice's jar holds no small01\nthe store holds 1 row\n" in there
        assert "the clock was moved by 61 min; real browsers stay behind" in there
        assert "this step waits for GET / by alice" in there
        assert "01.2  A word is kept" in student.types("b", PREDICTS)
        there = student.types("w", PREDICTS)
        assert "the store holds 0 rows" in there
        assert "the clock was moved" not in there
        assert "waits for" not in there
        assert progress(desk)["01"]["step"] == 2
        student.types("2", SENDS)
        student.types("", GOES_ON)
        assert re.search(
            r"alice's jar holds small01=\S+\n  its row: user nobody, word tulip\n"
            r"the store holds 1 row\n",
            student.types("w", GOES_ON),
        )
        assert "01.1  A stranger comes" in student.types("b", SENDS)
        assert "the store holds 0 rows" in student.types("w", SENDS)
        assert "This is the first step." in student.types("b", SENDS)


def test_the_hint_is_the_steps_own_and_the_request_for_curl(desk: Path) -> None:
    with at_a_terminal(desk, "--from", "1") as student:
        student.waits(BEGINS)
        assert "Nothing has to be sent here" in student.types("h", BEGINS)
        student.types("", SENDS)
        hint = student.types("h", SENDS)
    assert "The hint of step one.\nWith curl in another terminal:\n" in hint
    assert re.search(r"curl -i http://localhost:\d+/\n", hint)


def test_the_hint_of_a_form_is_a_command_that_satisfies_the_step(desk: Path) -> None:
    """It is taken from the screen and run as it stands."""
    with at_a_terminal(desk, "--from", "2") as student:
        student.waits(PREDICTS)
        student.types("2", SENDS)
        hint = student.types("h", SENDS)
        (line,) = [line for line in hint.splitlines() if line.startswith("curl ")]
        if shutil.which("curl") is None:
            pytest.skip("needs curl")
        subprocess.run(shlex.split(line), check=True, capture_output=True, timeout=20)
        shown = student.waits(GOES_ON)
        assert "as expected: row word == tulip" in shown
        assert "small01=" in student.types("w", GOES_ON)  # alice goes on with curl's cookie


def test_a_code_is_explained_and_nonsense_is_answered(desk: Path) -> None:
    with at_a_terminal(desk, "--from", "3") as student:
        student.waits(SENDS)
        told = student.types("y BAD_SIGNATURE", SENDS)
        assert re.search(r"^BAD_SIGNATURE: \S", told, re.MULTILINE)
        assert "\nNext: " in told
        assert "Did you mean BAD_SIGNATURE?" in student.types("y BAD_SIGNATUR", SENDS)
        assert "There is no code purple." in student.types("y purple", SENDS)
        assert "Nothing was sent so far." in student.types("y", SENDS)
        student.types("", GOES_ON)
        assert "NO_COOKIE: " in student.types("y", GOES_ON)


def test_what_changed_is_the_difference_to_the_server_before(desk: Path) -> None:
    (desk / "lessons" / "01_small" / "app.py").open("a").write("\n# [bold]older[/bold]\n")
    with at_a_terminal(desk, "01", "--from", "2") as student:
        student.waits(PREDICTS)
        assert "This is the first server" in student.types("d", PREDICTS)
    with at_a_terminal(desk, "02", "--from", "2") as student:
        student.waits(SENDS)
        told = student.types("d", SENDS)
    assert "\n--- 01_small/app.py\n+++ 02_small/app.py\n" in told
    assert re.search(r'\n-COOKIE = .*small01.*\n\+COOKIE = .*small02"\)\n', told)
    assert "\n-# [bold]older[/bold]\n" in told


def test_skip_leaves_out_the_question_or_the_step_and_says_so_in_the_list(desk: Path) -> None:
    with at_a_terminal(desk, "--from", "2") as student:
        student.waits(PREDICTS)
        student.types("s", SENDS)  # the question
        assert "01.3" in student.types("s", SENDS)  # the step, done all the same
        assert "the store holds 1 row" in student.types("w", SENDS)
        assert progress(desk)["01"] == {"step": 3, "finished": False, "skipped": [2], "missed": []}
        student.types("", GOES_ON)
        told = student.types("s", RECALLS)  # nothing is left to skip: it goes on
        assert "01.4" in told
        told = student.types("s", GOES_ON)
        assert "A row keeps the word." in told
        assert "You wrote" not in told
        code, _ = student.leaves("")
    assert code == 0
    assert re.search(r"^01 .*done +skipped 2$", listed(desk), re.MULTILINE)


def test_a_skipped_question_alone_is_no_missed_prediction(desk: Path) -> None:
    with at_a_terminal(desk, "--from", "2") as student:
        student.waits(PREDICTS)
        student.types("s", SENDS)
        told = student.types("", GOES_ON)
        assert "It was" not in told
        assert "The reasoning of step 2." in told
        student.types("", SENDS)
    assert progress(desk)["01"]["missed"] == []


@pytest.mark.parametrize(
    "typed", ["x", "hello", "bb", "q q", "h1", "\u20ac", "[/bold]", "y" * 1000]
)
def test_what_is_no_key_sends_nothing(desk: Path, typed: str) -> None:
    with at_a_terminal(desk, "--from", "3") as student:
        student.waits(SENDS)
        assert "Press Enter alone" in student.types(typed, SENDS)
        student.types("", GOES_ON)
        assert "Press Enter alone" in student.types(typed, GOES_ON)


def test_quit_keeps_the_place_for_the_next_time(desk: Path) -> None:
    with at_a_terminal(desk) as student:
        student.waits(BEGINS)
        student.types("", SENDS)
        student.types("", GOES_ON)
        student.types("", PREDICTS)
        student.types("2", SENDS)
        code, last = student.leaves("q")
    assert code == 0
    assert "Your place is kept: lesson 01, step 2. Go on with: make lesson N=01" in last
    assert re.search(r"^01 .*step 2 of 4$", listed(desk), re.MULTILINE)
    with at_a_terminal(desk) as student:
        again = student.waits(PREDICTS)
        assert "01.2  A word is kept" in again
        assert "introduction" not in again
        assert "the store holds 0 rows" in student.types("w", PREDICTS)


def test_from_goes_to_a_step_and_its_world(desk: Path) -> None:
    with at_a_terminal(desk, "01", "--from", "4") as student:
        assert "01.4  Recall" in student.waits(RECALLS)
        assert "the store holds 1 row" in student.types("w", RECALLS)


@pytest.mark.parametrize("step", ["0", "-1", "5", "99999999999999999999"])
def test_a_step_that_there_is_not_is_said(desk: Path, step: str) -> None:
    with at_a_terminal(desk, "01", "--from", step) as student:
        code, last = student.leaves()
    assert code == 2
    assert f"Lesson 01 has the steps 1 to 4; there is no step {step}." in last
    assert not (desk / "work").exists()


@pytest.mark.parametrize("number", ["09", "x", "-0", "1e3"])
def test_a_lesson_that_there_is_not_is_said(desk: Path, number: str) -> None:
    run = alone(desk, "lesson", "--", number)
    assert run.returncode == 2
    assert "There are 01, 02, 03, 04, 05." in run.stderr
    assert not BAD_END.search(run.stderr)


def alone(folder: Path, *arguments: str, **given: Any) -> subprocess.CompletedProcess[str]:
    stdin = {} if "input" in given else {"stdin": subprocess.DEVNULL}
    options: dict[str, Any] = {"env": environment()} | stdin | given
    return subprocess.run(
        command(*arguments), cwd=folder, capture_output=True, text=True, timeout=60, **options
    )


# How it may end


@pytest.mark.parametrize("prompt", [BEGINS, SENDS, GOES_ON])
def test_ctrl_c_ends_at_once_and_keeps_the_place(desk: Path, prompt: str) -> None:
    put_progress(desk, _02={"step": 2})
    with at_a_terminal(desk, "01" if prompt == BEGINS else "02") as student:
        student.waits(BEGINS if prompt == BEGINS else SENDS)
        if prompt == GOES_ON:
            student.types("", GOES_ON)
        began = time.monotonic()
        press_ctrl_c(student.shown)
        code, last = student.leaves()
        took = time.monotonic() - began
    assert code == 128 + signal.SIGINT
    place = "lesson 01, step 1" if prompt == BEGINS else "lesson 02, step 2"
    assert f"Your place is kept: {place}." in last
    assert took < 2


def test_ctrl_c_while_nothing_is_asked_ends_without_a_traceback(desk: Path) -> None:
    """The terminal drops keys when a question comes up, Ctrl-C among them: so press it again."""
    with at_a_terminal(desk) as student:
        student.shown.expect("introduction")
        for _ in range(20):
            press_ctrl_c(student.shown)
            if student.shown.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=0.5) == 0:
                break
        student.shown.wait()
    assert student.shown.exitstatus == 128 + signal.SIGINT


def test_a_closed_terminal_ends_the_lesson_and_its_place_is_kept(desk: Path) -> None:
    with at_a_terminal(desk, "01", "--from", "3") as student:
        student.waits(SENDS)
        pid = student.shown.pid
        student.shown.close(force=True)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert progress(desk)["01"]["step"] == 3


def test_the_end_of_input_at_a_terminal_keeps_the_place(desk: Path) -> None:
    with at_a_terminal(desk, "01", "--from", "3") as student:
        student.waits(SENDS)
        student.shown.sendeof()
        code, last = student.leaves()
    assert code == 1
    assert "The input has ended; your place is kept: lesson 01, step 3." in last


def test_keys_typed_ahead_are_forgotten_at_a_terminal(desk: Path) -> None:
    with at_a_terminal(desk, "01", "--from", "2") as student:
        student.waits(PREDICTS)
        student.shown.send("2\n\n\n\nq\n")  # at once, for questions that nobody has seen
        student.waits(SENDS)
        with pytest.raises(pexpect.TIMEOUT):
            student.shown.expect([*ASKS, pexpect.EOF], timeout=1)
        student.types("", GOES_ON)


# A keyboard that is none


def typed_from_a_pipe(folder: Path, typed: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    run = alone(folder, "lesson", "01", "--port", "0", input=typed)
    assert not BAD_END.search(run.stdout + run.stderr), run.stderr
    return run.returncode, run.stdout, run.stderr


WHOLE = "\n\n\n2\n\n\n\n\nwords\n\n"


def test_a_lesson_is_walked_from_a_pipe_too(desk: Path) -> None:
    code, out, err = typed_from_a_pipe(desk, WHOLE)
    assert (code, err) == (0, "")
    assert "You said: A row in the store. You were right." in out
    assert "Lesson 01 is done" in out
    assert "\x1b" not in out
    assert progress(desk)["01"]["finished"]


@pytest.mark.parametrize(
    ("typed", "step"), [("", 1), ("\n", 1), ("\n\n\n2", 2), ("\n\n\n2\n\n\n", 3)], ids=repr
)
def test_an_input_that_ends_too_early_keeps_the_place_and_names_auto(
    desk: Path, typed: str, step: int
) -> None:
    code, out, _ = typed_from_a_pipe(desk, typed)
    *_, last, advice = out.splitlines()
    assert code == 1
    assert last == f"The input has ended; your place is kept: lesson 01, step {step}."
    assert advice == "Without a keyboard: python -m sandbox lesson 01 --auto"
    begun = {} if step == 1 else {"01": step}
    assert {number: each["step"] for number, each in progress_or_none(desk).items()} == begun


def progress_or_none(folder: Path) -> Any:
    return progress(folder) if (folder / "work" / "progress.json").exists() else {}


@pytest.mark.parametrize("stdin", ["<&-", "</dev/null"])
def test_no_input_at_all_is_said(desk: Path, stdin: str) -> None:
    code, out, err = in_a_shell(desk, f"{lesson_command()} {stdin}")
    assert code == 1
    assert "The input has ended; your place is kept: lesson 01, step 1." in out
    assert err == ""


@pytest.mark.parametrize("typed", [b"\xff\xfe\x00\n", b"\x1b[A\x1b[B\n", b"\x00" * 9000 + b"\n"])
def test_bytes_that_are_no_text_end_nothing_with_a_traceback(desk: Path, typed: bytes) -> None:
    run = subprocess.run(
        command("lesson", "01", "--port", "0"),
        cwd=desk,
        env=environment(PYTHONIOENCODING="utf-8:strict"),
        input=typed + WHOLE.encode(),
        capture_output=True,
        timeout=60,
    )
    said = (run.stdout + run.stderr).decode(errors="replace")
    assert not BAD_END.search(said), said
    assert run.returncode == 0, said


def lesson_command(*arguments: str) -> str:
    return shlex.join(command("lesson", "01", "--port", "0", *arguments))


def in_a_shell(folder: Path, line: str, **env: str) -> tuple[int, str, str]:
    run = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=folder,
        env=environment(**env),
        capture_output=True,
        timeout=60,
        preexec_fn=default_signals,
    )
    err = run.stderr.decode()
    assert not BAD_END.search(err), err
    return run.returncode, run.stdout.decode(), err


# Where it is kept


def test_damaged_progress_is_kept_aside_and_said(desk: Path) -> None:
    path = put_progress(desk)
    path.write_bytes(b"half of {")
    with at_a_terminal(desk) as student:
        said = " ".join(student.waits(BEGINS).split())
        assert "it is kept as progress.json.damaged, and your progress begins afresh" in said
        student.types("", SENDS)
        student.types("", GOES_ON)
        student.types("", PREDICTS)
    assert (path.parent / "progress.json.damaged").read_bytes() == b"half of {"
    assert progress(desk)["01"]["step"] == 2


def test_a_step_that_the_lesson_has_no_more_is_its_last(desk: Path) -> None:
    put_progress(desk, _01={"step": 99})
    with at_a_terminal(desk) as student:
        assert "01.4  Recall" in student.waits(RECALLS)


AS_NOBODY = """
import os, sys
from sandbox.tutor import progress
replace = progress._replace
def as_nobody(*given):
    if os.getuid() == 0:
        os.seteuid(65534)
    try:
        replace(*given)
    finally:
        os.seteuid(os.getuid())
progress._replace = as_nobody
from sandbox.__main__ import main
sys.exit(main(["lesson", "01", "--port", "0"]))
"""


def test_a_work_folder_that_may_only_be_read_is_said_once(open_folder: Path) -> None:
    """Root writes everywhere: so somebody without privileges writes."""
    small_course(open_folder / "lessons")
    (open_folder / "work").mkdir(mode=0o555)
    run = subprocess.run(
        [sys.executable, "-c", AS_NOBODY],
        cwd=open_folder,
        env=environment(),
        input=WHOLE,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr.count("cannot be written (Permission denied)") == 1
    assert "Lesson 01 is done" in run.stdout
    assert list((open_folder / "work").iterdir()) == []


ON_A_FULL_DISK = """
import errno, os, sys
def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")
from sandbox.tutor import progress
progress.os.fsync = full
from sandbox.__main__ import main
sys.exit(main(["lesson", "01", "--port", "0"]))
"""


def test_a_full_disk_is_said_once_and_the_lesson_goes_on(desk: Path) -> None:
    env = environment(TERM="xterm")
    with terminal("lesson", folder=desk, env=env, code=ON_A_FULL_DISK) as shown:
        student = Student(shown)
        student.waits(BEGINS)
        assert walk_on(student, WHOLE) == 0
        said = " ".join(" ".join(plain_lines(shown.everything)).split())
    assert said.count("cannot be written (No space left on device)") == 1
    assert "Lesson 01 is done" in said
    assert not BAD_END.search(shown.everything)


def walk_on(student: Student, typed: str) -> int | None:
    """Answer each prompt with the next of these lines."""
    lines = typed.split("\n")
    student.shown.send(f"{lines[0]}\n")
    for line in lines[1:]:
        if student.shown.expect([*ASKS, pexpect.EOF]) < len(ASKS):
            student.shown.send(f"{line}\n")
    with suppress(pexpect.EOF):
        student.shown.expect(pexpect.EOF)
    student.shown.wait()
    return student.shown.exitstatus  # type: ignore[no-any-return]


def test_two_students_at_one_file_tear_nothing(desk: Path) -> None:
    """Both walk at once; the last to save wins whole, and neither fails."""
    with at_a_terminal(desk, "01") as one, at_a_terminal(desk, "02", "--from", "1") as other:
        for student in (one, other):
            student.waits(BEGINS)
        one.types("", SENDS)
        one.types("", GOES_ON)
        other.types("", PREDICTS)
        one.types("", PREDICTS)
        other.types("2", SENDS)
        other.types("", GOES_ON)
        one.types("2", SENDS)
        other.types("", SENDS)
        assert progress(desk)["02"]["step"] == 2
        assert [one.leaves("q")[0], other.leaves("q")[0]] == [0, 0]
    assert [each.name for each in (desk / "work").iterdir()] == ["progress.json"]


# Ports, pipes, alphabets, widths


def test_a_port_in_use_is_said(desk: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = alone(desk, "lesson", "01", "--port", str(port))
    assert run.returncode == 2
    assert f"Port {port} is in use by another program." in run.stderr
    assert not BAD_END.search(run.stderr)


@pytest.mark.parametrize("port", ["70000", "-1", "x"])
def test_a_port_that_there_is_not_is_said(desk: Path, port: str) -> None:
    run = alone(desk, "lesson", "01", f"--port={port}")
    assert run.returncode == 2
    assert not BAD_END.search(run.stderr.replace("error:", ""))


def test_when_the_reader_leaves_the_lesson_ends_without_a_traceback(desk: Path) -> None:
    typed = "\\n\\n\\n2\\n\\n\\n\\n\\nwords\\n\\n"
    shell = f"printf '{typed}' | {{ {lesson_command()}; echo code $? >&2; }} | head -1"
    code, out, err = in_a_shell(desk, shell)
    assert (code, err) == (0, "code 1\n")
    assert re.fullmatch(r"Inspector, for this run: http://localhost:\d+/\S+/\n", out)


def test_output_on_a_full_disk_is_said(desk: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full, as on Linux")
    code, _, err = in_a_shell(desk, f"{lesson_command()} </dev/null >/dev/full")
    assert code == 1
    assert "What lesson prints cannot be written (No space left on device)." in err


def test_closed_output_ends_nothing_with_a_traceback(desk: Path) -> None:
    code, _, err = in_a_shell(desk, f"printf '\\n\\nq\\n' | {lesson_command()} >&-")
    assert code in (0, 1), err


SIGNS = re.compile("[^\x20-\x7e\n]")


def test_plain_has_no_escapes_and_no_sign_without_its_word(desk: Path) -> None:
    with at_a_terminal(desk, "01", "--plain") as student:
        student.waits(BEGINS)
        assert walk_on(student, WHOLE) == 0
        shown = student.shown.everything.replace("\r\n", "\n")
    assert "\x1b" not in shown
    assert SIGNS.findall(shown.replace("Lesson 01 · A word", "")) == []
    assert "as expected: verdict == NO_COOKIE" in shown
    assert "refused NO_COOKIE" in shown


def test_no_color_means_no_colour(desk: Path) -> None:
    with at_a_terminal(desk, "01", NO_COLOR="1") as student:
        student.waits(BEGINS)
        assert walk_on(student, WHOLE) == 0
        shown = student.shown.everything
    coloured = [code for code in re.findall(r"\x1b\[([0-9;]*)m", shown) if code not in STYLES]
    assert coloured == []


STYLES = ("", "0", "1", "2", "3", "4", "1;2")  # bold, faint, italic, underlined: none is a colour


ASCII_ONLY = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.parametrize("plain", [[], ["--plain"]], ids=["", "--plain"])
def test_where_only_ascii_can_be_written_a_lesson_is_ascii(desk: Path, plain: list[str]) -> None:
    run = subprocess.run(
        command("lesson", "01", "--port", "0", *plain),
        cwd=desk,
        env=environment(**ASCII_ONLY),
        input="\n\n\u20ac\nd\nw\nh\ny\n".encode() + WHOLE.encode(),
        capture_output=True,
        timeout=60,
    )
    assert run.returncode in (0, 1), run.stderr
    assert run.stdout.isascii()
    assert not BAD_END.search(run.stderr.decode())
    assert b"as expected: verdict == NO_COOKIE" in run.stdout


@pytest.mark.parametrize("number", ["01", "03", "08"])
def test_the_lessons_themselves_can_be_read_in_ascii(tmp_path: Path, number: str) -> None:
    (tmp_path / "lessons").symlink_to(ROOT / "lessons")
    run = subprocess.run(
        command("lesson", number, "--port", "0"),
        cwd=tmp_path,
        env=environment(**ASCII_ONLY),
        input=b"s\n" + b"\n0\n" * 200,
        capture_output=True,
        timeout=60,
    )
    assert not BAD_END.search(run.stderr.decode()), run.stderr
    assert run.stdout.isascii()


def test_the_list_is_read_as_json_too(desk: Path) -> None:
    put_progress(desk, _01={"finished": True, "missed": [2]}, _02={"step": 2, "skipped": [1]})
    run = alone(desk, "lesson", "--list", "--json")
    told = [json.loads(line) for line in run.stdout.splitlines()]
    assert [each["state"] for each in told] == ["done", "step 2 of 2", *["not begun"] * 3]
    assert (told[0]["missed"], told[1]["skipped"]) == ([2], [1])


def test_a_terminal_that_is_closed_leaves_no_key_file_behind(tmp_path: Path) -> None:
    """Lesson 14 keeps one in a folder of its own; SIGHUP comes when the terminal is closed."""
    desk, temporary = tmp_path / "desk", tmp_path / "temporary"
    temporary.mkdir()
    desk.mkdir()
    for name in ("lessons", "exercises"):
        (desk / name).symlink_to(ROOT / name)
    env = environment() | {"TMPDIR": str(temporary)}
    with terminal("lesson", "14", "--from", "2", "--port", "0", folder=desk, env=env) as shown:
        shown.expect(END)
        assert list(temporary.glob("sandbox-lesson-*/keys"))
        shown.kill(signal.SIGHUP)
        shown.expect(pexpect.EOF)
        shown.wait()
        assert not list(temporary.iterdir())
        assert not BAD_END.search(shown.everything)
