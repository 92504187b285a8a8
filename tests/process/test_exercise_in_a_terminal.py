"""An exercise on a real terminal: what a save brings, what every key does, how it may end."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.exercises.small import (
    ADDS_TWO,
    ANOTHER_CODE,
    ANY_WORD,
    DOUBLE_SOLUTION,
    DOUBLE_STARTER,
    GREET_SOLUTION,
    small_course,
)
from tests.process.terminals import Shown, colours, plain_lines, press_ctrl_c, terminal
from tests.wire.children import command, default_signals, environment
from tests.wire.raw_http import until

pytestmark = pytest.mark.slow

BAD_END = re.compile(r"Traceback|^  File ", re.MULTILINE)
END = r"\s*(?:\x1b\[0m)? > "
WATCHES = f"Save your file, or type a letter{END}"
SURE = f"See the solution all the same\\? y: yes, Enter: no{END}"
AFRESH = rf"Begin \S+ afresh\?[^>]*Enter: no{END}"  # longer than a line
ASKS = [WATCHES, SURE, AFRESH]
TWICE = "The double of a number is twice the number."
REFUSED = "The double of a word is refused with NO_NUMBER."
STILL = "It is still the starter: nothing has changed. Write into it and save it."
KEPT = "Your answers are kept. Go on with: make exercise"
ENDED = "The input has ended. Without a keyboard: python -m sandbox check"
LOOP = "\n\ndef double(number):\n    while True:\n        pass\n"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A working folder with exercises of its own, and a folder for what is thrown away."""
    small_course(tmp_path / "exercises")
    (tmp_path / "scratch").mkdir()
    return tmp_path


class Student:
    """Somebody with a terminal and an editor: what he types and saves, what was shown since."""

    def __init__(self, shown: Shown, file: Path) -> None:
        self.shown, self.file = shown, file

    def waits(self, prompt: str = WATCHES) -> str:
        """All that was shown until this prompt; nothing else is asked before it."""
        found = ASKS[self.shown.expect(ASKS)]
        assert found == prompt, self.shown.before
        return self._shown_before()

    def types(self, line: str, then: str = WATCHES) -> str:
        self.shown.send(f"{line}\n")
        return self.waits(then)

    def saves(self, text: str) -> str:
        """Into the file as it is; the verdict."""
        self.file.write_bytes(text.encode())
        return self.waits()

    def saves_a_loop(self) -> None:
        """What is saved or typed next comes while the loop is being examined."""
        told = self.file.with_suffix(".told")
        tells = f"    open({str(told)!r}, 'w').close()\n    while True:"
        self.file.write_text(DOUBLE_STARTER + LOOP.replace("    while True:", tells))
        until(told.exists)

    def waits_for_the_last(self) -> str:
        """What was shown last, when nothing follows it: a second is longer than a verdict takes."""
        told = self.waits()
        while self.shown.expect([*ASKS, pexpect.TIMEOUT], timeout=1) < len(ASKS):
            told = self._shown_before()
        return told

    def waits_no_more(self) -> None:
        """Nothing more is shown."""
        with pytest.raises(pexpect.TIMEOUT):
            self.shown.expect([r"\S", pexpect.EOF], timeout=1)

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
    """`python -m sandbox exercise …` on a terminal; nothing that it shows is a traceback."""
    given = environment(TERM="xterm", TMPDIR=str(folder / "scratch"), **env)
    words = ("exercise", *arguments)
    with terminal(*words, folder=folder, env=given, columns=columns) as shown:
        yield Student(shown, answer(folder))
        assert not BAD_END.search(shown.everything), shown.everything


@contextmanager
def begun(folder: Path, *arguments: str, **more: Any) -> Iterator[Student]:
    """The same, with the first verdict already shown."""
    with at_a_terminal(folder, *arguments, **more) as student:
        student.waits()
        yield student


def answer(folder: Path, name: str = "01_double") -> Path:
    return folder / "work" / "exercises" / f"{name}.py"


def progress(folder: Path) -> Any:
    return json.loads((folder / "work" / "progress.json").read_bytes())["exercises"]


def in_one_line(text: str) -> str:
    return " ".join(text.split())


def prints(text: str) -> str:
    """A wrong answer that also prints."""
    return ADDS_TWO.replace("    return", f"    print({text})\n    return")


