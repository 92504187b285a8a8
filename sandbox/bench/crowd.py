"""A class that logs in: each browser logs in and looks at four pages, one a second.

python -m sandbox.bench.crowd PORT BROWSERS SECONDS
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection

from sandbox.bench.servers import PATIENCE, log_in

PAGES = ("/profile", "/", "/api/me", "/profile")
BETWEEN = 1.0  # seconds


def look(port: int, path: str, cookie: str) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers={"Cookie": cookie, "User-Agent": "Chrome/156"})
        connection.getresponse().read()
    finally:
        connection.close()


def browse(port: int, goes_on: Callable[[], bool]) -> None:
    while goes_on():
        cookie = log_in(port)
        for path in PAGES:
            time.sleep(BETWEEN)
            if goes_on():
                look(port, path, cookie)


def main() -> None:
    port, browsers, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    end = time.monotonic() + seconds
    crowd = [
        threading.Thread(target=browse, args=(port, lambda: time.monotonic() < end))
        for _ in range(browsers)
    ]
    for each in crowd:
        each.start()
        time.sleep(BETWEEN / browsers)
    for each in crowd:
        each.join()


if __name__ == "__main__":
    main()
