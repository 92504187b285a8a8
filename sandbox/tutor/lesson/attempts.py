"""What is tried while a step waits: Enter, or exchanges that a browser or curl makes."""

from __future__ import annotations

from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.judge import Sighting, judge, sighted
from sandbox.tutor.lesson.matching import left_over, near_miss, wanted_home
from sandbox.tutor.lesson.parts import Request, Step
from sandbox.tutor.lesson.waiting import EMPTY, Desk, Disturbed
from sandbox.tutor.lesson.world import World

MISSES = 2  # until a hint is offered
AT_THE_FORM = "Your browser is on the page. Now press the button that the step is about."
NO_END = (
    "The clock of a lesson stands still, so this wait does not end. "
    "Press b: the step before begins on a fresh server."
)


class Attempts:
    """The attempts at one request of a step."""

    def __init__(self, step: Step, request: Request, world: World, desk: Desk) -> None:
        self._step, self._request = step, request
        self._world, self._desk = world, desk
        self._misses = 0

    def typed(self, line: str) -> Sighting | None:
        """Enter: the built-in visitor sends the request."""
        if line:
            self._desk.screen.say(EMPTY)
            return None
        sighting = sighted(self._world, self._request)
        judged = (judge(each, sighting, self._world) for each in self._request.expectations)
        unmet = next((each for each in judged if not each.is_met), None)
        if unmet:
            raise Disturbed(f"expected {unmet.text}, observed {unmet.observed}")
        return sighting

    def seen(self, exchange: Exchange) -> Sighting | None:
        """Somebody's exchange: what the step wants, or a near miss that is answered."""
        missing = near_miss(exchange, self._request, self._world, self._step.in_browser)
        if not missing:
            home = wanted_home(self._request, self._world)
            self._world.adopt(self._request.visitor, exchange, home)
            return Sighting(exchange, self._world.jar_of(self._request.visitor))
        self._miss(exchange, missing)
        return None

    def _miss(self, exchange: Exchange, missing: str) -> None:
        screen = self._desk.screen
        screen.card(exchange)
        has_come_to_the_form = (
            self._request.method == "POST"
            and exchange.method == "GET"
            and exchange.target == self._world.site.start_at
        )
        self._misses += not has_come_to_the_form
        screen.say(AT_THE_FORM if has_come_to_the_form else missing)
        old = left_over(exchange, self._world)
        if old:
            screen.say(old)
        if exchange.verdict == "THROTTLED":
            screen.say(NO_END)
        if self._misses >= MISSES:
            screen.say("Press h for a hint.")