# Its beginning


def test_the_task_is_shown_and_the_starters_verdict_says_what_to_do(desk: Path) -> None:
    with at_a_terminal(desk) as student:
        shown = student.waits()
    assert answer(desk).read_text() == DOUBLE_STARTER
    task, where, verdict = re.split(r"Your file: (.*)\n", shown)
    assert "01 · Double\n" in task
    assert "\nWrite double(number).\n" in task
    assert where == "work/exercises/01_double.py"
    assert f"\n{TWICE}\n(0 of 2 checks passed; 1 did not; 1 skipped" in verdict
    number = int(re.search(r"double\((\d+)\)\n", verdict)[1])  # type: ignore[index]
    seen = f"double({number}) expected {2 * number} observed 0 Here they part."
    assert seen in in_one_line(verdict)
    assert "\nWhat to try: " in verdict
    assert (
        f"{STILL}\n\nh hint · s solution · t task · r begin afresh · l list · n next · q quit"
        in verdict
    )


def test_a_file_that_is_there_is_examined_and_not_overwritten(desk: Path) -> None:
    answer(desk).parent.mkdir(parents=True)
    answer(desk).write_text(DOUBLE_SOLUTION)
    with at_a_terminal(desk) as student:
        assert "Passed: 2 of 2 checks." in student.waits()
    assert answer(desk).read_text() == DOUBLE_SOLUTION


def test_it_begins_with_the_first_that_is_not_passed(desk: Path) -> None:
    with begun(desk) as student:
        student.saves(DOUBLE_SOLUTION)
    with at_a_terminal(desk) as student:
        assert "02 · Greet\n" in student.waits()
    with at_a_terminal(desk, "1") as student:
        assert "01 · Double\n" in student.waits()


# What a save brings


def in_place(file: Path, content: bytes) -> None:
    file.write_bytes(content)


def renamed_over(file: Path, content: bytes) -> None:
    """As vim and VS Code may do."""
    aside = file.with_name(".01_double.py.swp")
    aside.write_bytes(content)
    os.replace(aside, file)


def with_a_backup(file: Path, content: bytes) -> None:
    """As editors do that keep the old file: for a moment there is none."""
    file.rename(file.with_name("01_double.py~"))
    file.write_bytes(content)


def deleted_first(file: Path, content: bytes) -> None:
    file.unlink()
    file.write_bytes(content)


def slowly(file: Path, content: bytes) -> None:
    """Emptied, and then written in two halves with a pause before each."""
    with file.open("wb", buffering=0) as opened:
        for part in (content[:90], content[90:]):
            time.sleep(0.12)
            opened.write(part)


SAVES = [in_place, renamed_over, with_a_backup, deleted_first, slowly]


@pytest.mark.parametrize("save", SAVES, ids=lambda save: save.__name__)
def test_however_an_editor_saves_the_last_verdict_is_of_the_whole_file(
    desk: Path, save: Callable[[Path, bytes], None]
) -> None:
    with begun(desk) as student:
        save(student.file, ANY_WORD.encode())
        assert f"\n{REFUSED}\n" in student.waits_for_the_last()
        save(student.file, DOUBLE_SOLUTION.encode())
        assert "Passed: 2 of 2 checks." in student.waits_for_the_last()


def test_each_save_gives_its_own_verdict(desk: Path) -> None:
    with begun(desk) as student:
        assert f"\n{TWICE}\n(0 of 2 checks passed" in student.saves(ADDS_TWO)
        assert f"\n{REFUSED}\n(1 of 2 checks passed; 1 did not)" in student.saves(ANY_WORD)
        told = student.saves(ANOTHER_CODE)
        seen = "expected refused with NO_NUMBER observed refused with NOT_A_NUMBER Here they part."
        assert seen in in_one_line(told)
        assert STILL not in told
        told = student.saves(DOUBLE_SOLUTION)
    assert f"\n  ✓ {TWICE}\n  ✓ {REFUSED}\n\nPassed: 2 of 2 checks.\n" in told


def test_a_file_that_was_touched_is_examined_again_with_other_numbers(desk: Path) -> None:
    with begun(desk) as student:
        told = [student.saves(ADDS_TWO)]
        for _ in range(3):
            student.file.touch()
            told.append(student.waits())
    assert all(f"\n{TWICE}\n" in each for each in told)
    assert len({re.search(r"double\((\d+)\)", each)[1] for each in told}) > 1  # type: ignore[index]


