"""The inspector's server beside the login server, at an address that this run alone knows."""

from __future__ import annotations

import secrets
from collections.abc import Collection

from sandbox.serving.live import LiveServer
from sandbox.trace.inspector.app import Inspector, Now
from sandbox.trace.inspector.buffer import Buffer
from sandbox.trace.inspector.orders import Orders


class InspectorServer:
    """`buffer` is to hear the events; `url` is what an instructor opens.

    `orders` are what its page may order, `now` is what the page is told with each answer.
    """

    def __init__(
        self, hosts: Collection[str], orders: Orders | None = None, now: Now = dict
    ) -> None:
        self.buffer = Buffer()
        token = secrets.token_urlsafe(16)
        app = Inspector(self.buffer, token, hosts, orders, now)
        self.server = LiveServer(app, port=0)
        self.url = f"{self.server.url}/{token}/"
