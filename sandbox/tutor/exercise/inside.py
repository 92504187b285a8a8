"""The process in which a student's file is examined: used once, and thrown away.

It waits with everything imported. One line of JSON on its standard input is the job; each line
that it writes is what happened, with the token of the job.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from sandbox.tutor.exercise.checks import Check, load_checks
from sandbox.tutor.exercise.exam import Comparison, Exam, watch_comparisons
from sandbox.tutor.exercise.patched import WATCHED, Libraries
from sandbox.tutor.exercise.printing import Printed
from sandbox.tutor.exercise.result import ERROR, FAILED, PASSED, SKIPPED, CheckResult
from sandbox.tutor.exercise.showing import shown_error
from sandbox.tutor.exercise.student import StudentFile, Trouble, explained
from sandbox.tutor.exercise.transcript import Parted, Transcript

BEFOREHAND = (*WATCHED, "argon2", "sandbox.tutor.exercise.site")
ROOT = Path(__file__).parents[3]  # the solutions stand there
MOST_MEMORY = 2 * 1024**3  # bytes
LOADING_LIMIT = 2.0  # seconds
COMPARE = "Compare the last act above with what your function takes."
OTHER_CODE = "It refuses, as it should, but the code is another one than expected."
FOLLOW = (
    "Follow the last act above through your file, with these values. Where does it go another way?"
)


@dataclass(frozen=True)
class Job:
    """What to examine. `outcomes` are of the checks that were done before this process began."""

    check: str
    file: str
    known_as: str
    seed: str
    token: str
    names: list[str]
    outcomes: dict[str, str]


Tell = Callable[..., None]


def main() -> None:
    """Wait for a job, do it, and end, whatever threads the student's file has left behind."""
    out, folder = _take_over_output(), os.getcwd()
    for name in BEFOREHAND:
        importlib.import_module(name)
    sys.path[:] = [each for each in sys.path if each not in ("", os.getcwd(), str(ROOT))]
    line = sys.stdin.readline()
    if line:
        _do(Job(**json.loads(line)), out)
    _tidy_up(folder)
    os._exit(0)


def _tidy_up(folder: str) -> None:
    """The examiner may have been ended before he could: a terminal was closed."""
    with suppress(OSError):  # the student's file has left something in it
        os.rmdir(folder)