def test_windows_line_ends_change_nothing(desk: Path) -> None:
    with begun(desk) as student:
        assert STILL in student.saves(DOUBLE_STARTER.replace("\n", "\r\n"))
        assert "Passed: 2 of 2 checks." in student.saves(DOUBLE_SOLUTION.replace("\n", "\r\n"))


def test_what_cannot_be_read_is_said_with_its_line(desk: Path) -> None:
    with begun(desk) as student:
        told = student.saves("def double(number):\n    return (number\n")
        assert "Line 2 of work/exercises/01_double.py cannot be read as Python" in told
        assert "\nIn your file:\n    line 2: return (number\n" in told
        told = student.types("h")
        assert "No check has been done yet: first mend what is said above." in told
        assert "There is no code in" in student.saves("")
        assert "Passed: 2 of 2 checks." in student.saves(DOUBLE_SOLUTION)


def test_what_the_file_prints_is_shown_with_the_verdict(desk: Path) -> None:
    with begun(desk) as student:
        told = student.saves(prints('"\\x1b[31mhere"'))
    assert re.search(r"Your file printed:\n    .*here\n", told)
    assert "\x1b[31mhere" not in student.shown.everything


def test_a_deleted_file_is_said_and_examined_when_it_is_back(desk: Path) -> None:
    with begun(desk) as student:
        student.file.unlink()
        told = in_one_line(student.waits())
        assert "There is no work/exercises/01_double.py. It was renamed, moved or deleted." in told
        assert "What to try: Put it back under this name." in told
        assert "No check has been done yet" in student.types("h")
        assert "01 Double                      not begun" in student.types("l")
        assert "Passed: 2 of 2 checks." in student.saves(DOUBLE_SOLUTION)


def test_a_deleted_folder_is_said_and_r_makes_it_again(desk: Path) -> None:
    with begun(desk) as student:
        student.file.unlink()
        student.file.parent.rmdir()
        assert "There is no work/exercises/01_double.py." in student.waits()
        student.types("r", AFRESH)
        told = student.types("y")
        assert "work/exercises/01_double.py is the starter again." in told
        assert "is kept" not in told
        assert STILL in student.waits()


def test_a_save_while_something_is_asked_is_examined_all_the_same(desk: Path) -> None:
    with begun(desk) as student:
        student.types("s", SURE)
        student.saves(ANY_WORD)
        assert f"\n{REFUSED}\n" in student.waits()
        student.types("r", AFRESH)
        student.saves(DOUBLE_SOLUTION)
        assert "Passed: 2 of 2 checks." in student.waits()
        assert "A solution" not in student.shown.everything
    assert student.file.read_text() == DOUBLE_SOLUTION


def test_a_loop_without_end_is_stopped_and_the_keys_go_on(desk: Path) -> None:
    with begun(desk) as student:
        told = in_one_line(student.saves(DOUBLE_STARTER + LOOP))
        assert f"{TWICE} (0 of 2 checks passed;" in told
        assert "This check took longer than 2 s, so it was stopped." in told
        assert "in double: " in told
        assert f"Hint 1 of 3, the idea, for: {TWICE}" in in_one_line(student.types("h"))
        told = in_one_line(student.saves("while True:\n    pass\n"))
        assert "Loading work/exercises/01_double.py took longer than 2 s" in told
        assert "No check has been done yet" in student.types("h")
        assert "Passed: 2 of 2 checks." in student.saves(DOUBLE_SOLUTION)


def test_what_was_saved_and_typed_meanwhile_is_done_afterwards_and_only_once(desk: Path) -> None:
    with begun(desk) as student:
        student.saves_a_loop()
        for text in (ADDS_TWO, ANY_WORD, DOUBLE_SOLUTION):
            student.file.write_text(text)
            time.sleep(0.3)  # each is seen for itself
        assert "took longer than 2 s" in student.waits()
        assert "Passed: 2 of 2 checks." in student.waits()
        student.waits_no_more()


