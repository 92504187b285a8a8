"""Kill a server fifty times and print what became of what it had acknowledged, as a table."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.faults.kills import Tally, kill_again_and_again
from tests.wire.children import nursery_in

ROUNDS = 50
HEAD = ("rounds", "logins", "words", "logouts", "under way", "lost", "resurrected", "swapped")


def row(tally: Tally) -> tuple[int, ...]:
    done = tally.acknowledged
    bad = (tally.lost, tally.resurrected, tally.swapped)
    under_way = sum(tally.under_way.values())
    return (tally.rounds, *map(done.get, ("login", "word", "logout")), under_way, *map(len, bad))


def main(seed: int) -> int:
    with tempfile.TemporaryDirectory() as folder, nursery_in(Path(folder)) as nursery:
        tally = kill_again_and_again(nursery, ROUNDS, seed)
    print(f"| {' | '.join(HEAD)} |")
    print("| " + " | ".join("---:" for _ in HEAD) + " |")
    print(f"| {' | '.join(f'{number:,}' for number in row(tally))} |")
    print(f"seed {seed}; under way when killed: {dict(tally.under_way)}; damage: {tally.damaged}")
    return 1 if tally.lost or tally.resurrected or tally.swapped or tally.damaged else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
