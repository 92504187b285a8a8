"""A cookie sent once more: a real request over loopback, to this sandbox and to nobody else."""

from __future__ import annotations

import re
import secrets
import string
import threading
from contextlib import suppress
from http.client import HTTPConnection, HTTPException

from sandbox.login.middleware import is_static
from sandbox.trace.inspector.orders import Unable

HERE = "127.0.0.1"
PATH = re.compile(r"/(?!/)[!$-\[\]-~]*")  # RFC 3986, one slash first: no host, blank or control
LONGEST_PATH = 2_000  # characters
PATIENCE = 600.0  # seconds: in step mode the answer comes when somebody has stepped on
AT_A_TIME = 8  # that have no answer yet
FAMILY, TAIL = "replay", 6  # and so many random characters: no two runs are taken for each other
ALPHABET = string.ascii_letters + string.digits
NO_PATH = "This is no path of this sandbox. Expected is one such as /profile."
NOT_TRACED = "Style sheets and icons are not traced, so nothing would be seen. Choose a page."
NOT_YET = "The login server does not listen yet. Try again in a moment."
SILENT = "The login server does not answer. See whether it still runs, then try again."
TOO_MANY = f"{AT_A_TIME} requests of this page have no answer yet. Try again when they have."


class Replays:
    """Send a cookie to the login server, GET only; `port` is known once it listens."""

    def __init__(self, cookie_name: str) -> None:
        self.port: int | None = None
        self._cookie_name = cookie_name
        self._turns = threading.BoundedSemaphore(AT_A_TIME)

    def send(self, path: str, cookie: str) -> str:
        """Returns how the request is named in the trace; its answer is not waited for."""
        _refuse_odd(path)
        if self.port is None:
            raise Unable(NOT_YET)
        if not self._turns.acquire(blocking=False):
            raise Unable(TOO_MANY)
        visitor = FAMILY + "".join(secrets.choice(ALPHABET) for _ in range(TAIL))
        connection = HTTPConnection(HERE, self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers=self._headers(cookie, visitor))
        except OSError:
            self._turns.release()
            raise Unable(SILENT) from None
        threading.Thread(target=self._take_the_answer, args=(connection,), daemon=True).start()
        return visitor

    def _headers(self, cookie: str, visitor: str) -> dict[str, str]:
        """The trace names a request by its User-Agent, as trace/wire.py reads it."""
        ours = f"{self._cookie_name}={cookie}"
        return {"Cookie": ours, "User-Agent": f"sandbox-visitor ({visitor})", "Connection": "close"}

    def _take_the_answer(self, connection: HTTPConnection) -> None:
        """The trace tells of it; here it is only taken, or the server would wait."""
        try:
            with suppress(OSError, HTTPException):
                connection.getresponse().read()
        finally:
            connection.close()
            self._turns.release()


def _refuse_odd(path: str) -> None:
    if not PATH.fullmatch(path):
        raise Unable(NO_PATH)
    if is_static(path):
        raise Unable(NOT_TRACED)
