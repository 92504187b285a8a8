"""A server with its inspector, which notes when each stage and each response was told.

python -m sandbox.bench.watched     answers the first line with its addresses, as JSON
"""

from __future__ import annotations

import json
import sys
import time

from sandbox.login.guard import LOOPBACK_NAMES
from sandbox.login.keys import MemoryKeys
from sandbox.login.server import make_app
from sandbox.login.stores.memory import MemoryStore
from sandbox.login.users import DEMO_ACCOUNTS, demo_users
from sandbox.serving.bricks import lay_bricks
from sandbox.serving.clock import Clock
from sandbox.serving.inspected import InspectorServer
from sandbox.serving.live import LiveServer
from sandbox.serving.shown import shown
from sandbox.trace.stage import Event


class Notes:
    """A listener: when each thing ended, in milliseconds since 1970, as the page would call it."""

    def __init__(self) -> None:
        self.ended: dict[str, float] = {}

    def wants(self, request_id: int) -> bool:
        return False

    def __call__(self, event: Event) -> None:
        if event["type"] == "stage_ended":
            self.ended[f"{event['id']}.{event['seq']}"] = time.time() * 1000
        elif event["type"] == "response":
            self.ended[f"{event['id']}"] = time.time() * 1000

    def close(self) -> None:
        """Nothing to let go of."""


def main() -> None:
    bricks = lay_bricks(MemoryStore(), MemoryKeys(), demo_users(), Clock())
    inspector, notes = InspectorServer(LOOPBACK_NAMES), Notes()
    app = make_app(bricks, LOOPBACK_NAMES, DEMO_ACCOUNTS)
    watched, _, end = shown(app, bricks, "off", lambda: None, [notes, inspector.buffer])
    servers = [LiveServer(watched, 0).start(), inspector.server.start()]
    answers = {"where": {"port": servers[0].port, "inspector": inspector.url}}
    for question in sys.stdin:
        print(json.dumps(answers.get(question.strip(), notes.ended)), flush=True)
    for each in servers:
        each.stop()
    end()


if __name__ == "__main__":
    main()
