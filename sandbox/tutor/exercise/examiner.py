"""The examiner: hands a student's file to a process of its own, and keeps the time."""

from __future__ import annotations

import secrets
from pathlib import Path

from sandbox.login.problems import Problem
from sandbox.tutor.exercise.checks import Check, load_checks
from sandbox.tutor.exercise.inside import LOADING_LIMIT
from sandbox.tutor.exercise.process import ENDED, GRACE, STARTING, StudentProcess, Told
from sandbox.tutor.exercise.result import ERROR, NOT_RUN, CheckResult, Result, Step
from sandbox.tutor.exercise.shelf import Exercise

LEFT = "Your file left another program running; it was ended."
NEVER_READY = (
    "The process in which answers are examined did not start; your file is not to blame. "
    "Is there memory left, and does `python -m sandbox exercise --lint 01` work?"
)
LOOP = "Is there a loop that does not end, a sleep, or something that waits?"


class Examiner:
    """Each file gets a process of its own; the next one waits already, with all imported."""

    def __init__(self) -> None:
        self._waiting: StudentProcess | None = None

    def __enter__(self) -> Examiner:
        self.prepare()
        return self

    def __exit__(self, *_: object) -> None:
        if self._waiting:
            self._waiting.end()
            self._waiting = None

    def prepare(self) -> None:
        """Have the next process wait."""
        self._waiting = self._next()

    def _next(self) -> StudentProcess:
        waiting, self._waiting = self._waiting, None
        return waiting if waiting and waiting.is_alive else StudentProcess()

    def examine(self, exercise: Exercise, file: Path, known_as: str = "") -> Result:
        """All checks of the exercise, done to this file. Problem: the exercise is broken."""
        checks = load_checks(exercise.check)
        found = Found(exercise, checks, known_as or str(file))
        while found.pending and not found.says:
            process = self._next()
            try:
                process.begin(self._job(exercise, file, found))
                found.listen(process)
            finally:
                if process.end():
                    found.notes.add(LEFT)
        return found.result()

    def _job(self, exercise: Exercise, file: Path, found: Found) -> Told:
        return {
            "check": str(exercise.check.absolute()),
            "file": str(file.absolute()),
            "known_as": found.known_as,
            "seed": secrets.token_hex(16),
            "token": secrets.token_hex(16),
            "names": [check.name for check in found.pending],
            "outcomes": {name: each.outcome for name, each in found.results.items()},
        }


class Found:
    """What has been found so far; a check counts when its result was told."""

    def __init__(self, exercise: Exercise, checks: list[Check], known_as: str) -> None:
        self._exercise, self._checks = exercise, checks
        self.known_as = known_as
        self.results: dict[str, CheckResult] = {}
        self.notes: set[str] = set()
        self.says = ""
        self._advice, self._frames = "", list[str]()
        self._running: Check | None = None
        self._is_ready = False

    @property
    def pending(self) -> list[Check]:
        return [check for check in self._checks if check.name not in self.results]

    def listen(self, process: StudentProcess) -> None:
        """Until the process has done its job, or ended, or taken too long."""
        self._running, self._is_ready, patience = None, False, STARTING
        while True:
            try:
                told = process.next(patience)
            except TimeoutError:
                return self._late(patience - GRACE, [])
            self._is_ready |= told["is"] != ENDED
            if told["is"] == "begun":
                self._running = next(c for c in self._checks if c.name == told["name"])
            elif told["is"] == "result":
                self._keep(told["result"])
            elif told["is"] in ("end", ENDED, "late", "trouble", "broken"):
                return self._over(told)
            patience = (self._running.limit if self._running else LOADING_LIMIT) + GRACE

    def result(self) -> Result:
        checks = [
            self.results.get(each.name) or CheckResult(each.name, each.sentence, NOT_RUN)
            for each in self._checks
        ]
        exercise = self._exercise
        return Result(
            exercise.number,
            exercise.title,
            self.known_as,
            checks,
            self.says,
            self._advice,
            self._frames,
            sorted(self.notes),
        )

    def _keep(self, told: Told) -> None:
        steps = [Step(**step) for step in told.pop("steps")]
        result = CheckResult(steps=steps, **told)
        self.results[result.name] = result

    def _over(self, told: Told) -> None:
        kind = told["is"]
        if kind == "broken":
            raise Problem(
                f"A check of exercise {self._exercise.number} is broken; your file is not to "
                f"blame. Tell whoever wrote {self._exercise.check}:\n{told['says']}"
            )
        if kind == "trouble":
            self.says, self._advice, self._frames = told["says"], told["advice"], told["frames"]
        elif kind == "late":
            self._late(told["limit"], told["frames"])
        elif kind == ENDED:
            self._ended(told["code"])

    def _late(self, limit: float, frames: list[str]) -> None:
        if not self._is_ready:
            raise Problem(NEVER_READY)
        what = "This check" if self._running else f"Loading {self.known_as}"
        self._stop(f"{what} took longer than {limit:g} s, so it was stopped.", LOOP, frames)

    def _ended(self, code: int) -> None:
        if not self._is_ready:
            raise Problem(NEVER_READY)
        during = "in the middle of this check" if self._running else "while your file was loaded"
        says = f"The program ended {during} (os._exit, or a crash), with the code {code}."
        self._stop(says, "A function ends with return; nothing in your file ends the program.", [])

    def _stop(self, says: str, advice: str, frames: list[str]) -> None:
        """The running check could not be done to its end; without one, nothing could."""
        check = self._running
        if check is None or check.name in self.results:
            self.says, self._advice, self._frames = says, advice, frames
        else:
            result = CheckResult(
                check.name, check.sentence, ERROR, says=says, advice=advice, frames=frames
            )
            self.results[check.name] = result
