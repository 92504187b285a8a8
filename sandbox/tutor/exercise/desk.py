"""The desk at which a student does exercises: saving examines, keys do the rest."""

from __future__ import annotations

from pathlib import Path

from sandbox.tutor.exercise.answers import file_of, is_begun, is_untouched, make_copies, reset
from sandbox.tutor.exercise.board import KINDS, Board
from sandbox.tutor.exercise.checks import load_checks
from sandbox.tutor.exercise.examiner import Examiner
from sandbox.tutor.exercise.result import Result
from sandbox.tutor.exercise.shelf import Exercise
from sandbox.tutor.exercise.watch import Watch
from sandbox.tutor.exercise.wrong import read_wrong
from sandbox.tutor.inbox import Inbox
from sandbox.tutor.progress import Progress

UNTOUCHED = "It is still the starter: nothing has changed. Write into it and save it."
NO_CHECK = "No check has been done yet: first mend what is said above."
MORE_HINTS = "h: the next hint, if this is not enough."
NO_MORE_HINTS = "That was the last hint for this check. s: the solution."
YES = ("y", "yes")
UNKNOWN = "Type one of the letters from the line above, then Enter; or save your file."


class Desk:
    """One student at one terminal, with the exercises in order."""

    def __init__(
        self,
        exercises: list[Exercise],
        board: Board,
        inbox: Inbox[Path],
        examiner: Examiner,
        progress: Progress,
    ) -> None:
        self._exercises = exercises
        self._board, self._inbox = board, inbox
        self._examiner, self._progress = examiner, progress
        self._result: Result | None = None

    def work_on(self, exercise: Exercise | None) -> None:
        """Until the student quits; `n` goes on to the next exercise. Ended: the input has ended."""
        while exercise is not None:
            exercise = self._watch(exercise)

    def _watch(self, exercise: Exercise) -> Exercise | None:
        """One exercise; the next one, None to quit."""
        file = file_of(exercise)
        make_copies([exercise])
        self._board.task(exercise, file)
        watch = Watch(file, self._inbox.seen_anew)
        try:
            self._examine(exercise, file)
            return self._go_on(exercise, file)
        finally:
            watch.end()

    def _go_on(self, exercise: Exercise, file: Path) -> Exercise | None:
        while True:
            news = self._next("Save your file, or type a letter")
            if isinstance(news, Path):
                if news == file:  # not one that was saved before `n`
                    self._examine(exercise, file)
            elif news == "q":
                return None
            elif news == "n":
                following = self._after(exercise)
                if following:
                    return following
                self._board.say("This is the last exercise. q quits.")
            else:
                self._key(news, exercise, file)

    def _key(self, key: str, exercise: Exercise, file: Path) -> None:
        if key == "h":
            show_hint(self._board, exercise, self._result, self._progress)
        elif key == "s":
            self._solution(exercise)
        elif key == "r":
            self._reset(exercise, file)
        elif key == "t":
            self._board.task(exercise, file)
        elif key == "l":
            show_list(self._board, self._exercises, self._progress)
        else:
            self._board.say(UNKNOWN)

    def _next(self, prompt: str) -> Path | str:
        self._board.prompt(prompt)
        news = self._inbox.next()
        if isinstance(news, Path) or not self._inbox.echoes:
            self._board.end_prompt()
        return news if isinstance(news, Path) else news.lower()

    def _examine(self, exercise: Exercise, file: Path) -> None:
        self._result = self._examiner.examine(exercise, file)
        self._board.verdict(self._result)
        if is_untouched(exercise, file):
            self._board.say(UNTOUCHED)
        if self._result.has_passed:
            self._progress.exercise(exercise.number).passed = True
            self._board.say("n: the next exercise. s: a solution, and why other answers are wrong.")
        self._progress.save()
        self._examiner.prepare()  # after the verdict is on the screen

    def _solution(self, exercise: Exercise) -> None:
        mine = self._progress.exercise(exercise.number)
        if not mine.passed:
            self._board.say("You have not passed yet. A hint (h) may be enough.")
            if not self._agrees("See the solution all the same? y: yes, Enter: no"):
                return
        show_solution(self._board, exercise, self._progress)

    def _reset(self, exercise: Exercise, file: Path) -> None:
        if self._agrees(f"Begin {file} afresh? Yours is kept. y: yes, Enter: no"):
            say_reset(self._board, exercise)

    def _agrees(self, question: str) -> bool:
        """A save in place of an answer is no yes, and is examined next."""
        answer = self._next(question)
        if isinstance(answer, Path):
            self._inbox.seen_anew(answer)
        return answer in YES

    def _after(self, exercise: Exercise) -> Exercise | None:
        """The next one; behind the last, the first that is not passed."""
        later = self._exercises[self._exercises.index(exercise) + 1 :]
        is_open = [e for e in self._exercises if not self._progress.exercise(e.number).passed]
        return next(iter([*later, *(each for each in is_open if each != exercise)]), None)


def show_hint(board: Board, exercise: Exercise, result: Result | None, progress: Progress) -> None:
    """The next hint for the check that failed; when all were read, all of them."""
    if result is None or result.lead is None:
        passed = result is not None and result.has_passed
        board.say("Every check is passed: no hint is needed." if passed else NO_CHECK)
        return
    name = result.lead.name
    check = {each.name: each for each in load_checks(exercise.check)}.get(name)
    if check is None:
        board.say(f"{exercise.check} has changed meanwhile. Save your file once more.")
        return
    hints = progress.exercise(exercise.number).hints
    known = hints.get(name, 0)
    for number in [known + 1] if known < len(KINDS) else range(1, len(KINDS) + 1):
        board.hint(check, number)
    hints[name] = min(known + 1, len(KINDS))
    progress.save()
    board.say(MORE_HINTS if hints[name] < len(KINDS) else NO_MORE_HINTS)


def show_solution(board: Board, exercise: Exercise, progress: Progress) -> None:
    board.solution(exercise, [read_wrong(path) for path in exercise.wrong])
    progress.exercise(exercise.number).solution_seen = True
    progress.save()


def show_list(board: Board, exercises: list[Exercise], progress: Progress) -> None:
    """How far the student is in each exercise."""
    board.say()
    for exercise in exercises:
        begun = is_begun(exercise, file_of(exercise))
        board.row(exercise, progress.exercise(exercise.number), begun)


def say_reset(board: Board, exercise: Exercise) -> None:
    """Begin afresh, and say where the old file is kept."""
    kept = reset(exercise)
    board.say(f"{file_of(exercise)} is the starter again.")
    if kept:
        board.say(f"Your old file is kept as {kept}.")
