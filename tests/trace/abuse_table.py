"""Abuse the inspector of a real `serve` and print what it answered, as a table."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.trace.abuse import CASES, Case, Row
from tests.trace.abuse_recordings import RECORDINGS
from tests.wire.children import Child, nursery_in

HEAD = ("what", "what was done", "what was answered")
ALL: list[Case] = [*RECORDINGS, *CASES]


def line(*cells: str) -> str:
    escaped = (cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def print_rows(child: Child) -> list[tuple[Case, Row]]:
    print(line(*HEAD))
    print(line(*("---" for _ in HEAD)))
    rows = []
    for case in ALL:
        row = case.row(child)
        rows.append((case, row))
        print(line(row.what, row.done, row.answered), flush=True)
    return rows


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, nursery_in(Path(folder)) as nursery:
        rows = print_rows(nursery.serve("--trace", "off"))
    unlike = [row for case, row in rows if not case.is_met_by(row)]
    for row in unlike:
        print(f"not as expected: {row}", file=sys.stderr)
    return 1 if unlike else 0


if __name__ == "__main__":
    sys.exit(main())
