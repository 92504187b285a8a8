"""Let eight threads loose on each store and print what was lost, as a table."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.login.test_stores import STORES
from tests.threads import judge
from tests.threads.rounds import Tally, played_and_restarted

ROUNDS, SEED = 1000, 8
OFTEN = 1e-5  # seconds until another thread takes its turn
COLUMNS: dict[str, tuple[str, ...]] = {
    "successes after delete": (judge.RESURRECTED,),
    "lost sessions": (judge.LOST_SESSION,),
    "lost writes": (judge.LOST_WRITE, judge.LOST_TOUCH, judge.TORN),
    "ids given twice": (judge.GIVEN_TWICE,),
    "ends told twice": (judge.ENDED_TWICE, judge.MISCOUNTED),
    "swapped": (judge.SWAPPED,),
}
HEAD = ("rounds", "operations", "overlapping pairs", "acknowledged deletes", *COLUMNS)


def row(tally: Tally) -> tuple[int, ...]:
    deletes = tally.answers["delete", "done"] + tally.answers["delete_all_of", "done"]
    bad = (tally.found(*rules) for rules in COLUMNS.values())
    return (tally.rounds, tally.operations, tally.overlapping, deletes, *bad)


def played_on(name: str, rounds: int, seed: int) -> Tally:
    with tempfile.TemporaryDirectory() as folder:
        return played_and_restarted(lambda: STORES[name](Path(folder)), rounds, seed)


def main(rounds: int, seed: int) -> int:
    sys.setswitchinterval(OFTEN)
    before = time.monotonic()
    tallies = {name: played_on(name, rounds, seed) for name in STORES}
    print(f"| store | {' | '.join(HEAD)} |")
    print("| --- | " + " | ".join("---:" for _ in HEAD) + " |")
    for name, tally in tallies.items():
        print(f"| {name} | {' | '.join(f'{number:,}' for number in row(tally))} |")
    print(f"seed {seed}, {time.monotonic() - before:.0f} s")
    findings = [f"{name}: {each}" for name, tally in tallies.items() for each in tally.findings]
    print(*findings[:10], sep="\n", end="\n" if findings else "")
    return 1 if findings else 0


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*(given + [ROUNDS, SEED][len(given) :])))
