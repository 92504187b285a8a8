"""What the examiner did, expected and saw, up to the first place where the two part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import CodeType
from typing import Any

from sandbox.tutor.exercise.result import Step
from sandbox.tutor.exercise.showing import beside, shown, shown_error

NO_ERROR = "no error"
RAISED = "raised "


class Parted(AssertionError):
    """Expected and observed part here, so the check ends."""


class Transcript:
    """The steps of one check; what went wrong last, for the advice and the student's own lines."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.last: Seen | None = None
        self._act = ""  # of the last step that has one

    @property
    def has_parted(self) -> bool:
        """Also when the student's own `except` has caught the Parted."""
        return not all(step.met for step in self.steps)

    def begin(self, seen: Seen) -> None:
        """An act whose outcome may be asked about."""
        self._end_if_parted()
        self.settle()
        self.last = seen
        self._act = seen.act
        self.steps.append(Step(seen.act, "", seen.in_words, True))

    def judge(self, act: str, expected: str, observed: str, met: bool) -> None:
        """A question: the first about an act stands in the act's own line."""
        self._end_if_parted()
        if self.steps and self.steps[-1].expected == "" and self.steps[-1].act == act:
            self.steps.pop()
            self._act = ""
        told, self._act = ("" if act == self._act else act), act
        self.steps.append(Step(told, expected, observed, met))
        self._end_if_parted()

    def _end_if_parted(self) -> None:
        """Also when the parting was in a call-back, and the student's function has gone on."""
        if self.has_parted:
            raise Parted()

    def settle(self) -> None:
        """An act that raised, and was never asked about, was expected to raise nothing."""
        last, self.last = self.last, None
        if last and last.raised is not None and self.steps[-1].expected == "":
            self.last = last
            self.steps[-1] = replace(self.steps[-1], expected=NO_ERROR, met=False)
            raise Parted()


class Seen:
    """The outcome of one act; each question about it is a line of the transcript."""

    def __init__(
        self,
        transcript: Transcript,
        act: str,
        returned: Any = None,
        raised: BaseException | None = None,
        printed: str = "",
    ) -> None:
        self.act, self.raised, self.printed = act, raised, printed
        self.code: CodeType | None = None  # of the function that was called
        self._returned = returned
        self._should_refuse = False
        self._transcript = transcript
        self.in_words = RAISED + shown_error(raised) if raised else self._in_words(returned)
        transcript.begin(self)

    @property
    def value(self) -> Any:
        """What was returned, for the next act."""
        if self.raised is not None:
            self._judge("an answer", self.in_words, False)
        return self._returned

    def gives(self, expected: object) -> Seen:
        """It returned exactly this: of this type, and equal; so is all that is in it."""
        met = self.raised is None and is_exactly(self._returned, expected)
        seen = self.in_words if met or self.raised else beside(expected, self._returned)
        return self._judge(shown(expected), seen, met)

    def is_such(self, expected: str, test: Callable[[Any], bool]) -> Seen:
        """It returned something that passes the test; `expected` says in words what."""
        return self._judge(expected, self.in_words, self.raised is None and test(self._returned))

    def raises(self, kind: type[BaseException]) -> Seen:
        """It raised this."""
        seen = self.in_words if self.raised else f"no error, but {self.in_words}"
        return self._judge(f"raises {kind.__name__}", seen, isinstance(self.raised, kind))

    def is_refused(self, code: str) -> Seen:
        """It raised the student's own `Refused` with this code."""
        refusal, self._should_refuse = self.raised, True
        is_one = refusal is not None and type(refusal).__name__ == "Refused"
        seen = self.in_words if self.raised else f"not refused, but {self.in_words}"
        if is_one and refusal is not None:
            codes = refusal.args
            seen = f"refused with {_code(codes)}"
            return self._judge(f"refused with {code}", seen, codes[:1] == (code,))
        return self._judge(f"refused with {code}", seen, False)

    @property
    def refuses_otherwise(self) -> bool:
        """It refused, and it should, but with another code."""
        return self._should_refuse and type(self.raised).__name__ == "Refused"

    @property
    def advice(self) -> str:
        """What to try, when what came back tells it."""
        if self._should_refuse:
            return 'Here it must refuse: raise Refused("CODE"), with the code that was expected.'
        if self._returned is not None:
            return ""
        if self.printed.strip():
            return (
                "It printed something and gave None. print shows a value to a person; "
                "return gives it to the caller. Is a return missing?"
            )
        return "It gave None. Does every way through it end with return and a value?"

    def _in_words(self, returned: Any) -> str:
        return shown(returned)

    def _judge(self, expected: str, observed: str, met: bool) -> Seen:
        self._transcript.judge(self.act, expected, observed, met)
        return self


def _code(codes: tuple[Any, ...]) -> str:
    """Of a refusal; what does not look like a code stands in quotation marks."""
    if not codes:
        return "no code"
    first = codes[0]
    return first if isinstance(first, str) and first.isidentifier() else shown(first)


def is_exactly(value: Any, expected: Any) -> bool:
    """Are they equal, and of one type, all the way inside? `[True]` is not `[1]`."""
    if type(value) is not type(expected):
        return False
    if isinstance(expected, (list, tuple)):
        return len(value) == len(expected) and all(map(is_exactly, value, expected))
    if isinstance(expected, dict):
        same_keys = {(type(key), key) for key in value} == {(type(key), key) for key in expected}
        return same_keys and all(is_exactly(value[key], expected[key]) for key in expected)
    return bool(value == expected)