def test_what_was_saved_before_n_brings_no_verdict_after_it(desk: Path) -> None:
    with begun(desk) as student:
        student.saves_a_loop()
        student.file.write_text(ANY_WORD)
        student.shown.send("n\n")
        assert "took longer than 2 s" in student.waits()
        student.waits_for_the_last()
        assert student.shown.everything.count("02 · Greet · work/exercises/02_greet.py") == 1


# The keys


def test_the_hints_lead_on_and_then_all_are_shown(desk: Path) -> None:
    with begun(desk) as student:
        told = [student.types("h") for _ in range(5)]
    idea = f"\nHint 1 of 3, the idea, for: {TWICE}\n  The idea of twice.\n"
    place = f"\nHint 2 of 3, the place, for: {TWICE}\n  The place of twice.\n"
    code = f"\nHint 3 of 3, nearly the code, for: {TWICE}\n  return number * 2\n"
    every = [(each in text) for text in told for each in (idea, place, code)]
    assert every == [*(1, 0, 0), *(0, 1, 0), *(0, 0, 1), *(1, 1, 1), *(1, 1, 1)]
    more, last = "h: the next hint, if this is not enough.", "That was the last hint"
    assert [more in text for text in told] == [True, True, False, False, False]
    assert [last in text for text in told] == [False, False, True, True, True]
    assert progress(desk)["01"]["hints"] == {"it_is_twice_the_number": 3}


def test_the_hints_are_of_the_check_that_fails_now(desk: Path) -> None:
    with begun(desk) as student:
        student.types("h")
        student.saves(ANY_WORD)
        told = student.types("h")
        assert f"Hint 1 of 3, the idea, for: {REFUSED}\n  The idea of refusing.\n" in told
        student.saves(ADDS_TWO)
        assert "  The place of twice.\n" in student.types("h")  # the idea is known
        student.saves(DOUBLE_SOLUTION)
        assert "Every check is passed: no hint is needed." in student.types("h")
    assert progress(desk)["01"]["hints"] == {"it_is_twice_the_number": 2, "a_word_is_refused": 1}


def test_after_a_pass_it_stays_and_n_goes_on(desk: Path) -> None:
    with begun(desk) as student:
        told = student.saves(DOUBLE_SOLUTION)
        assert "n: the next exercise. s: a solution, and why other answers are wrong." in told
        assert progress(desk)["01"]["passed"] is True
        assert f"\n{TWICE}\n" in student.saves(ADDS_TWO)  # it is watched still
        assert progress(desk)["01"]["passed"] is True  # once is enough
        student.saves(DOUBLE_SOLUTION)
        assert progress(desk)["01"]["passed"] is True
        told = student.types("n")
        assert "02 · Greet\n" in told
        assert "Each user is greeted with his own name." in told
        student.file.write_text(DOUBLE_SOLUTION)  # no longer watched
        student.waits_no_more()
        student.file = answer(desk, "02_greet")
        assert "Passed: 1 of 1 checks." in student.saves(GREET_SOLUTION)
        assert "03 · Count\n" in student.types("n")
        assert "This is the last exercise. q quits." in student.types("n")
        assert student.leaves("q")[0] == 0


def test_n_does_not_need_a_pass(desk: Path) -> None:
    with begun(desk) as student:
        assert "02 · Greet\n" in student.types("n")
    assert answer(desk, "02_greet").exists()


def test_the_solution_is_asked_for_twice_before_a_pass(desk: Path) -> None:
    with begun(desk) as student:
        assert "You have not passed yet. A hint (h) may be enough." in student.types("s", SURE)
        for no in ("", "n", "s"):
            assert "A solution" not in student.types(no)
            student.types("s", SURE)
        told = student.types("y")
        assert_shows_the_solution(told)
        assert progress(desk)["01"]["solution_seen"] is True
        assert progress(desk)["01"]["passed"] is False
        assert "01 Double                      not begun  " in student.types("l")
        assert re.search(r"01 Double .*; solution seen\n", student.types("l"))
    assert student.file.read_text() == DOUBLE_STARTER  # it is shown, not put there


def assert_shows_the_solution(told: str) -> None:
    assert "A solution: exercises/01_double/solution.py\n" in told
    assert DOUBLE_SOLUTION.rstrip() in told
    _, wrong = told.split("Why other answers are wrong\n")
    assert "\nadds two (exercises/01_double/wrong/adds_two.py)\n  Two more is not twice.\n" in wrong
    assert [name in wrong for name in ("any word", "another code")] == [True, True]


