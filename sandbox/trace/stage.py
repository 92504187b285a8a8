"""Two decorators that let anybody watch a story, and leave the story a plain function.

`@stage` marks one small step, `@story` the function that calls the steps in order. With nobody
listening both go straight through. With a listener, each stage reports that it started and how
it ended, as events of schema version 1.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Collection
from contextvars import ContextVar
from types import CodeType
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
Event = dict[str, Any]
Evidence = dict[str, Any]  # what a stage saw, as plain data
Tell = Callable[[Event], None]
Wants = Callable[[int], bool]  # asked at a request's beginning, with its number

VERSION = 1
LAMPS = {"issued": "signer", "alive": "store"}  # and the lane in which each is asked
LONGEST_TEXT = 8192
DEEPEST = 40  # levels of data within data; a few hundred would be too many for Python
KNOWN_STAGES: dict[str, str] = {}  # every stage that was declared, with its lane
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


_report: ContextVar[Report | None] = ContextVar("report", default=None)


class Report:
    """Everything one request reports while it is answered; not `in_full`: its verdict alone.

    The stages that run inside `with report:` report to it.

    `verdict` is that of the last story that ran, or of a refusal outside the stories, SKIPPED when
    there was neither. `skipped` are the stages that a story declared and did not reach, `lamps` is
    what each story says of the visitor's cookie.
    """

    def __init__(
        self,
        request_id: int,
        tell: Tell,
        timer: Callable[[], float] = time.perf_counter,
        in_full: bool = True,
    ) -> None:
        self.request_id = request_id
        self.timer = timer
        self.in_full = in_full
        self.verdict = "SKIPPED"
        self.lamps: dict[str, dict[str, str]] = {}
        self.skipped: list[str] = []
        self._tell = tell
        self._seq = 0
        self._story = ""
        self._reached: list[str] = []
        self._lanes: set[str] = set()

    def __enter__(self) -> None:
        self._token = _report.set(self)

    def __exit__(self, *_: object) -> None:
        _report.reset(self._token)

    def say(self, kind: str, **fields: Any) -> None:
        """Tell one event; whatever came from the wire is made printable here."""
        self._tell({"type": kind, "v": VERSION, "id": self.request_id, **printable(fields)})

    def stage_started(self, name: str, lane: str) -> float:
        self._reached.append(name)
        self._lanes.add(lane)
        self._tell(self._of_stage("stage_started", name, lane))
        return self.timer()

    def stage_ended(
        self, name: str, lane: str, code: str, seconds: float, evidence: Evidence, source: str
    ) -> None:
        event = self._of_stage("stage_ended", name, lane)
        event["outcome"] = code
        event["evidence"] = printable(evidence)
        event["source"] = source
        event["us"] = round(seconds * 1e6)
        self._tell(event)
        self.note(code)

    def _of_stage(self, kind: str, name: str, lane: str) -> Event:
        self._seq += 1
        return {
            "type": kind,
            "v": VERSION,
            "id": self.request_id,
            "seq": self._seq,
            "stage": name,
            "story": self._story or name,
            "lane": lane,
        }

    def only_noting(self, step: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a step of a request that nobody wants to hear of in full."""
        try:
            return step(*args, **kwargs)
        except BaseException as error:
            self.note(code_of(error))
            raise

    def note(self, code: str) -> None:
        """What is refused outside the stories decides; a story decides for its own stages."""
        if not self._story and code != "OK":
            self.verdict = code

    def story_started(self, name: str) -> None:
        self._story, self._reached, self._lanes = name, [], set()

    def story_ended(self, name: str, stages: tuple[str, ...], error: BaseException | None) -> None:
        self._story = ""
        self.verdict = code_of(error) if error else "OK"
        if self.in_full:
            self.skipped += [stage for stage in stages if stage not in self._reached]
            self.lamps[name] = lamps(error, self._lanes)


