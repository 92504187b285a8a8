"""The inspector's server beside the login server, at an address that this run alone knows."""

from __future__ import annotations

import secrets
from collections.abc import Collection

from sandbox.serving.live import LiveServer
from sandbox.trace.inspector.app import Inspector
from sandbox.trace.inspector.buffer import Buffer


class InspectorServer:
    """`buffer` is to hear the events; `url` is what an instructor opens."""

    def __init__(self, hosts: Collection[str]) -> None:
        self.buffer = Buffer()
        token = secrets.token_urlsafe(16)
        self.server = LiveServer(Inspector(self.buffer, token, hosts), port=0)
        self.url = f"{self.server.url}/{token}/"
