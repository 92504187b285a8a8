"""Two lamps tell what a request's cookie was worth: issued by us? still alive?

Each is `yes`, `no` or `not_asked`: after a bad signature the store is not asked.
"""

from __future__ import annotations

YES, NO, NOT_ASKED = "yes", "no", "not_asked"

_LAMPS = {
    "MALFORMED": (NO, NOT_ASKED),
    "BAD_SIGNATURE": (NO, NOT_ASKED),
    "EXPIRED": (YES, NOT_ASKED),
    "STORE_DOWN": (YES, NOT_ASKED),
    "UNKNOWN_SESSION": (YES, NO),
    "IDLE_TIMEOUT": (YES, NO),
    "ABSOLUTE_TIMEOUT": (YES, NO),
    "UNKNOWN_USER": (YES, YES),
    "OK": (YES, YES),
}


def lamps(recognised: str | None) -> dict[str, str]:
    """The lamps for the reason code with which `recognise` ended, None if it did not run."""
    issued, alive = _LAMPS.get(recognised or "", (NOT_ASKED, NOT_ASKED))
    return {"issued": issued, "alive": alive}
