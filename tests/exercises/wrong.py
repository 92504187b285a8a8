"""Each wrong answer, the check that it names, and what caught it.

python -m tests.exercises.wrong
"""

from __future__ import annotations

import sys

from sandbox.tutor.exercise.examiner import Examiner
from sandbox.tutor.exercise.shelf import all_exercises
from sandbox.tutor.exercise.wrong import read_wrong


def main() -> int:
    """A row for each; 1 when one was caught otherwise than it says."""
    told = 0
    sys.stdout.write(f"{'file':47}{'named check':48}caught by\n")
    with Examiner() as examiner:
        for exercise in all_exercises():
            for path in exercise.wrong:
                named = read_wrong(path).caught_by
                lead = examiner.examine(exercise, path).lead
                by = lead.name if lead and lead.outcome == "failed" else "nothing"
                file = f"{exercise.number}/wrong/{path.name}"
                sys.stdout.write(f"{file:47}{named:48}{'it' if by == named else by}\n")
                told |= by != named
    return told


if __name__ == "__main__":
    sys.exit(main())
