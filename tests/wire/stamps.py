"""The stamp on a cookie, computed by the standard library alone."""

from __future__ import annotations

import base64
import hmac

SALT = b"login-sandbox.session"  # no secret


def signature_of(key: bytes, signed: str) -> str:
    """As signing.py's first lines say."""
    derived = hmac.digest(key, SALT, "sha256")
    stamp = hmac.digest(derived, signed.encode(), "sha256")
    return base64.urlsafe_b64encode(stamp).rstrip(b"=").decode()


def is_signed_with(key: bytes, cookie: str) -> bool:
    """Of a cookie as `name=id.timestamp.signature`."""
    signed, _, signature = cookie.partition("=")[2].rpartition(".")
    return signature == signature_of(key, signed)
