"""Why the server may refuse: one exception for each reason.

A refusal's `code` is public: lessons, exercises and tests rely on it. `issued` and `alive` are the
two lamps: was the cookie issued by us, is its session still alive? After a bad signature the store
is not asked. `evidence` is what the server saw; `sentence` and `advice` are what a page tells the
visitor, if the refusal ends the whole request.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

from sandbox.login.stores import Session


class Refusal(Exception):
    """The server cannot vouch for this visitor, or will not do what was asked."""

    code: ClassVar[str]
    sentence: ClassVar[str]
    issued: ClassVar[str] = "not_asked"
    alive: ClassVar[str] = "not_asked"
    status: ClassVar[str] = "403 Forbidden"
    advice: ClassVar[str] = "Log in, then try again."
    session: Session | None = None
    user: str | None = None

    def __init__(self, **evidence: Any) -> None:
        super().__init__(self.code)
        self.evidence = evidence


class NoCookie(Refusal):
    code = "NO_COOKIE"
    sentence = "Your browser sent no session cookie, so the server does not know who you are."


class NoToken(Refusal):
    code = "NO_TOKEN"
    sentence = "This request carries no token, so the server does not know who calls."


class Malformed(Refusal):
    code = "MALFORMED"
    sentence = "Your cookie does not have the three parts of a session cookie."
    issued = "no"


class BadSignature(Refusal):
    code = "BAD_SIGNATURE"
    sentence = "Your cookie's signature is not one that this server makes."
    issued = "no"


class Expired(Refusal):
    code = "EXPIRED"
    sentence = "Your cookie was signed too long ago, or the clock of this server was set back."
    issued = "yes"


class SessionRefusal(Refusal):
    """The cookie was issued by us, but its session no longer opens anything."""

    issued = "yes"
    alive = "no"

    def __init__(self, session: Session | None = None, **evidence: Any) -> None:
        super().__init__(**evidence)
        self.session = session


class UnknownSession(SessionRefusal):
    code = "UNKNOWN_SESSION"
    sentence = "Your cookie was signed by this server, but its session is gone."


class IdleTimeout(SessionRefusal):
    code = "IDLE_TIMEOUT"
    sentence = "Your session ended because nothing was heard from you for too long."


class AbsoluteTimeout(SessionRefusal):
    code = "ABSOLUTE_TIMEOUT"
    sentence = "Your session ended because it had lasted as long as a session may."


class UnknownUser(SessionRefusal):
    code = "UNKNOWN_USER"
    sentence = "Your session belongs to somebody who is no longer known here."
    alive = "yes"


class BadCredentials(Refusal):
    code = "BAD_CREDENTIALS"
    sentence = "The name and the password do not belong together."


class Throttled(Refusal):
    code = "THROTTLED"
    sentence = "There were too many failed attempts with this name."
    status = "429 Too Many Requests"

    def __init__(self, failures: int, wait: float) -> None:
        super().__init__(failures=failures, wait=wait)
        self.retry_after = math.ceil(wait)  # whole seconds (RFC 9110 section 10.2.3)


class CrossSite(Refusal):
    code = "CROSS_SITE"
    sentence = "This form was sent from another site, so nothing was changed."
    advice = "Open the page here and send its form again."


class ForeignHost(Refusal):
    code = "FOREIGN_HOST"
    sentence = "This request is addressed to a host that this server does not answer for."
    advice = "Open the address that the terminal shows, or start the server with --allow-host NAME."


class StoreDown(Refusal):
    code = "STORE_DOWN"
    sentence = "The session store does not answer, so the server cannot say who you are."
    issued = "yes"
    status = "503 Service Unavailable"
    advice = "Try again in a moment. If your browser has a cookie, it is kept."


class Crashed(Refusal):
    code = "CRASHED"
    sentence = "Something in this server went wrong, and it is not you."
    status = "500 Internal Server Error"
    advice = "Go back and try again. The terminal names the line where it went wrong."