def stage(
    lane: str, evidence: Callable[..., Evidence] | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a step of a story.

    `evidence(outcome, *arguments)` runs only when somebody listens; `outcome` is the step's
    result or the exception it raised. Arguments are never recorded by themselves.
    """

    def decorate(step: Callable[P, R]) -> Callable[P, R]:
        name, code = step.__name__, step.__code__
        first_line = _place(code.co_filename, _first_line(code))
        KNOWN_STAGES[name] = lane

        @functools.wraps(step)
        def watched(*args: P.args, **kwargs: P.kwargs) -> R:
            report = _report.get()
            if report is None:
                return step(*args, **kwargs)
            if not report.in_full:
                return report.only_noting(step, *args, **kwargs)
            started = report.stage_started(name, lane)
            try:
                result = step(*args, **kwargs)
            except BaseException as error:
                seconds = report.timer() - started
                shown = _evidence_of(error) | _ask(evidence, error, args, kwargs)
                line = _line_that_raised(error, code) or first_line
                report.stage_ended(name, lane, code_of(error), seconds, shown, line)
                raise
            seconds = report.timer() - started
            shown = _ask(evidence, result, args, kwargs)
            report.stage_ended(name, lane, "OK", seconds, shown, first_line)
            return result

        return watched

    return decorate


def story(*steps: Callable[..., Any]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare which stages a story calls, in which order; what it did not reach is SKIPPED."""
    stages = tuple(step.__name__ for step in steps)

    def decorate(tale: Callable[P, R]) -> Callable[P, R]:
        name = tale.__name__

        @functools.wraps(tale)
        def watched(*args: P.args, **kwargs: P.kwargs) -> R:
            report = _report.get()
            if report is None:
                return tale(*args, **kwargs)
            report.story_started(name)
            try:
                result = tale(*args, **kwargs)
            except BaseException as error:
                report.story_ended(name, stages, error)
                raise
            report.story_ended(name, stages, None)
            return result

        watched.stages = stages  # type: ignore[attr-defined]  # read by tests and listeners
        return watched

    return decorate


def code_of(error: BaseException) -> str:
    """The reason code of a refusal; anything else that was raised is CRASHED."""
    code = getattr(error, "code", None)
    return code if isinstance(error, Exception) and isinstance(code, str) else "CRASHED"


def lamps(
    refusal: BaseException | None, lanes: Collection[str] = tuple(LAMPS.values())
) -> dict[str, str]:
    """Two lamps for a cookie: issued by us? still alive? Each is yes, no or not_asked.

    A yes counts only when one of the story's `lanes` has asked: a server may have no signer.
    """
    said = {lamp: getattr(refusal, lamp, "not_asked") if refusal else "yes" for lamp in LAMPS}
    return {
        lamp: "not_asked" if said[lamp] == "yes" and lane not in lanes else said[lamp]
        for lamp, lane in LAMPS.items()
    }


def note_refusal(error: Exception) -> None:
    """Tell whoever listens that the request failed outside the stages, in a route."""
    report = _report.get()
    if report is not None:
        report.note(code_of(error))


def where_raised(error: BaseException) -> str:
    """The `file:line` at which an exception was raised."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return _place(last.tb_frame.f_code.co_filename, last.tb_lineno) if last else "unknown"


def shortened(identifier: str) -> str:
    """The first four and the last two characters: enough to tell two apart, not to use one."""
    if "…" in identifier:
        return identifier
    return f"{identifier[:4]}…{identifier[-2:]}" if len(identifier) > 8 else "…"


def printable(value: Any) -> Any:
    """The same data with control and invisible characters as escapes, and what is long or deep cut.

    Most of it is returned as it is: `repr` writes a backslash before all that is not printable.
    """
    try:
        text = repr(value)
    except RecursionError:
        return _made_printable(value)
    return value if "\\" not in text and len(text) <= LONGEST_TEXT else _made_printable(value)


def _made_printable(value: Any, levels: int = DEEPEST) -> Any:
    if isinstance(value, str):
        return value if value.isprintable() and len(value) <= LONGEST_TEXT else _tamed(value)
    if isinstance(value, (dict, list, tuple)) and levels == 0:
        return "…"
    if isinstance(value, dict):
        return {_made_printable(k): _made_printable(v, levels - 1) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_made_printable(each, levels - 1) for each in value]
    return value


def _tamed(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        text = f"{text[:LONGEST_TEXT]}… ({len(text):,} characters)"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _ask(
    evidence: Callable[..., Evidence] | None,
    outcome: object,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Evidence:
    try:
        return evidence(outcome, *args, **kwargs) if evidence else {}
    except Exception as error:  # whoever watches must not change what is watched
        return {"evidence_failed": type(error).__name__}


def _evidence_of(error: BaseException) -> Evidence:
    if code_of(error) == "CRASHED":
        return {"error": type(error).__name__, "at": where_raised(error)}
    return dict(getattr(error, "evidence", {}))


def _first_line(code: CodeType) -> int:
    lines = (line for _, _, line in code.co_lines() if line and line > code.co_firstlineno)
    return min(lines, default=code.co_firstlineno)


def _line_that_raised(error: BaseException, code: CodeType) -> str | None:
    line, frame = None, error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code is code:
            line = frame.tb_lineno
        frame = frame.tb_next
    return _place(code.co_filename, line) if line else None


@functools.cache
def _place(filename: str, line: int) -> str:
    inside = filename.startswith(PACKAGE)
    path = filename[len(PACKAGE) :] if inside else os.sep.join(filename.split(os.sep)[-2:])
    return f"{path.replace(os.sep, '/')}:{line}"
