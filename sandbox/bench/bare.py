"""The least there is: one route on Bottle and waitress. `python -m sandbox.bench.bare PORT`"""

from __future__ import annotations

import logging
import sys

import waitress
from bottle import Bottle


def hello() -> str:
    return "Hello"


if __name__ == "__main__":
    app = Bottle()
    app.route("/", callback=hello)
    logging.getLogger("waitress").setLevel(logging.ERROR)  # as `serve` has it
    waitress.serve(app, host="127.0.0.1", port=int(sys.argv[1]), _quiet=True)
