"""What a check does: it calls the student's file, and asks about what comes back."""

from __future__ import annotations

import hmac
import random
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from sandbox.tutor.exercise.printing import Printed
from sandbox.tutor.exercise.showing import cut, shown, shown_call
from sandbox.tutor.exercise.student import StudentFile, Trouble
from sandbox.tutor.exercise.transcript import Seen, Transcript
from sandbox.tutor.standing_clock import StandingClock

if TYPE_CHECKING:
    from sandbox.tutor.exercise.site import Site

NAMES = ("mira", "jonas", "amina", "chen", "lucia", "pavel", "noor", "tariq", "ines", "sven")
WORDS = ("tulip", "hammer", "rose", "anchor", "lantern", "violet", "kettle", "maple", "pebble")
CAPITAL = re.compile(r"(?=[A-Z])")
BEGAN = 1_700_000_000  # about when the clock stands, in Unix seconds
Comparison = tuple[Any, Any]
NOTHING: Mapping[str, Any] = {}
AnySeen = TypeVar("AnySeen", bound=Seen)


class Exam:
    """One check under way. Everything random in it comes from `seed`, new in each run."""

    def __init__(self, student: StudentFile, printed: Printed, seed: str) -> None:
        self.random = random.Random(seed)  # noqa: S311  # nothing here is a secret
        self.clock = StandingClock(BEGAN + self.random.randrange(10_000_000))
        self.transcript = Transcript()
        self.comparisons: list[Comparison] = []
        self._student, self._printed = student, printed
        self._module = ModuleType("not loaded")
        self._sites: list[Site] = []

    def load(self) -> None:
        """Run the student's file afresh, so that nothing is left from the check before."""
        self._module = self._student.load()

    def call(self, function: str, *given: Any, told: str = "", **named: Any) -> Seen:
        """Call a function of the student's file."""
        return self.act(
            told or shown_call(function, given, named), self.get(function), given, named
        )

    def new(self, of_class: str, *given: Any, **named: Any) -> Thing:
        """Make an object of a class of the student's file."""
        act = shown_call(of_class, given, named)
        seen: Seen = self.act(act, self.get(of_class), given, named)
        return Thing(self, of_class, seen.value)

    def get(self, name: str) -> Any:
        """A value in the student's file."""
        return self._student.find(self._module, name)

    def missing(self, what: str, name: str, there: Sequence[str]) -> Trouble:
        """What is said when the student's file lacks something that is called."""
        return self._student.missing(what, name, there)

    def see(self, act: str, expected: object, observed: object) -> None:
        """A line of the transcript: the two are equal, or they part here."""
        self.transcript.settle()
        words = [in_words(each) for each in (expected, observed)]
        self.transcript.judge(act, words[0], words[1], expected == observed)

    def name(self) -> str:
        """A user's name, new in each run."""
        return f"{self.random.choice(NAMES)}{self.random.randrange(100, 1000)}"

    def word(self) -> str:
        return f"{self.random.choice(WORDS)}{self.random.randrange(100, 1000)}"

    def password(self) -> str:
        return f"pw-{self.random.randrange(16**10):010x}"

    def key(self) -> bytes:
        """A signing key."""
        return f"key-{self.random.randrange(16**24):024x}".encode()

    def serve(self, app: Any) -> Site:
        """The app on a port of its own, until this check ends."""
        from sandbox.tutor.exercise.site import Site  # here: most checks need no server

        site = Site(self, app)
        self._sites.append(site)
        return site

    def end(self) -> None:
        """Let go of every port."""
        while self._sites:
            self._sites.pop().close()

    def act(
        self,
        told: str,
        run: Callable[..., Any],
        given: Sequence[Any] = (),
        named: Mapping[str, Any] = NOTHING,
        kind: type[AnySeen] = Seen,  # type: ignore[assignment]  # mypy: no default for a TypeVar
    ) -> AnySeen:
        """Do something with the student's code; whatever it raises is seen, too."""
        before = len(self._printed)
        returned, raised = None, None
        try:
            returned = run(*given, **named)
        except Trouble:  # a call-back has found something missing
            raise
        except BaseException as error:  # sys.exit included
            raised = error
        seen = kind(self.transcript, told, returned, raised, self._printed.since(before))
        seen.code = getattr(run, "__code__", None)
        return seen


class Thing:
    """An object of a class of the student's file."""

    def __init__(self, exam: Exam, of_class: str, it: Any) -> None:
        self._exam, self._of_class, self.it = exam, of_class, it
        self._name = CAPITAL.split(of_class)[-1].lower()

    def call(self, method: str, *given: Any, told: str = "", **named: Any) -> Seen:
        """Call one of its methods."""
        act = told or shown_call(f"{self._name}.{method}", given, named)
        return self._exam.act(act, self._find(method), given, named)

    def _find(self, method: str) -> Any:
        own = [each for each in dir(self.it) if not each.startswith("__")]
        if method not in own:
            raise self._exam.missing(f"{method} in the class {self._of_class}", method, own)
        return getattr(self.it, method)


def in_words(value: object) -> str:
    """A text of the check's own stands as it is; anything else as Python writes it."""
    return cut(value or "nothing") if isinstance(value, str) else shown(value)


def watch_comparisons(seen: Callable[[Comparison], None]) -> None:
    """Have every `hmac.compare_digest` reported, also by its other names."""
    compare = hmac.compare_digest

    def compare_digest(a: Any, b: Any, /) -> bool:
        seen((a, b))
        return compare(a, b)

    hmac.compare_digest = compare_digest
    secrets.compare_digest = compare_digest
