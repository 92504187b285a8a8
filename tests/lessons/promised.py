"""The reason codes that the outline of the course promises, and the run that produced each.

`python -m tests.lessons.promised` prints the table.
"""

from __future__ import annotations

from functools import cache

from sandbox.tutor.lesson.auto import run_lesson
from sandbox.tutor.lesson.shelf import find_lesson
from sandbox.tutor.lesson.site import Site

# The outline: lesson, step, and the codes of its requests that the step is about.
PROMISED = [
    ("00", 1, "NO_COOKIE"),
    ("01", 1, "NO_COOKIE"),
    ("01", 2, "NO_COOKIE"),
    ("01", 3, "NO_COOKIE"),
    ("02", 1, "NO_COOKIE"),
    ("02", 2, "OK"),
    ("02", 4, "OK"),
    ("02", 4, "NO_COOKIE"),
    ("02", 5, "NO_COOKIE"),
    ("02", 6, "OK"),
    ("03", 3, "BAD_SIGNATURE"),
    ("03", 4, "BAD_SIGNATURE"),
    ("03", 5, "MALFORMED"),
    ("03", 6, "BAD_SIGNATURE"),
    ("03", 7, "OK"),
    ("03", 8, "NO_COOKIE"),
    ("03", 8, "EXPIRED"),
    ("03", 9, "BAD_SIGNATURE"),
    ("04", 1, "NO_COOKIE"),
    ("04", 3, "OK"),
    ("04", 5, "OK"),
    ("04", 6, "BAD_SIGNATURE"),
    ("04", 7, "UNKNOWN_SESSION"),
    ("04", 8, "UNKNOWN_SESSION"),
    ("05", 1, "NO_COOKIE"),
    ("05", 2, "BAD_CREDENTIALS"),
    ("05", 3, "OK"),
    ("05", 4, "UNKNOWN_SESSION"),
    ("05", 6, "OK"),
    ("06", 1, "NO_COOKIE"),
    ("06", 2, "NO_COOKIE"),
    ("06", 3, "OK"),
    ("06", 4, "OK"),
    ("06", 6, "NO_COOKIE"),
    ("06", 7, "BAD_SIGNATURE"),
    ("07", 2, "OK"),
    ("07", 5, "UNKNOWN_SESSION"),
    ("07", 6, "OK"),
    ("07", 7, "OK"),
    ("07", 8, "OK"),
    ("08", 1, "OK"),
    ("08", 2, "UNKNOWN_SESSION"),
    ("08", 3, "BAD_SIGNATURE"),
    ("08", 4, "UNKNOWN_SESSION"),
    ("08", 5, "NO_COOKIE"),
    ("08", 6, "IDLE_TIMEOUT"),
    ("08", 7, "ABSOLUTE_TIMEOUT"),
    ("08", 8, "EXPIRED"),
    ("10", 1, "OK"),
    ("10", 1, "NO_COOKIE"),
    ("10", 4, "OK"),
    ("12", 1, "OK"),
    ("12", 2, "UNKNOWN_SESSION"),
    ("12", 4, "UNKNOWN_SESSION"),
    ("12", 5, "UNKNOWN_SESSION"),
    ("12", 6, "BAD_SIGNATURE"),
    ("12", 8, "THROTTLED"),
    ("12", 9, "BAD_CREDENTIALS"),
    ("13", 1, "OK"),
    ("13", 2, "NO_COOKIE"),
    ("13", 5, "CROSS_SITE"),
    ("13", 6, "CROSS_SITE"),
    ("13", 7, "OK"),
    ("13", 9, "OK"),
    ("14", 1, "UNKNOWN_SESSION"),
    ("14", 2, "OK"),
    ("14", 3, "UNKNOWN_SESSION"),
    ("14", 4, "OK"),
    ("14", 4, "UNKNOWN_SESSION"),
    ("14", 6, "STORE_DOWN"),
    ("14", 7, "UNKNOWN_SESSION"),
    ("14", 8, "OK"),
    ("14", 8, "BAD_SIGNATURE"),
    ("14", 9, "OK"),
]


@cache
def produced(number: str) -> dict[int, tuple[str, ...]]:
    """Of each step of a lesson the codes of its requests; without Chromium or Redis not of all."""
    lesson = find_lesson(number)
    with Site(0) as site:
        done = list(run_lesson(lesson, site))[: len(lesson.steps)]
    return {each.step.number: each.verdicts for each in done if not each.left_out}


def main() -> None:
    print("| code | lesson.step | request |\n| --- | --- | --- |")
    for lesson, step, code in sorted(PROMISED, key=lambda promise: promise[2]):
        verdicts = produced(lesson).get(step, ())
        at = verdicts.index(code) + 1 if code in verdicts else "never"
        print(f"| {code} | {lesson}.{step} | {at} of {len(verdicts)} |")


if __name__ == "__main__":
    main()
