"""`lesson`: the lessons, step by step."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.commands.options import is_redis, say
from sandbox.login.problems import Problem
from sandbox.trace.output import text_output
from sandbox.tutor.inbox import Ended, Inbox
from sandbox.tutor.lesson.auto import Done, run_lesson, unsound
from sandbox.tutor.lesson.browsing import RecipeFailed
from sandbox.tutor.lesson.course import Course
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.filling import NotAGap
from sandbox.tutor.lesson.inspecting import inspector_of
from sandbox.tutor.lesson.judge import Unmet
from sandbox.tutor.lesson.lint import lint
from sandbox.tutor.lesson.parts import Lesson
from sandbox.tutor.lesson.screen import Screen
from sandbox.tutor.lesson.shelf import find_lesson, folder_of, folders
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.waiting import Quit
from sandbox.tutor.progress import PROGRESS, Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `lesson`."""
    add = parser.add_argument
    add("number", nargs="?", metavar="NN", help="its number; the next unfinished one unless given")
    add("--from", dest="step", type=int, metavar="STEP", help="begin with this step")
    add("--auto", action="store_true", help="no keyboard: do every step, stop when one fails")
    add("--plain", action="store_true", help="no colour, every sign as a word")
    add("--list", action="store_true", help="how far you are")
    add("--lint", action="store_true", help="name every mistake in the lessons")
    add("--json", action="store_true", help="with --auto, --list or --lint: a JSON object per line")
    add("--store", default="", metavar="redis://HOST", help="for lesson 14: this Redis, not ours")
    add("--port", type=int, metavar="N", help="8000, or the next free one, unless given")
    add("--no-inspector", action="store_true", help="no web page of the trace")


def run(options: argparse.Namespace) -> int:
    """Run, list or check lessons; 0 when all went well."""
    _end_with_the_terminal()
    without_keyboard = options.auto or options.list or options.lint
    if options.json and not without_keyboard:
        raise Problem("--json goes with --auto, --list or --lint. Add one of them.")
    if without_keyboard and (options.step is not None or options.port is not None):
        raise Problem("--from and --port are for a lesson at the keyboard. Leave them out here.")
    if options.store and not is_redis(options.store):
        raise Problem("A lesson takes another Redis only, as in --store redis://127.0.0.1:6379/0.")
    if options.lint:
        return _lint(options)
    if options.list:
        return _list(options)
    return _auto(options) if options.auto else _lead(options)


def _end_with_the_terminal() -> None:
    """When it is closed, leave every block as at SIGTERM, or files of a lesson would stay behind.

    Not when somebody ignores that, as `nohup` does.
    """
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:
        signal.signal(signal.SIGHUP, signal.getsignal(signal.SIGTERM))


def _lead(options: argparse.Namespace) -> int:
    """Lead somebody through a lesson; 1 when the input ended before the lesson did."""
    progress = Progress.load(PROGRESS)
    course = Course(folders(), progress)
    number = options.number or course.next_unfinished()
    if number is None:
        say(["All lessons are finished. One of them again: make lesson N=03"])
        return 0
    lesson = find_lesson(number)
    _check_step(lesson, options.step)
    screen = Screen(text_output(sys.stdout), options.plain)
    inbox: Inbox[Exchange] = Inbox(sys.stdin)
    with _site(options, inbox, screen) as site:
        try:
            course.lead(lesson, site, screen, inbox, options.step)
        except (Quit, Ended, KeyboardInterrupt) as left:
            return _leave(lesson, progress, screen, left)
    return 0


@contextmanager
def _site(options: argparse.Namespace, inbox: Inbox[Exchange], screen: Screen) -> Iterator[Site]:
    """Where the lesson happens, with the inspector beside it unless it is not wanted."""
    with Site(options.port, inbox.seen, redis_url=options.store) as site:
        if options.no_inspector:
            yield site
            return
        with inspector_of(site) as url:
            screen.address("Inspector, for this run: ", url)
            yield site


def _check_step(lesson: Lesson, step: int | None) -> None:
    if step is not None and not 1 <= step <= len(lesson.steps):
        last = len(lesson.steps)
        raise Problem(f"Lesson {lesson.number} has the steps 1 to {last}; there is no step {step}.")


