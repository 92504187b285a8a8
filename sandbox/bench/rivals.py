"""The peers to compare with: which are installed, how each is started, why one is left out."""

from __future__ import annotations

import shutil
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from sandbox.bench.servers import Start, serving_express, serving_flask

FLASK, EXPRESS = "Flask", "Express"
BUILT = Path(__file__).parents[2] / "build" / "peers"  # where `make bench-peers` puts Express
INSTALL = "to install it: make bench-peers"
INSTALL_NODE = "install Node and npm, then: make bench-peers"


def installed() -> dict[str, Start]:
    """How to start each peer that can be measured here."""
    away, node = left_out(), shutil.which("node") or "node"
    starts: dict[str, Start] = {
        FLASK: serving_flask,
        EXPRESS: partial(serving_express, node, BUILT / "node_modules"),
    }
    return {name: start for name, start in starts.items() if name not in away}


def left_out() -> dict[str, str]:
    """What to do for each peer that can not be measured here."""
    away = {}
    if not (find_spec("flask") and find_spec("flask_login")):
        away[FLASK] = INSTALL
    if not shutil.which("node"):
        away[EXPRESS] = INSTALL_NODE
    elif not (BUILT / ".ready").exists():
        away[EXPRESS] = INSTALL
    return away
