"""The measures as plain text of at most 80 columns, in ASCII so that any terminal can show it."""

from __future__ import annotations

from sandbox.bench.harness import Measure, Row

HEADINGS = {
    "us_per_call": "us/call",
    "requests_per_second": "req/s",
    "p50_ms": "p50 ms",
    "p95_ms": "p95 ms",
    "p99_ms": "p99 ms",
    "megabytes": "MB",
}
RATIO_HEADINGS = ["ratio", "quartiles", "aim", "met"]
MET = {True: "yes", False: "no", None: ""}


def table(measure: Measure) -> str:
    """One measure: its title, the headings, a line for each row."""
    names = list(dict.fromkeys(name for row in measure.rows for name in row.numbers))
    headings = ["", *(HEADINGS.get(name, name) for name in names), *RATIO_HEADINGS]
    lines = [headings, *(_cells(row, names) for row in measure.rows)]
    return "\n".join([measure.title, *_aligned(lines)])


def _cells(row: Row, names: list[str]) -> list[str]:
    numbers = [_short(row.numbers[name]) if name in row.numbers else "" for name in names]
    ratio = row.ratio
    if ratio is None:
        return [row.label, *numbers, "", "", "", ""]
    quartiles = f"{ratio.low:.3f}-{ratio.high:.3f}"
    aim = "" if ratio.aim is None else str(ratio.aim)
    return [row.label, *numbers, f"{ratio.median:.3f}", quartiles, aim, MET[ratio.met]]


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"


def _aligned(lines: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [_line(cells, widths) for cells in lines]


def _line(cells: list[str], widths: list[int]) -> str:
    label, *others = (f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
    return "  ".join(["", cells[0].ljust(len(label)), *others]).rstrip()