def _leave(lesson: Lesson, progress: Progress, screen: Screen, left: BaseException) -> int:
    place = f"lesson {lesson.number}, step {progress.of(lesson.number).step}"
    screen.end_prompt()
    if isinstance(left, Ended):
        screen.say(f"The input has ended; your place is kept: {place}.")
        screen.say(f"Without a keyboard: python -m sandbox lesson {lesson.number} --auto")
        return 1
    screen.say(f"Your place is kept: {place}. Go on with: make lesson N={lesson.number}")
    return 0 if isinstance(left, Quit) else 128 + signal.SIGINT


def _list(options: argparse.Namespace) -> int:
    """How far the student is in each lesson."""
    progress = Progress.load(PROGRESS)
    _tell(options.json, f"{'lesson':34}{'state':16}missed predictions, skipped steps")
    for number in folders():
        lesson, mine = find_lesson(number), progress.of(number)
        begun = f"step {mine.step} of {len(lesson.steps)}" if mine.step > 1 else "not begun"
        state = "done" if mine.finished else begun
        fields = {"lesson": number, "title": lesson.title, "state": state}
        left = [f"missed {_steps(mine.missed)}"] if mine.missed else []
        left += [f"skipped {_steps(mine.skipped)}"] if mine.skipped else []
        line = f"{number} {lesson.title:31}{state:16}{'; '.join(left)}".rstrip()
        _tell(options.json, line, **fields, missed=mine.missed, skipped=mine.skipped)
    return 0


def _steps(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


def _wanted(options: argparse.Namespace) -> list[Lesson]:
    """The lesson that was named, or all of them."""
    numbers = [options.number] if options.number else list(folders())
    return [find_lesson(number) for number in numbers]


def _auto(options: argparse.Namespace) -> int:
    began = time.perf_counter()
    with Site(0, redis_url=options.store) as site:
        for lesson in _wanted(options):
            if not _run_one(lesson, site, options.json):
                return 1
    _tell(options.json, f"All done in {time.perf_counter() - began:.1f} s.", done=True)
    return 0


def _run_one(lesson: Lesson, site: Site, as_json: bool) -> bool:
    _tell(as_json, f"{lesson.number} · {lesson.title}")
    try:
        for done in run_lesson(lesson, site):
            mistake = unsound(done, lesson)
            if mistake:
                _tell(as_json, str(mistake), file=str(lesson.path), line=mistake.line)
                return False
            _tell_step(as_json, lesson, done)
    except Unmet as unmet:
        where = {"file": str(unmet.path), "line": unmet.line}
        _tell(as_json, str(unmet), **where, expected=unmet.expected, observed=unmet.seen)
        return False
    except (NotAGap, RecipeFailed) as error:
        _tell(
            as_json, f"{lesson.path}:{error.line}: {error}", file=str(lesson.path), line=error.line
        )
        return False
    return True


def _tell_step(as_json: bool, lesson: Lesson, done: Done) -> None:
    codes = f"left out. {done.left_out}" if done.left_out else ", ".join(done.verdicts)
    name = f"{lesson.number}.{done.step.number} {done.step.title}"
    told = {"lesson": lesson.number, "step": done.step.number, "verdicts": done.verdicts}
    told |= {"left_out": done.left_out} if done.left_out else {}
    _tell(as_json, f"  {name}: {codes}" if codes else f"  {name}", **told)


def _tell(as_json: bool, sentence: str, **fields: Any) -> None:
    if not as_json:
        say([sentence])
    elif fields:
        print(json.dumps(fields), flush=True)


def _lessons(count: int) -> str:
    return f"{count} lesson{'s' * (count != 1)}"


def _lint(options: argparse.Namespace) -> int:
    wanted = [folder_of(options.number)] if options.number else list(folders().values())
    with Site(0, redis_url=options.store) as site:
        mistakes = [each for folder in wanted for each in lint(folder / "README.md", site)]
        missing = {"Chromium does": site.real.missing, "need a Redis": site.lacks_redis}
    for which, why in missing.items():
        if why:
            _tell(options.json, f"The steps that {which} were left out. {why}", left_out=why)
    for each in mistakes:
        _tell(options.json, str(each), file=str(each.path), line=each.line, says=each.says)
    if not mistakes:
        _tell(options.json, f"{_lessons(len(wanted))}, no mistake.", done=True)
    return 1 if mistakes else 0