def test_after_a_pass_the_solution_is_shown_at_once(desk: Path) -> None:
    with begun(desk) as student:
        student.saves(DOUBLE_SOLUTION)
        assert_shows_the_solution(student.types("s"))


def test_r_asks_keeps_the_old_file_and_shows_the_starters_verdict_again(desk: Path) -> None:
    with begun(desk) as student:
        student.saves(ADDS_TWO)
        student.types("r", AFRESH)
        student.types("")
        assert student.file.read_text() == ADDS_TWO
        for number, mine in ((1, ADDS_TWO), (2, ANY_WORD)):
            student.saves(mine)
            student.types("r", AFRESH)
            told = student.types("y")
            kept = f"work/exercises/01_double.old-{number}.py"
            assert f"is the starter again.\nYour old file is kept as {kept}.\n" in told
            told = student.waits()
            assert STILL in told
            assert f"\n{TWICE}\n(0 of 2" in told
            assert (desk / kept).read_text() == mine
        student.waits_no_more()
    assert student.file.read_text() == DOUBLE_STARTER


def test_the_list_says_how_far_the_student_is(desk: Path) -> None:
    with begun(desk) as student:
        student.saves(DOUBLE_SOLUTION)
        student.types("n")
        told = student.types("l")
        assert re.search(r"\n01 Double +passed +after 01 · write it\n", told)
        assert re.search(r"\n02 Greet +not begun +after 01 · complete it\n", told)
        assert re.search(r"\n03 Count +not begun +after 02 · find the bug\n", told)
        student.file = answer(desk, "02_greet")
        student.saves(GREET_SOLUTION + "\nso not Python")
        assert re.search(r"\n02 Greet +begun +after", student.types("l"))


@pytest.mark.parametrize("typed", ["", "x", "hh", "q q", "\u20ac", "[/bold]", "y", "h" * 1000])
def test_what_is_no_key_is_answered_with_a_sentence(desk: Path, typed: str) -> None:
    with begun(desk) as student:
        told = in_one_line(student.types(typed))
        assert "Type one of the letters from the line above, then Enter; or save your file." in told
        assert "Passed: 2 of 2 checks." in student.saves(DOUBLE_SOLUTION)


# How it may end


def test_q_says_how_to_go_on(desk: Path) -> None:
    with begun(desk) as student:
        code, last = student.leaves("q")
    assert (code, last.strip()) == (0, KEPT)


def test_ctrl_c_ends_at_once_with_a_sentence(desk: Path) -> None:
    with begun(desk) as student:
        press_ctrl_c(student.shown)
        code, last = student.leaves()
    assert code == 128 + signal.SIGINT
    assert KEPT in last


def test_ctrl_c_ends_also_while_a_loop_is_examined(desk: Path) -> None:
    with begun(desk) as student:
        children = children_of(student.shown.pid)
        student.file.write_text(f"open('begun', 'w').close()\n{DOUBLE_STARTER}{LOOP}")
        until(lambda: list((desk / "scratch").glob("*/begun")), 20)
        began = time.monotonic()
        press_ctrl_c(student.shown)
        code, last = student.leaves()
        took = time.monotonic() - began
    assert code == 128 + signal.SIGINT
    assert KEPT in last
    assert took < 1.9  # the loop would have been stopped after 2 s
    assert_nothing_is_left(children, desk)


@pytest.mark.parametrize("question", ["", "s", "r"])
def test_the_end_of_input_at_a_terminal_is_said(desk: Path, question: str) -> None:
    with begun(desk) as student:
        if question:
            student.types(question, SURE if question == "s" else AFRESH)
        student.shown.sendeof()
        code, last = student.leaves()
    assert code == 1
    assert ENDED in last
    assert answer(desk).read_text() == DOUBLE_STARTER


def in_a_shell(folder: Path, line: str, **env: str) -> tuple[int, str]:
    """Exit code and output; nothing is said on standard error."""
    words = " ".join(map(shlex.quote, command("exercise", "01")))
    run = subprocess.run(
        ["/bin/sh", "-c", line.replace("EXERCISE", words)],
        cwd=folder,
        env=environment(TMPDIR=str(folder / "scratch"), **env),
        capture_output=True,
        timeout=60,
        preexec_fn=default_signals,
    )
    assert run.stderr == b""
    return run.returncode, run.stdout.decode()


