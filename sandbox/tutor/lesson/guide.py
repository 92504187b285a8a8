"""The guide: leads one person through the steps of a lesson."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from sandbox.login.problems import Problem
from sandbox.tutor.lesson.addresses import address, page_of
from sandbox.tutor.lesson.asking import (
    DONT_KNOW,
    feedback,
    how_to_answer,
    question_lines,
    read_answer,
)
from sandbox.tutor.lesson.attempts import Attempts
from sandbox.tutor.lesson.browsing import RecipeFailed
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.filling import NotAGap
from sandbox.tutor.lesson.judge import (
    MISSING,
    Sighting,
    Unmet,
    do_step,
    judged_by,
    right_answers,
    stages_asked_about,
)
from sandbox.tutor.lesson.looking import act_in_words, in_words, recipe_in_words
from sandbox.tutor.lesson.parts import Clock, Lesson, Prediction, Request, Scene, Step
from sandbox.tutor.lesson.redis_steps import MissingRedis, check_redis
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.waiting import Desk, Disturbed, Skip
from sandbox.tutor.lesson.world import World

TERMINAL = "curl"  # the visitor that a student can be with curl, whatever cookie it sends


@dataclass(frozen=True)
class Outcome:
    """What became of a step: was it skipped, was its prediction missed?"""

    skipped: bool = False
    missed: bool = False


class Guide:
    """One lesson, shown at a desk, in a world of its own on this site."""

    def __init__(self, lesson: Lesson, site: Site, desk: Desk, number: int = 1) -> None:
        self.lesson = lesson
        self._site = site
        self._desk = desk
        self._screen = desk.screen
        self._said_careless = False
        self._last = 0  # exchanges up to this number have been shown
        self.rebuild(number)

    def rebuild(self, number: int) -> None:
        """Silently do every step before this one, on a fresh server."""
        self._world = self._desk.world = World(self.lesson.folder, self._site)
        try:
            with self._site.board.silent():
                self._do_before(number)
        except (Unmet, NotAGap, RecipeFailed) as fault:
            says = f"{fault}\nThe lesson does not keep its word; please report it."
            raise Problem(says) from None

    def _do_before(self, number: int) -> None:
        for step in self.lesson.steps[: number - 1]:
            with suppress(*MISSING):  # no later step needs what was left out
                do_step(self._world, step, self.lesson.path)

    def do(self, step: Step) -> Outcome:
        """Lead through one step; Back, Quit: the student wants to be elsewhere."""
        self._desk.hint, self._desk.waits_for = step.hint, None
        self._said_careless = False
        self._put_first_start(step)
        self._screen.title(f"{self.lesson.number}.{step.number}  {step.title}")
        self._site.board.begin(self.lesson, step)
        self._screen.prose(step.before)
        if not self._can_be_done(step):
            return Outcome(skipped=True)
        answer = self._predict(step.prediction) if step.prediction else None
        try:
            sightings = self._act(step)
        except Skip:
            return Outcome(skipped=True)
        self._desk.waits_for = None
        self._recall(step)
        missed = self._explain(step, answer, sightings)
        self._desk.pause("Enter goes on", self._last)
        return Outcome(missed=missed)

    def _can_be_done(self, step: Step) -> bool:
        """Is there the Redis that it needs? What Chromium does can be done by hand, too."""
        try:
            check_redis(self._world, step)
        except MissingRedis as missing:
            self._screen.say(f"This step is left out. {missing}")
            self._screen.say(f"What it shows can be read in {self.lesson.path}.")
            self._desk.pause("Enter goes on", self._last)
            return False
        return True

    def review(self, step: Step) -> Outcome:
        """Ask again what a step of this lesson was about; the built-in visitor does the rest."""
        self._screen.title(f"Once more, from lesson {self.lesson.number} · {self.lesson.title}")
        self._site.board.review(self.lesson, step)
        self._screen.prose(step.before)
        answer = self._predict(step.prediction) if step.prediction else None
        if answer is None:
            return Outcome(skipped=True)
        sightings = self._undisturbed(step)
        if not sightings:
            return Outcome(skipped=True)
        self._say_careless()
        self._show(step.requests[-1], sightings[-1])
        missed = self._explain(step, answer, sightings)
        self._desk.pause("Enter goes on", self._last)
        return Outcome(missed=missed)

    def _undisturbed(self, step: Step) -> list[Sighting]:
        """All of a review on a fresh server; nothing when a browser came in between."""
        self.rebuild(1)
        try:
            return do_step(self._world, step, self.lesson.path)
        except MISSING as missing:
            self._screen.say(f"This question is left out. {missing}")
            return []
        except (Unmet, NotAGap, RecipeFailed):
            self._screen.say("A browser came in between, so this question is left out.")
            return []

    def _predict(self, prediction: Prediction) -> str | None:
        """The student's answer; None when the question was skipped."""
        for line in question_lines(prediction):
            self._screen.say(line)
        try:
            prompt = "Your prediction (s skips the question)"
            answer = self._answer(prediction, prompt, "Answer first, then do it again.")
        except Skip:
            return None
        if answer == DONT_KNOW:
            self._screen.say(f"Then look at {prediction.watch}. You will be asked once more.")
        return answer

    def _answer(self, prediction: Prediction, prompt: str, advice: str) -> str:
        def typed(line: str) -> str | None:
            answer = read_answer(prediction, line)
            if answer is None:
                self._screen.say(how_to_answer(prediction))
            return answer

        def seen(exchange: Exchange) -> None:
            was = f"{exchange.method} {exchange.target}"
            self._screen.say(f"Seen: {was}. {advice}")

        with self._site.board.asking(prediction):
            return self._desk.wait(prompt, typed, seen, self._site.recorder.now())

    def _act(self, step: Step) -> list[Sighting]:
        """Everything that is done in a step."""
        sightings: list[Sighting] = []
        self._last = self._site.recorder.now()
        for act in step.acts:
            if isinstance(act, Request):
                before = sightings[-1].exchange if sightings else None
                sightings.append(self._exchange(step, act, before))
                self._last = sightings[-1].exchange.number  # a redirect may be on its way
            else:
                self._set(act)
                self._last = self._site.recorder.now()
        self._site.board.wait_for("")
        return sightings

    def _set(self, act: Clock | Scene) -> None:
        self._world.do(act)
        self._screen.say()
        self._screen.say(act_in_words(act, self._world))

    def _say_careless(self) -> None:
        """Once in each step that such a server answers."""
        flaw = self._world.server.careless
        if flaw and not self._said_careless:
            self._screen.say(f"Careless server: {flaw}")
        self._said_careless = bool(flaw)

    def _put_first_start(self, step: Step) -> None:
        for first in step.requests[:1]:
            with suppress(NotAGap):  # what it names may still be to come in this step
                self._put_start(first)

    def _put_start(self, request: Request) -> None:
        """Where /start leads a browser: to the page from which this request is made."""
        is_no_page = request.recipe or request.method == "POST"
        path = "/" if is_no_page else page_of(address(request, self._world))
        self._site.start_as, self._site.start_at = request.visitor, request.at or path

    def _exchange(self, step: Step, request: Request, before: Exchange | None) -> Sighting:
        """Wait until somebody has made the exchange that the step wants."""
        self._desk.waits_for = request
        is_theirs = step.in_browser or request.visitor == TERMINAL
        by_hand = request.cookie is not None and not is_theirs
        self._desk.takes_others = not by_hand and not step.moves_clock_before(request)
        self._put_start(request)
        self._say_what_is_waited_for(step, request)
        attempts = Attempts(request, self._world, self._desk, before)
        prompt = "Enter: Chromium does it" if request.recipe else "Enter sends it"
        sighting = self._desk.wait(prompt, attempts.typed, attempts.seen, self._last)
        self._show(request, sighting)
        return sighting

    def _say_what_is_waited_for(self, step: Step, request: Request) -> None:
        self._screen.say()
        self._say_careless()
        waits = f"This step waits for {in_words(request, self._world)}."
        self._screen.say(waits)
        self._site.board.wait_for(waits)
        for line in recipe_in_words(request, self._world):
            self._screen.say(line)
        self._say_who_can_do_it(step, request)

    def _say_who_can_do_it(self, step: Step, request: Request) -> None:
        first = step.requests[0]
        if step.moves_clock_before(request):
            self._screen.say("Your own browser has not moved with the clock: press Enter.")
        elif not self._desk.takes_others:
            self._screen.say("Only the built-in visitor can do this one: press Enter.")
        elif request.visitor == TERMINAL:
            self._screen.say("In a second terminal: the key h writes the command. Or press Enter.")
        elif request is first:
            host = address(request, self._world).netloc
            if request.recipe:
                self._screen.say("Press Enter: Chromium does it.")
            self._screen.address(_before_start(step), f"http://{host}/start")
        elif request.visitor == first.visitor:
            self._screen.say("Go on in your browser, if you have begun there; or press Enter.")
        else:
            self._screen.say("Another visitor's turn: go on in that window, or press Enter.")

    def _show(self, request: Request, sighting: Sighting) -> None:
        self._desk.code = sighting.exchange.verdict
        self._screen.say()
        for exchange in (*sighting.before, sighting.exchange):
            self._screen.card(exchange)
        self._screen.reasons(sighting.exchange)
        self._screen.page(sighting.exchange)
        for judged in judged_by(request, sighting, self._world):
            self._screen.judged(judged)
        for exchange in sighting.after:
            self._screen.card(exchange)

    def _recall(self, step: Step) -> None:
        if not step.recall:
            return
        self._screen.prose(step.recall)
        try:
            typed = self._desk.wait("From memory", lambda line: line)
        except Skip:
            typed = ""
        if typed:
            self._screen.say(f"You wrote: {typed}")
        self._screen.say("Beside it, a model:")

    def _explain(self, step: Step, answer: str | None, sightings: list[Sighting]) -> bool:
        """What became of the prediction, then the reasoning; was it missed?"""
        asked, missed = step.prediction, False
        if asked and answer is not None:
            right = self._right(asked, sightings)
            missed = answer != right
            if answer == DONT_KNOW:
                answer = self._once_more(asked) or DONT_KNOW
            for line in feedback(step, answer, right, stages_asked_about(asked, sightings)):
                self._screen.prose(line)
        self._screen.prose(step.after)
        return missed

    def _right(self, asked: Prediction, sightings: list[Sighting]) -> str:
        for answer in right_answers(asked, sightings, self._world):
            return answer
        raise Disturbed("none of the options came true")

    def _once_more(self, asked: Prediction) -> str | None:
        """Whoever did not know is asked again, once, after seeing it."""
        self._screen.say()
        self._screen.say("Now you have seen it. Once more:")
        for line in question_lines(asked):
            self._screen.say(line)
        try:
            prompt = "Which was it (s skips the question)"
            return self._answer(asked, prompt, "This step is over; answer, then go on.")
        except Skip:
            return None


def _before_start(step: Step) -> str:
    return "In your own browser: open " if step.in_browser else "Or in your own browser: "
