"""A token: who somebody is and until when, signed. For callers that have no jar.

    token = header "." claims "." signature      each in base64: signed, not hidden

The user stands in the token itself, so no store is asked, and nothing can be called back.
PyJWT computes; this file says what its answers mean (RFC 7519, RFC 8725).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
from jwt.types import Options

from sandbox.login.keys import KeyRing
from sandbox.login.refusals import BadSignature, Expired, Malformed, NoToken
from sandbox.trace.stage import Evidence, shortened, stage

ALGORITHM = "HS256"  # ours to say, never the token's: `alg: none` would need no key at all
# Our own clock looks at the time, below.
CHECKS: Options = {"require": ["sub", "exp"], "verify_exp": False, "verify_iat": False}
# Besides PyJWT's own errors: JSON that is nested too deeply.
UNREADABLE = (jwt.InvalidTokenError, RecursionError)


@dataclass(frozen=True)
class TokenSigner:
    """Sign tokens, and check what comes back. `lifetime` in seconds."""

    keys: KeyRing
    clock: Callable[[], float]
    lifetime: int = 15 * 60

    def sign(self, user: str) -> str:
        now = int(self.clock())
        claims = {"sub": user, "iat": now, "exp": now + self.lifetime}
        return jwt.encode(claims, self.keys.current()[-1], ALGORITHM)

    def claims(self, token: str) -> dict[str, Any]:
        """What a token says, if one of our keys has signed it; BadSignature or Malformed if not."""
        for key in reversed(self.keys.current()):
            try:
                return jwt.decode(token, key, [ALGORITHM], CHECKS)
            except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError):
                continue  # perhaps an older key has
            except UNREADABLE:
                raise Malformed(parts=token.count(".") + 1) from None
        raise BadSignature()


def read_without_key(token: str) -> dict[str, Any]:
    """The header and the claims of a token, nothing checked; empty when it is no token."""
    try:
        whole = jwt.decode_complete(token, options={"verify_signature": False})
    except UNREADABLE:
        return {}
    return {"header": whole["header"], "claims": whole["payload"]}


def _came(outcome: object, _authorization: str) -> Evidence:
    return {"token": shortened(outcome)} if isinstance(outcome, str) else {}


@stage(lane="server", evidence=_came)
def read_bearer(authorization: str) -> str:
    """Find the token in the Authorization header (RFC 6750 section 2.1)."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NoToken()
    return token.strip()


def _says(_outcome: object, signer: TokenSigner, token: str) -> Evidence:
    return read_without_key(token) | {"now": int(signer.clock())}


@stage(lane="signer", evidence=_says)
def check_token(signer: TokenSigner, token: str) -> str:
    """Vouch that this server signed this token, and that its time is not over; whose it is."""
    claims = signer.claims(token)
    if not isinstance(claims["exp"], int):  # we write whole seconds
        raise Malformed(parts=3)
    if signer.clock() >= claims["exp"]:
        raise Expired()
    return str(claims["sub"])


def _signed(_outcome: object, signer: TokenSigner, user: str) -> Evidence:
    return {"user": user, "lifetime": signer.lifetime}


@stage(lane="signer", evidence=_signed)
def sign_token(signer: TokenSigner, user: str) -> str:
    """Write the token: the user's name, the time, when it expires, and the signature over all."""
    return signer.sign(user)