@pytest.mark.parametrize(
    "line",
    ["EXERCISE <&-", "EXERCISE </dev/null", "printf '' | EXERCISE", "printf 'h\\nx\\n' | EXERCISE"],
)
def test_without_a_keyboard_the_verdict_is_shown_and_the_end_said(desk: Path, line: str) -> None:
    code, out = in_a_shell(desk, line)
    assert code == 1
    assert f"\n{TWICE}\n" in out
    assert ("Hint 1 of 3" in out) is ("h" in line.partition("|")[0].replace("printf", ""))
    assert out.endswith(f"\n{ENDED}\n")
    assert "\x1b" not in out
    assert list((desk / "scratch").iterdir()) == []


def test_q_from_a_pipe_ends_as_at_a_terminal(desk: Path) -> None:
    code, out = in_a_shell(desk, "printf 'l\\nq\\n' | EXERCISE")
    assert code == 0
    assert "03 Count" in out
    assert out.endswith(f"\n{KEPT}\n")


def test_bytes_that_are_no_text_are_no_key(desk: Path) -> None:
    line = "printf '\\377\\376\\000\\n\\033[A\\nq\\n' | EXERCISE"
    code, out = in_a_shell(desk, line, PYTHONIOENCODING="utf-8:strict")
    assert code == 0
    assert out.count("Type one of the letters") == 2


def test_when_the_reader_leaves_it_ends_without_a_traceback(desk: Path) -> None:
    line = "{ printf 'l\\nl\\nq\\n' | { EXERCISE; echo code $? >&3; } | head -1; } 3>&1"
    code, out = in_a_shell(desk, line)
    assert (code, out.split()) == (0, ["code", "1"])


# What is left running


def children_of(pid: int) -> list[int]:
    """Of all its threads, whoever started them; Linux says."""
    found = Path(f"/proc/{pid}/task")
    if not found.exists():
        pytest.skip("needs /proc, as on Linux")
    listed = [(each / "children").read_text().split() for each in found.iterdir()]
    return [int(child) for each in listed for child in each]