def _forget_what_has_ended() -> None:
    """Of programs that the file began and never waited for, those that have ended by themselves."""
    if sys.platform != "win32":
        with suppress(ChildProcessError):  # there are none, or no more
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _take_over_output() -> TextIO:
    """Only we can write where the examiner reads; what the student's file prints goes nowhere."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
    return out


def _do(job: Job, out: TextIO) -> None:
    def tell(kind: str, **fields: Any) -> None:
        with suppress(BrokenPipeError):
            print(json.dumps({"token": job.token, "is": kind, **fields}), file=out, flush=True)

    try:
        _limit_memory()
        Examination(job, tell).run()
    except Trouble as trouble:
        tell("trouble", **vars(trouble))
    except BaseException:  # a mistake of ours, or of a check
        tell("broken", says=traceback.format_exc(limit=-3))


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        with suppress(ValueError, OSError):  # a lower limit stands already
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


class Examination:
    """All checks of one job, each with the file loaded afresh."""

    def __init__(self, job: Job, tell: Tell) -> None:
        self._job, self._tell = job, tell
        self._student = StudentFile(Path(job.file), job.known_as)
        self._checks = {check.name: check for check in load_checks(Path(job.check))}
        self._outcomes = dict(job.outcomes)
        self._comparisons: list[Comparison] = []
        watch_comparisons(self._comparisons.append)
        self._printed = Printed()
        sys.stdout = sys.stderr = self._printed
        sys.stdin = open(os.devnull)  # noqa: SIM115  # until the process ends
        sys.dont_write_bytecode = True
        self._libraries = Libraries()

    def run(self) -> None:
        self._tell("ready")  # from here on the examiner keeps the time, too
        with self._limited("", LOADING_LIMIT):
            self._student.load()
        self._refuse_replaced()
        self._tell("loaded")
        for name in self._job.names:
            result = self._result(self._checks[name])
            self._outcomes[name] = result.outcome
            self._tell("result", result=asdict(result))
        _forget_what_has_ended()
        self._tell("end")

    def _refuse_replaced(self) -> None:
        replaced = self._libraries.replaced()
        if replaced:
            raise Trouble(*_said_of(replaced))

    def _result(self, check: Check) -> CheckResult:
        missing = [name for name in check.needs if self._outcomes.get(name) != PASSED]
        if missing:
            return CheckResult(check.name, check.sentence, SKIPPED)
        self._tell("begun", name=check.name)
        with self._limited(check.name, check.limit):
            return self._examined(check)

    def _examined(self, check: Check) -> CheckResult:
        self._printed.forget()
        exam = Exam(self._student, self._printed, f"{self._job.seed}/{check.name}")
        exam.comparisons = self._comparisons
        self._comparisons.clear()
        told = self._told(check, exam)
        printed = self._printed.since(0)
        steps = exam.transcript.steps
        return CheckResult(check.name, check.sentence, steps=steps, printed=printed, **told)

    def _told(self, check: Check, exam: Exam) -> dict[str, Any]:
        """The outcome of a check, with what goes with it."""
        error = self._attacked(check, exam)
        replaced = self._libraries.replaced()
        if replaced:
            error = Trouble(*_said_of(replaced))
        if error:
            return {"outcome": ERROR, **vars(error)}
        if exam.transcript.has_parted:
            return {"outcome": FAILED, **self._why(exam.transcript)}
        return {"outcome": PASSED}

    def _attacked(self, check: Check, exam: Exam) -> Trouble | None:
        """Do the check; why it could not be done to its end, if so."""
        try:
            exam.load()
            check.attack(exam)
            exam.transcript.settle()
        except Parted:
            return None
        except Trouble as trouble:
            return trouble
        except BaseException as error:  # what the file gave may run more of it: sys.exit included
            return None if exam.transcript.has_parted else _cannot_go_on(error)
        finally:
            exam.end()
        return None

    def _why(self, transcript: Transcript) -> dict[str, Any]:
        """What to try, and the student's own lines."""
        seen = transcript.last
        if seen is None:
            return {"advice": FOLLOW}
        if seen.raised is not None:
            frames = self._student.frames_of(seen.raised)
            says, advice = explained(seen.raised)
            if seen.refuses_otherwise:
                return {"advice": OTHER_CODE, "frames": frames}
            advice = f"{says[0].upper()}{says[1:]} {advice if frames else COMPARE}"
            return {"advice": advice, "frames": frames or self._student.beginning(seen.code)}
        return {"advice": seen.advice or FOLLOW, "frames": self._student.beginning(seen.code)}

    def _limited(self, name: str, limit: float) -> Limited:
        return Limited(limit, lambda: self._late(name, limit))

    def _late(self, name: str, limit: float) -> None:
        """The limit has passed: say where the student's file is, and end."""
        frames = [self._student.line(each.lineno or 0, each.name) for each in self._own_now()]
        self._tell("late", name=name, limit=limit, frames=frames[-3:])
        os._exit(1)

    def _own_now(self) -> list[traceback.FrameSummary]:
        """Where the student's file is: in the check's own thread, else in one that serves it."""
        running = sys._current_frames()
        main = running.pop(threading.main_thread().ident or 0)
        for frame in (main, *running.values()):
            stack = traceback.extract_stack(frame)
            own = [each for each in stack if self._student.is_own(each)]
            if own:
                return own
        return []


class Limited:
    """A block that may take so many seconds; after them `late` is called."""

    def __init__(self, limit: float, late: Callable[[], None]) -> None:
        self._timer = threading.Timer(limit, late)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def _cannot_go_on(error: BaseException) -> Trouble:
    return Trouble(
        f"The examiner could not go on with what your file gave ({shown_error(error)}).",
        "Does it give a value of the kind that the exercise asks for?",
    )


def _said_of(replaced: list[str]) -> tuple[str, str]:
    names = " and ".join(replaced[:3])
    return (
        f"Your file replaced {names}, which belongs to everybody in the program.",
        "Leave it as it is: call it, or write a function of your own under another name.",
    )


if __name__ == "__main__":
    main()
