"""How long a login takes for each name, measured from outside.

    .venv/bin/python lessons/12_fixation_replay_guessing/answer_times.py PORT alice nobody

First start careless_guess.py or app.py in another terminal; it shows the port. The shortest of a
few answers says most: whatever disturbs an answer makes it longer.
"""

import sys
import time
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

TRIES = 4  # fewer than the failures that app.py allows without a wait
PATIENCE = 10.0  # seconds
HIGHEST_PORT = 65535
HOW = ".venv/bin/python lessons/12_fixation_replay_guessing/answer_times.py PORT alice nobody"


def answer_time(port: int, name: str) -> tuple[float, int]:
    """Seconds until a wrong password is answered on this machine, and the answer's status."""
    form = urlencode({"username": name, "password": "a wrong one"}).encode()
    began = time.perf_counter()
    try:
        status = urlopen(f"http://localhost:{port}/login", form, PATIENCE).status
    except HTTPError as refused:
        status = refused.code
    return time.perf_counter() - began, status


def told(port: int, name: str) -> str:
    """The shortest of a few times, in a line."""
    times, statuses = zip(*(answer_time(port, name) for _ in range(TRIES)), strict=True)
    seen = ", ".join(sorted({str(status) for status in statuses}))
    return f"{name:12} {min(times) * 1000:7.1f} ms  status {seen}"


def main(arguments: list[str]) -> str:
    """A line for each name; SystemExit says what was expected."""
    port, *names = arguments or [""]
    if not (port.isdecimal() and int(port) <= HIGHEST_PORT and names):
        sys.exit(f"Give a port and some names: {HOW}")
    try:
        return "\n".join(told(int(port), name) for name in names)
    except OSError as error:
        sys.exit(f"Nothing answers on port {port} ({error}). Start a server of this lesson first.")


if __name__ == "__main__":
    print(main(sys.argv[1:]))
