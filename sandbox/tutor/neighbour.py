"""How the server of a lesson calls the one beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

NEIGHBOUR = "sandbox.neighbour"  # in the environ: where it listens, as in http://127.0.0.1:8001
PATIENCE = 5.0  # seconds


def get_json(url: str, headers: Mapping[str, str]) -> tuple[int, Any]:
    """GET an address: its status, and what it says in JSON. OSError: nobody answers there."""
    to = urlsplit(url)
    connection = HTTPConnection(to.hostname or "", to.port, timeout=PATIENCE)
    try:
        connection.request("GET", to._replace(scheme="", netloc="").geturl(), headers=dict(headers))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()
