"""What a lesson is made of, as its README says it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Mistake:
    """Something in a lesson or an exercise that cannot be right: where, and what was expected."""

    path: Path
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.says}"


@dataclass(frozen=True)
class Expectation:
    """`SUBJECT OPERATOR VALUE`; `name` is the subject's second word, where it has one."""

    line: int
    text: str
    subject: str
    name: str
    operator: str
    value: str


@dataclass(frozen=True)
class Move:
    """One line of a recipe: somebody opens, types, presses, follows, waits, goes back, reloads."""

    line: int
    does: str
    what: str


@dataclass(frozen=True)
class Request:
    """An HTTP message that somebody sends, and what its exchange must show.

    `cookie` replaces what the visitor's jar would send; None leaves that to the jar. `at` is the
    page from which a browser sends it. With a `recipe` only a real browser can make it.
    """

    line: int
    visitor: str
    method: str
    target: str
    form: str
    cookie: str | None
    at: str
    headers: tuple[tuple[str, str], ...]
    expectations: tuple[Expectation, ...] = ()
    recipe: tuple[Move, ...] = ()


@dataclass(frozen=True)
class Clock:
    """The clock is moved by this many seconds."""

    line: int
    seconds: float
    text: str


@dataclass(frozen=True)
class Scene:
    """The scene is set by this command, one of those in `lessons/README.md`."""

    line: int
    command: str


Act = Request | Clock | Scene


@dataclass(frozen=True)
class Option:
    """One answer to choose: `expectation` says when it is the right one, or `stage` its place.

    In a sort it belongs to the exchange `at` (from 1).
    """

    line: int
    letter: str
    text: str
    expectation: Expectation | None = None
    stage: str = ""
    at: int = 0


@dataclass(frozen=True)
class Category:
    """One heap of a sort, and the expectation that an exchange must meet to belong there."""

    line: int
    text: str
    expectation: Expectation


@dataclass(frozen=True)
class Prediction:
    """A question that is asked before the step is done. `kind` is choose, order or sort.

    `at` is the exchange that judges it (from 1), 0 the last one.
    """

    line: int
    kind: str
    question: str
    options: tuple[Option, ...]
    categories: tuple[Category, ...]
    at: int
    watch: str


@dataclass(frozen=True)
class Step:
    """One step: words, perhaps a question, what is done, and the reasoning afterwards."""

    number: int
    title: str
    line: int
    in_browser: bool = False
    before: str = ""
    after: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    prediction: Prediction | None = None
    acts: tuple[Act, ...] = ()
    recall: str = ""
    hint: str = ""

    @property
    def requests(self) -> tuple[Request, ...]:
        return tuple(act for act in self.acts if isinstance(act, Request))

    def moves_clock_before(self, request: Request) -> bool:
        """Was the clock moved earlier in this step? Real browsers do not move with it."""
        return any(isinstance(act, Clock) for act in self.acts[: self.acts.index(request)])

    @property
    def needs_chromium(self) -> bool:
        return any(request.recipe for request in self.requests)


@dataclass(frozen=True)
class Lesson:
    """A whole lesson; `reviews` are asked at the beginning of later ones."""

    path: Path
    number: str
    title: str
    intro: str
    steps: tuple[Step, ...]
    reviews: tuple[Step, ...]
    closing: str

    @property
    def folder(self) -> Path:
        return self.path.parent
