"""Files that `replay` is given and cannot play: damaged, newer, not ours."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

from tests.trace.abuse import Case
from tests.trace.scenes import SCENES
from tests.wire.children import Child, command, environment

EVENTS = [json.dumps(event) for event in SCENES["OK"]]
BEGUN = json.dumps({"type": "recording", "v": 1, "at": 1_800_000_000, "cookies": "shortened"})


def played(*lines: str) -> Callable[[Child], str]:
    """What `replay` says of a file with these lines, and how it exits."""

    def act(child: Child) -> str:
        file = child.folder / "given.jsonl"
        file.write_text("\n".join(lines) + "\n")
        argv = command("replay", file.name)
        ended = subprocess.run(
            argv, cwd=child.folder, env=environment(), capture_output=True, text=True, timeout=60
        )
        return f"{ended.stderr.strip()} (exit code {ended.returncode})"

    return act


NEWER = [each.replace('"v": 1', '"v": 2') for each in EVENTS]
RECORDINGS = [
    Case(
        "damaged recording",
        "replay, half a line in the middle",
        played(BEGUN, EVENTS[0], EVENTS[1][:40], *EVENTS[2:]),
        r"given\.jsonl: Line 3 .*damaged.*\(exit code 2\)",
    ),
    Case(
        "newer recording",
        "replay, events of version 2",
        played(*NEWER),
        r"given\.jsonl: Line 1 .*version 2.*reads version 1.*\(exit code 2\)",
    ),
    Case(
        "not our recording",
        "replay, another page",
        played("<!doctype html>", "<title>Cats</title>"),
        r"given\.jsonl: .*no recording of the Login Sandbox.*\(exit code 2\)",
    ),
]
