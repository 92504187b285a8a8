"""A step that was done: what was expected, what was seen, which prediction came true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.trace.stage import shortened
from sandbox.tutor.chromium import MissingBrowser
from sandbox.tutor.lesson.browsing import browse
from sandbox.tutor.lesson.exchange import Exchange, stages_of
from sandbox.tutor.lesson.expectations import TOLD_BY_CHROMIUM, is_met, observed
from sandbox.tutor.lesson.filling import NotAGap
from sandbox.tutor.lesson.parts import Expectation, Prediction, Request, Step
from sandbox.tutor.lesson.redis_steps import MissingRedis, check_redis
from sandbox.tutor.lesson.world import World

LONGEST = 16  # characters of a part of a cookie that is shown whole
MOST_SEEN = 200  # characters of what was observed
STAMP = 43  # characters of a stamp
MISSING = (MissingBrowser, MissingRedis)


@dataclass(frozen=True)
class Judged:
    """One expectation beside what was seen; `seen` is None when there was nothing."""

    expectation: Expectation
    value: str
    seen: str | None
    is_met: bool

    @property
    def observed(self) -> str:
        """What was seen, in a few words."""
        if self.seen is None:
            return "nothing"
        return f"{self.seen[:MOST_SEEN]}…" if len(self.seen) > MOST_SEEN else self.seen

    @property
    def text(self) -> str:
        """The expectation with what was filled in, short enough to read."""
        each = self.expectation
        words = (each.subject, each.name, each.operator, in_short(self.value))
        return " ".join(word for word in words if word)


@dataclass(frozen=True)
class Sighting:
    """An exchange, and what the jar of its visitor held afterwards.

    What a real browser asked besides, `before` and `after` it, is not judged.
    """

    exchange: Exchange
    jar: str | None
    before: tuple[Exchange, ...] = ()
    after: tuple[Exchange, ...] = ()


class Unmet(Exception):
    """The first expectation that was not met, and where it stands."""

    def __init__(self, path: Path, judged: Judged) -> None:
        self.path, self.judged = path, judged
        self.line, self.expected = judged.expectation.line, judged.expectation.text
        self.seen = judged.observed
        super().__init__(f"{path}:{self.line}: expected {self.expected}, observed {self.seen}")


def in_short(text: str) -> str:
    """A cookie by its ends, part by part; everything else as it is."""
    name, equals, value = text.rpartition("=")
    parts = value.split(".")
    if len(parts) != 3 or len(parts[2]) != STAMP:
        return text
    short = (part if len(part) <= LONGEST else shortened(part) for part in parts)
    return f"{name}{equals}{'.'.join(short)}"


def judge(expectation: Expectation, sighting: Sighting, world: World) -> Judged:
    """Hold one expectation against what was seen; NotAGap when nobody could see it."""
    if expectation.subject in ("rows", "row") and sighting.exchange.store is None:
        raise unseen(expectation)
    value = world.filled(expectation.value)
    seen = observed(expectation, sighting.exchange, sighting.jar)
    return Judged(expectation, value, seen, is_met(expectation.operator, seen, value))


def unseen(expectation: Expectation) -> NotAGap:
    gap = NotAGap(f"nobody can look into the store of this server now: {expectation.text}")
    gap.line = expectation.line
    return gap


def judged_by(request: Request, sighting: Sighting, world: World) -> Iterator[Judged]:
    """Each expectation that can be judged: only the sandbox's own Chromium tells its reasons."""
    tells = sighting.exchange.reasons is not None
    for each in request.expectations:
        if tells or each.subject not in TOLD_BY_CHROMIUM:
            yield judge(each, sighting, world)


def check_what_it_needs(world: World, step: Step) -> None:
    """MissingBrowser, MissingRedis: the step cannot be done here."""
    if step.needs_chromium:
        world.site.real.start()
    check_redis(world, step)


def do_step(world: World, step: Step, path: Path) -> list[Sighting]:
    """Do all of a step without the student; Unmet at the first unmet expectation.

    MISSING before anything is done, when the step needs Chromium or a Redis.
    """
    check_what_it_needs(world, step)
    sightings = []
    for act in step.acts:
        try:
            if isinstance(act, Request):
                sightings.append(_met(world, act, path))
            else:
                world.do(act)
        except NotAGap as gap:
            gap.line = gap.line or act.line
            raise
    return sightings


def _met(world: World, request: Request, path: Path) -> Sighting:
    sighting = sighted(world, request)
    unmet = next((each for each in judged_by(request, sighting, world) if not each.is_met), None)
    if unmet:
        raise Unmet(path, unmet)
    return sighting


def sighted(world: World, request: Request) -> Sighting:
    """Have the built-in visitor make the request, or Chromium do its recipe, and look."""
    if request.recipe:
        before, exchange, after = browse(world, request)
        return Sighting(exchange, world.jar_of(request.visitor), before, after)
    exchange = world.send(request)
    return Sighting(exchange, world.jar_of(request.visitor))


def right_answers(prediction: Prediction, sightings: list[Sighting], world: World) -> list[str]:
    """Every answer that came true; a sound prediction has exactly one.

    To choose: letters. To order: all letters in the order of the trace. To sort: for each option
    the numbers of its heaps, such as `1 2 2`.
    """
    if prediction.kind == "choose":
        sighting = sightings[prediction.at - 1]
        expected = [(o.letter, o.expectation) for o in prediction.options if o.expectation]
        return [letter for letter, each in expected if judge(each, sighting, world).is_met]
    if prediction.kind == "order":
        return _order(prediction, sightings[prediction.at - 1])
    return _sorted(prediction, sightings, world)


def _order(prediction: Prediction, sighting: Sighting) -> list[str]:
    started = [e["stage"] for e in sighting.exchange.events if e["type"] == "stage_started"]
    if not all(option.stage in started for option in prediction.options):
        return []
    in_order = sorted(prediction.options, key=lambda option: started.index(option.stage))
    return ["".join(option.letter for option in in_order)]


def _sorted(prediction: Prediction, sightings: list[Sighting], world: World) -> list[str]:
    answers = [""]
    for option in prediction.options:
        if not 1 <= option.at <= len(sightings):
            return []
        heaps = [
            str(number)
            for number, heap in enumerate(prediction.categories, 1)
            if judge(heap.expectation, sightings[option.at - 1], world).is_met
        ]
        answers = [f"{answer} {heap}".strip() for answer in answers for heap in heaps]
    return answers


def stages_asked_about(asked: Prediction, sightings: Sequence[Sighting]) -> dict[str, str]:
    """How each stage ended at the server of which the prediction speaks."""
    exchange = sightings[asked.at - 1].exchange
    told = [option.expectation for option in asked.options if option.expectation]
    of_neighbour = any(each.subject == "neighbour" for each in told)
    return stages_of(exchange.neighbour) if of_neighbour else exchange.stages
