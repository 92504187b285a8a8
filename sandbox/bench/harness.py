"""What the measures share: rows of numbers, ratios within one run, and how much effort to spend."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Effort:
    """How long to measure: `quick` for a first look."""

    quick: bool = False

    def pick(self, usual: int, quick: int) -> int:
        return quick if self.quick else usual


@dataclass(frozen=True)
class Aim:
    """What we want a ratio to be."""

    bound: Literal["at most", "at least"]
    value: float

    def __str__(self) -> str:
        return f"{'<=' if self.bound == 'at most' else '>='} {self.value:.2f}"

    def met_by(self, ratio: float) -> bool:
        return ratio <= self.value if self.bound == "at most" else ratio >= self.value


@dataclass(frozen=True)
class Ratio:
    """One row beside another, round by round: the median, and the quartiles around it."""

    median: float
    low: float
    high: float
    aim: Aim | None = None

    @property
    def met(self) -> bool | None:
        return None if self.aim is None else self.aim.met_by(self.median)

    def as_data(self) -> dict[str, Any]:
        data = {"ratio": self.median, "ratio_low": self.low, "ratio_high": self.high}
        return data if self.aim is None else data | {"aim": str(self.aim), "met": self.met}


@dataclass(frozen=True)
class Row:
    """Something measured: its numbers by name, its ratio to another row, or a ratio alone."""

    label: str
    numbers: dict[str, float]
    ratio: Ratio | None = None

    def as_data(self) -> dict[str, Any]:
        ratio = self.ratio.as_data() if self.ratio else {}
        return {"label": self.label, **self.numbers, **ratio}


@dataclass(frozen=True)
class Measure:
    """What one measure found."""

    title: str
    rows: list[Row]

    def as_data(self) -> dict[str, Any]:
        return {"title": self.title, "rows": [row.as_data() for row in self.rows]}


# Each measure is a function of the effort and of a folder for its databases.
TakeMeasure = Callable[[Effort, Path], Measure]


def ratio_of(these: Sequence[float], those: Sequence[float], aim: Aim | None = None) -> Ratio:
    """How these compare to those, which were measured in the same rounds."""
    each = [this / that for this, that in zip(these, those, strict=True)]
    low, median, high = statistics.quantiles(each, n=4, method="inclusive")
    return Ratio(median, low, high, aim)


def taking_turns(rivals: Sequence[T], rounds: int) -> Iterator[T]:
    """All rivals in every round, another one first each time."""
    for number in range(rounds):
        first = number % len(rivals)
        yield from rivals[first:]
        yield from rivals[:first]
