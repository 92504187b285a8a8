"""What an examination found, as data: for the screen, for JSON, for JUnit.

{"v": 1, "exercise": "04", "title": "Verify a cookie", "file": "…", "verdict": "failed",
 "says": "", "checks": [{"name": "…", "sentence": "…", "outcome": "failed", "steps": […], …}]}
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

VERSION = 1
# A check: "failed" is told by its transcript; "error" by `says`: it could not be done to its end.
PASSED, FAILED, ERROR, SKIPPED, NOT_RUN = "passed", "failed", "error", "skipped", "not run"
OUTCOMES = (PASSED, FAILED, ERROR, SKIPPED, NOT_RUN)


@dataclass(frozen=True)
class Step:
    """A line of the transcript: what the examiner did, what he expected, what he saw."""

    act: str
    expected: str
    observed: str
    met: bool


@dataclass(frozen=True)
class CheckResult:
    """One check; `says` is what happened when it is an error, `frames` the student's own lines."""

    name: str
    sentence: str
    outcome: str
    steps: list[Step] = field(default_factory=list)
    says: str = ""
    advice: str = ""
    frames: list[str] = field(default_factory=list)
    printed: str = ""


@dataclass(frozen=True)
class Result:
    """One examination of one file. `says` is why it could not be examined, with no check run."""

    exercise: str
    title: str
    file: str
    checks: list[CheckResult]
    says: str = ""
    advice: str = ""
    frames: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def lead(self) -> CheckResult | None:
        """The check that the verdict is about: the first that was done and not passed."""
        return next((each for each in self.checks if each.outcome in (FAILED, ERROR)), None)

    @property
    def has_passed(self) -> bool:
        return (
            not self.says
            and bool(self.checks)
            and all(check.outcome == PASSED for check in self.checks)
        )

    @property
    def verdict(self) -> str:
        """passed, failed, or error when the file could not be examined to its end."""
        if self.has_passed:
            return PASSED
        return ERROR if self.says or (self.lead and self.lead.outcome == ERROR) else FAILED

    def as_json(self) -> dict[str, Any]:
        return {"v": VERSION, "verdict": self.verdict, **asdict(self)}
