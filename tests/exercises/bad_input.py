"""What a student may hand in by accident, and the sentence he gets.

python -m tests.exercises.bad_input      the table
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sandbox.tutor.exercise.examiner import Examiner
from sandbox.tutor.exercise.result import Result
from sandbox.tutor.exercise.shelf import Exercise, read_exercise

README = """# 01 · Double it

After lesson 00 · write it · about 1 minutes

## The task

Write `double`.

## The idea

Twice as much.

## Not needed

Nothing.
"""
CHECK = '''"""What the examiner does to exercise 01."""

from sandbox.tutor.exercise import Exam, check


@check(idea="Twice as much.", place="In double.", code="return 2 * number")
def a_number_is_doubled(exam: Exam) -> None:
    """A number is doubled."""
    number = exam.random.randrange(3, 1000)
    exam.call("double", number).gives(2 * number)


@check(idea="A text, too.", place="In double, again.", code="2 * text", needs=[a_number_is_doubled])
def a_text_stands_twice(exam: Exam) -> None:
    """A text stands twice."""
    text = exam.word()
    exam.call("double", text).gives(text + text)
'''
KNOWN_AS = "work/exercises/01_double.py"
RIGHT = "def double(x):\n    return 2 * x\n"


def small_exercise(folder: Path) -> Exercise:
    """An exercise of one function."""
    folder = folder / "01_double"
    (folder / "wrong").mkdir(parents=True)
    (folder / "README.md").write_text(README, encoding="utf-8")
    (folder / "check.py").write_text(CHECK, encoding="utf-8")
    (folder / "starter.py").write_text("def double(x):\n    return 0\n", encoding="utf-8")
    (folder / "solution.py").write_text(RIGHT, encoding="utf-8")
    return read_exercise(folder)


@dataclass(frozen=True)
class Case:
    """A file, and what is said of it: `says` in the verdict, `advice` in what to try."""

    name: str
    file: str | bytes | None  # None: there is none
    says: str
    advice: str
    verdict: str = "error"
    frame: str = ""


CASES = [
    Case(
        "a syntax error",
        "def double(x:\n    return 2 * x\n",
        "Line 1 of work/exercises/01_double.py cannot be read as Python: '(' was never closed.",
        "Look at this line and the one above: a bracket, a quote, a colon?",
        frame="line 1: def double(x:",
    ),
    Case(
        "tabs and spaces",
        "def double(x):\n    y = x\n\treturn 2 * y\n",
        "Line 3 of work/exercises/01_double.py mixes tabs and spaces; to Python they are not the "
        "same.",
        "Indent every line with four spaces. Most editors can convert tabs.",
        frame="line 3: return 2 * y",
    ),
    Case(
        "a line too far to the right",
        "def double(x):\n    y = x\n      return 2 * y\n",
        "Line 3 of work/exercises/01_double.py does not begin at the column that Python expected "
        "(unexpected indent).",
        "Lines of one block begin at one column; after a colon comes a deeper one.",
        frame="line 3: return 2 * y",
    ),
    Case(
        "a byte that is no UTF-8",
        b"def double(x):\n    return 2 * x  # \xe9\n",
        "work/exercises/01_double.py is not UTF-8 text (invalid continuation byte).",
        "Save it as UTF-8: editors have a choice of encoding in their Save dialog.",
    ),
    Case(
        "a null byte",
        b"def double(x):\n    return 2 * x\x00\n",
        "work/exercises/01_double.py holds a null byte, so it is no text.",
        "Save it as UTF-8: editors have a choice of encoding in their Save dialog.",
    ),
    Case(
        "a missing function",
        "def treble(number):\n    return 3 * number\n",
        "There is no double in work/exercises/01_double.py, and the examiner calls it. "
        "Was it renamed or deleted?",
        "Give it the name double, exactly so.",
    ),
    Case(
        "a misspelt function",
        RIGHT.replace("double", "duoble"),
        "There is no double in work/exercises/01_double.py, and the examiner calls it. "
        "There is duoble: is that the one?",
        "Give it the name double, exactly so.",
    ),
    Case(
        "a deleted or renamed file",
        None,
        "There is no work/exercises/01_double.py. It was renamed, moved or deleted.",
        "Put it back under this name. Or begin afresh: `make exercise` and the key r; "
        "your file is kept.",
    ),
    Case(
        "an infinite loop in a function",
        "def double(x):\n    while True: x = x\n",
        "This check took longer than 2 s, so it was stopped.",
        "Is there a loop that does not end, a sleep, or something that waits?",
        frame="line 2, in double: while True: x = x",
    ),
    Case(
        "an infinite loop at import",
        RIGHT + "while True: pass\n",
        "Loading work/exercises/01_double.py took longer than 2 s, so it was stopped.",
        "Is there a loop that does not end, a sleep, or something that waits?",
        frame="line 3: while True: pass",
    ),
    Case(
        "an endless count at import, in which Python hears nobody",
        RIGHT + "sum(range(10**13))\n",
        "Loading work/exercises/01_double.py took longer than 2 s, so it was stopped.",
        "Is there a loop that does not end, a sleep, or something that waits?",
    ),
    Case(
        "a sleep",
        "import time\n\ndef double(x):\n    time.sleep(99)\n",
        "This check took longer than 2 s, so it was stopped.",
        "Is there a loop that does not end, a sleep, or something that waits?",
        frame="line 4, in double: time.sleep(99)",
    ),
    Case(
        "sys.exit at import",
        RIGHT + "import sys\nsys.exit()\n",
        "work/exercises/01_double.py stops while it is loaded: it ends the program (sys.exit, exit "
        "or quit).",
        "Leave that out: a function ends with return, and the examiner calls the next one.",
        frame="line 4: sys.exit()",
    ),
    Case(
        "sys.exit in a function",
        "import sys\ndef double(x):\n    sys.exit(0)\n",
        "raised SystemExit: 0",
        "It ends the program (sys.exit, exit or quit). Leave that out: a function ends with "
        "return, and the examiner calls the next one.",
        "failed",
        frame="line 3, in double: sys.exit(0)",
    ),
    Case(
        "os._exit(0) at import",
        RIGHT + "import os\nos._exit(0)\n",
        "The program ended while your file was loaded (os._exit, or a crash), with the code 0.",
        "A function ends with return; nothing in your file ends the program.",
    ),
    Case(
        "os._exit(0) in a function",
        "import os\ndef double(x):\n    os._exit(0)\n",
        "The program ended in the middle of this check (os._exit, or a crash), with the code 0.",
        "A function ends with return; nothing in your file ends the program.",
    ),
    Case(
        "input()",
        "def double(x):\n    return 2 * int(input('number? '))\n",
        "raised EOFError: EOF when reading a line",
        "It waits for the keyboard, with input(), and the examiner has none. Take what you need "
        "from the parameters of the function.",
        "failed",
        frame="line 2, in double: return 2 * int(input('number? '))",
    ),
    Case(
        "five megabytes of print",
        "def double(x):\n    print('x' * 5_000_000)\n    return 0\n",
        "0",
        "Follow the last act above through your file, with these values. Where does it go "
        "another way?",
        "failed",
        frame="line 1: def double(x):",
    ),
    Case(
        "a left-over child process",
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(99)'])\n" + RIGHT,
        "Your file left another program running; it was ended.",
        "",
        "passed",
    ),
    Case(
        "print instead of return",
        "def double(x):\n    print(2 * x)\n",
        "None (nothing)",
        "It printed something and gave None. print shows a value to a person; return gives it to "
        "the caller. Is a return missing?",
        "failed",
        frame="line 1: def double(x):",
    ),
    Case(
        "no return",
        "def double(x):\n    x = 2 * x\n",
        "None (nothing)",
        "It gave None. Does every way through it end with return and a value?",
        "failed",
        frame="line 1: def double(x):",
    ),
    Case(
        "a patched library",
        "import hmac\nhmac.compare_digest = lambda a, b: True\n" + RIGHT,
        "Your file replaced hmac.compare_digest, which belongs to everybody in the program.",
        "Leave it as it is: call it, or write a function of your own under another name.",
    ),
    Case(
        "an import of the sandbox",
        "from sandbox.login.cookies import parse_cookie_header as double\n",
        "work/exercises/01_double.py imports from the sandbox itself.",
        "Write it yourself: that is the exercise.",
        frame="line 1: from sandbox.login.cookies import parse_cookie_header as double",
    ),
    Case(
        "an import of the solution by its path",
        "import importlib\n"
        "double = importlib.import_module('exercises.04_verify_a_cookie.solution').verify\n",
        "work/exercises/01_double.py stops while it is loaded: ModuleNotFoundError: No module "
        "named 'exercises'.",
        "The exercise's README says what it needs; leave out other modules.",
        frame="line 2: double = importlib.import_module('exercises.04_verify_a_cookie.solution')"
        ".verify",
    ),
    Case(
        "a function that takes something else",
        "def double():\n    return 2\n",
        "raised TypeError: double() takes 0 positional arguments but 1 was given",
        "TypeError: double() takes 0 positional arguments but 1 was given. Compare the last act "
        "above with what your function takes.",
        "failed",
        frame="line 1: def double():",
    ),
    Case(
        "a patched examiner",
        "import sys\nSeen = sys.modules['sandbox.tutor.exercise.transcript'].Seen\n"
        "Seen.gives = lambda self, expected: self\ndef double(x):\n    return 0\n",
        "Your file replaced sandbox.tutor.exercise.transcript.Seen.gives, which belongs to "
        "everybody in the program.",
        "Leave it as it is: call it, or write a function of your own under another name.",
    ),
    Case(
        "everything commented out",
        "# def double(x):\n#     return 2 * x\n",
        "There is no code in work/exercises/01_double.py: it is empty, or all of it is a comment.",
        "Take away the # in front of your lines. Or begin afresh: `make exercise` and the key r; "
        "your file is kept.",
    ),
    Case(
        "a module that is not there",
        "import reqests\n" + RIGHT,
        "work/exercises/01_double.py stops while it is loaded: ModuleNotFoundError: No module "
        "named 'reqests'.",
        "The exercise's README says what it needs; leave out other modules.",
        frame="line 1: import reqests",
    ),
    Case(
        "a function that calls itself without end",
        "def double(x):\n    return double(x)\n",
        "raised RecursionError: maximum recursion depth exceeded",
        "A function calls itself without end (RecursionError). Find the call that leads back to "
        "itself.",
        "failed",
        frame="line 2, in double: return double(x)",
    ),
    Case(
        "more memory than there is",
        "def double(x):\n    return 'x' * 10**12\n",
        "raised MemoryError",
        "MemoryError. Read the last of your own lines below: it raised the error.",
        "failed",
        frame="line 2, in double: return 'x' * 10**12",
    ),
    Case("Windows line ends", RIGHT.replace("\n", "\r\n"), "", "", "passed"),
    Case("a byte order mark", b"\xef\xbb\xbf" + RIGHT.encode(), "", "", "passed"),
    Case(
        "a thread that goes on",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(99,)).start()\n" + RIGHT,
        "",
        "",
        "passed",
    ),
]


def examine(case: Case, exercise: Exercise, folder: Path) -> Result:
    file = folder / "answer.py"
    file.unlink(missing_ok=True)
    if case.file is not None:
        file.write_bytes(case.file.encode() if isinstance(case.file, str) else case.file)
    with Examiner() as examiner:
        return examiner.examine(exercise, file, KNOWN_AS)


def said(result: Result) -> tuple[str, str, list[str]]:
    """What happened, what to try, the student's own lines."""
    lead = result.lead
    if result.says or lead is None:
        return result.says or "; ".join(result.notes), result.advice, result.frames
    return lead.says or lead.steps[-1].observed, lead.advice, lead.frames


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        exercise = small_exercise(Path(name))
        for case in CASES:
            says, advice, frames = said(examine(case, exercise, Path(name)))
            sys.stdout.write(f"{case.name}\n")
            for line in [says, advice and f"What to try: {advice}", *frames[-1:]]:
                sys.stdout.write(f"    {line}\n" if line else "")


if __name__ == "__main__":
    main()
