"""What is tried while a step waits: Enter, or exchanges that a browser or curl makes."""

from __future__ import annotations

from sandbox.tutor.chromium import MissingBrowser
from sandbox.tutor.lesson.addresses import address, is_in_recipe
from sandbox.tutor.lesson.browsing import RecipeFailed
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.judge import Sighting, judged_by, sighted
from sandbox.tutor.lesson.matching import left_over, near_miss
from sandbox.tutor.lesson.parts import Request
from sandbox.tutor.lesson.waiting import EMPTY, Desk, Disturbed
from sandbox.tutor.lesson.world import World
from sandbox.tutor.visitor import HERE

MISSES = 2  # until a hint is offered
OFFER = (
    "Press h for a hint. Or press Enter: the built-in visitor does it, on a fresh server if the "
    "step cannot be met any more."
)
AT_THE_FORM = "Your browser is on the page. Now press the button that the step is about."
ON_THE_WAY = "Your browser is on its way. Go on with the next line of the list above."
NO_END = (
    "The clock of a lesson stands still, so this wait does not end. "
    "Press b: the step before begins on a fresh server."
)


class Attempts:
    """The attempts at one request of a step."""

    def __init__(self, request: Request, world: World, desk: Desk, before: Exchange | None) -> None:
        self._request, self._world, self._desk = request, world, desk
        self._led_to = _location(before)
        self._misses = 0

    def typed(self, line: str) -> Sighting | None:
        """Enter: the built-in visitor sends the request, or Chromium does the recipe."""
        if line:
            self._desk.screen.say(EMPTY)
            return None
        try:
            return self._made()
        except MissingBrowser as missing:
            self._desk.screen.say(str(missing))
            self._desk.screen.say("Your own browser can do it, too. Or press s to skip the step.")
        except RecipeFailed as failed:
            raise Disturbed(str(failed).rstrip(".")) from None
        return None

    def _made(self) -> Sighting:
        sighting = sighted(self._world, self._request)
        judged = judged_by(self._request, sighting, self._world)
        unmet = next((each for each in judged if not each.is_met), None)
        if unmet:
            raise Disturbed(f"expected {unmet.text}, observed {unmet.observed}")
        return sighting

    def seen(self, exchange: Exchange) -> Sighting | None:
        """Somebody's exchange: what the step wants, or a near miss that is answered.

        Problem: a process of the server has ended.
        """
        self._world.server.check()
        missing = near_miss(exchange, self._request, self._world, self._desk.takes_others)
        if not missing:
            home = address(self._request, self._world).hostname or HERE
            self._world.adopt(self._request.visitor, exchange, home)
            return Sighting(exchange, self._world.jar_of(self._request.visitor))
        self._miss(exchange, missing)
        return None

    def _miss(self, exchange: Exchange, missing: str) -> None:
        screen = self._desk.screen
        screen.card(exchange)
        if self._came_by_itself(exchange):
            return
        if is_in_recipe(exchange, self._request, self._world):
            screen.say(ON_THE_WAY)
            return
        at_the_form = self._is_at_the_form(exchange)
        self._misses += not at_the_form
        screen.say(AT_THE_FORM if at_the_form else missing)
        old = left_over(exchange, self._world)
        if old:
            screen.say(old)
        if exchange.verdict == "THROTTLED":
            screen.say(NO_END)
        if self._misses >= MISSES:
            screen.say(OFFER)

    def _came_by_itself(self, exchange: Exchange) -> bool:
        """Nobody has tried anything: a page loads its script, or a redirect led here."""
        if exchange.is_script:
            return True
        was_led_here = exchange.method == "GET" and exchange.target == self._led_to
        self._led_to = _location(exchange)
        return was_led_here

    def _is_at_the_form(self, exchange: Exchange) -> bool:
        """Somebody has opened the page on which the form stands, as he was asked to."""
        is_page = exchange.method == "GET" and exchange.status == 200
        return (
            self._request.method == "POST"
            and is_page
            and exchange.target == self._world.site.start_at
        )


def _location(exchange: Exchange | None) -> str | None:
    """Where a response sends the browser."""
    headers = exchange.headers if exchange else []
    return next((value for name, value in headers if name.lower() == "location"), None)
