"""The login server with its inspector in this process, and what a page of it is told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sandbox.login.flow import Bricks
from sandbox.login.server import make_app
from sandbox.login.users import DEMO_ACCOUNTS
from sandbox.serving.control import Control
from sandbox.serving.inspected import InspectorServer
from sandbox.serving.live import LiveServer
from sandbox.serving.traced import traced


@dataclass
class Watched:
    """The login server with its inspector and what the page may order, as `serve` starts them."""

    bricks: Bricks

    def __post_init__(self) -> None:
        control = Control(self.bricks)
        self.inspector = InspectorServer(("localhost", "127.0.0.1"), control.orders)
        app = make_app(self.bricks, demo_accounts=DEMO_ACCOUNTS)
        buffer = self.inspector.buffer
        self._live = LiveServer(traced(app, self.bricks, buffer, buffer.wants), port=0).start()
        control.listens_at(self._live.port)
        self.inspector.server.start()
        self.url = self._live.url

    @property
    def requests(self) -> list[dict[str, Any]]:
        return self._told("request")

    @property
    def answered(self) -> int:
        return len(self._told("response"))

    @property
    def key(self) -> bytes:
        (key,) = self.bricks.signer.keys.current()
        return key

    def _told(self, kind: str) -> list[dict[str, Any]]:
        events = json.loads(self.inspector.buffer.after(0))["events"]
        return [event for event in events if event["type"] == kind]

    def close(self) -> None:
        self._live.stop()
        self.inspector.server.stop()
        self.bricks.store.close()