def is_running(pid: int) -> bool:
    """A process that has ended, and that nobody has asked about yet, does not run."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def assert_nothing_is_left(children: list[int], folder: Path) -> None:
    assert children, "one process waits for the next save"
    until(lambda: not any(map(is_running, children)), 10)
    assert list((folder / "scratch").iterdir()) == []


def quits(student: Student) -> None:
    student.leaves("q")


def presses_ctrl_c(student: Student) -> None:
    press_ctrl_c(student.shown)
    student.leaves()


def ends_the_input(student: Student) -> None:
    student.shown.sendeof()
    student.leaves()


def is_ended(student: Student) -> None:
    """By `kill`, without a number."""
    os.kill(student.shown.pid, signal.SIGTERM)
    student.leaves()


@pytest.mark.parametrize(
    "leave", [quits, presses_ctrl_c, ends_the_input, is_ended], ids=lambda leave: leave.__name__
)
def test_however_it_ends_no_process_and_no_folder_is_left(
    desk: Path, leave: Callable[[Student], None]
) -> None:
    with begun(desk) as student:
        student.saves(DOUBLE_SOLUTION)
        until(lambda: children_of(student.shown.pid), 20)
        children = children_of(student.shown.pid)
        leave(student)
        assert_nothing_is_left(children, desk)


def test_when_the_terminal_is_closed_no_process_and_no_folder_is_left(desk: Path) -> None:
    with begun(desk) as student:
        pid = student.shown.pid
        until(lambda: children_of(pid), 20)
        children = [pid, *children_of(pid)]
        student.shown.close(force=True)
        assert_nothing_is_left(children, desk)


def test_after_many_saves_one_process_waits(desk: Path) -> None:
    with begun(desk) as student:
        for text in (ADDS_TWO, ANY_WORD, ANOTHER_CODE, DOUBLE_SOLUTION):
            student.saves(text)
        until(lambda: len(children_of(student.shown.pid)) == 1, 10)
        assert len(list((desk / "scratch").iterdir())) == 1


# Two at once


def test_two_at_one_exercise_both_see_a_save(desk: Path) -> None:
    with begun(desk, "01") as one, begun(desk, "01") as other:
        assert f"\n{REFUSED}\n" in one.saves(ANY_WORD)
        assert f"\n{REFUSED}\n" in other.waits()
        assert "Passed: 2 of 2 checks." in other.saves(DOUBLE_SOLUTION)
        assert "Passed: 2 of 2 checks." in one.waits()
        assert [one.leaves("q")[0], other.leaves("q")[0]] == [0, 0]
    assert progress(desk) == {"01": {"passed": True, "solution_seen": False, "hints": {}}}


def test_the_progress_of_both_is_kept(desk: Path) -> None:
    with begun(desk, "01") as one, begun(desk, "02") as other:
        other.file = answer(desk, "02_greet")
        one.types("h")
        assert "Passed: 1 of 1 checks." in other.saves(GREET_SOLUTION)
        one.types("h")
        assert "Passed: 2 of 2 checks." in one.saves(DOUBLE_SOLUTION)
        other.types("s")
        assert [one.leaves("q")[0], other.leaves("q")[0]] == [0, 0]
    assert progress(desk) == {
        "01": {"passed": True, "solution_seen": False, "hints": {"it_is_twice_the_number": 2}},
        "02": {"passed": True, "solution_seen": True, "hints": {}},
    }
    assert sorted(each.name for each in (desk / "work").iterdir()) == ["exercises", "progress.json"]


# Widths, colours, alphabets


def walk(student: Student) -> str:
    """Everything that a student can be shown; what stood on the screen, line by line."""
    for key in "hhhhlx":
        student.types(key)
    student.types("s", SURE)
    student.types("y")
    student.types("r", AFRESH)
    student.types("y")
    student.waits()  # the verdict of the starter
    for text in ("", "def double(:", ADDS_TWO, ANY_WORD, DOUBLE_SOLUTION):
        student.saves(text)
    student.types("n")
    assert student.leaves("q")[0] == 0
    prompts = re.compile("|".join(ASKS))
    return prompts.sub(r"\g<0>\n", student.shown.everything)


@pytest.mark.parametrize("columns", [60, 120])
def test_every_line_fits_the_terminal_but_for_those_of_a_program(desk: Path, columns: int) -> None:
    with begun(desk, columns=columns) as student:
        lines = plain_lines(walk(student))
    program = DOUBLE_SOLUTION.splitlines()
    assert [line for line in lines if len(line) > columns and line not in program] == []
    assert max(map(len, lines)) > columns // 2  # the width is made use of
    assert [line for line in lines if len(line) > 80 and not line.endswith(" > ")] == []


SIGNS = re.compile("[^\x20-\x7e\n]")


def test_plain_has_no_escapes_and_no_sign_without_its_word(desk: Path) -> None:
    with begun(desk, "--plain") as student:
        shown = walk(student).replace("\r\n", "\n")
    assert "\x1b" not in shown
    assert SIGNS.findall(shown) == []
    assert f"\n  passed {TWICE}\n" in shown


def test_a_plain_check_of_all_has_each_word_once(desk: Path) -> None:
    answer(desk).parent.mkdir(parents=True)
    answer(desk).write_text(DOUBLE_SOLUTION)
    run = subprocess.run(
        command("check", "--plain"), cwd=desk, env=environment(), capture_output=True, timeout=60
    )
    assert run.returncode == 1
    first, second, *_ = run.stdout.decode().splitlines()
    assert (first, second) == ("passed  01 - Double", "not yet 02 - Greet")


def test_no_color_means_no_colour(desk: Path) -> None:
    with begun(desk) as student:
        assert colours(walk(student)) != []  # the program is coloured
    answer(desk).unlink()
    with begun(desk, "01", NO_COLOR="1") as student:
        student.types("n")
        assert colours(student.shown.everything) == []


ASCII_ONLY = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.parametrize("plain", [[], ["--plain"]], ids=["", "--plain"])
def test_where_only_ascii_can_be_written_everything_is_ascii(desk: Path, plain: list[str]) -> None:
    with begun(desk, *plain, **ASCII_ONLY) as student:
        told = student.saves(prints("'\u20ac'"))
        assert f"\n{TWICE}\n" in told
        assert walk(student).isascii()
