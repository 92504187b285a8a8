"""Tokens changed by hand, as an attacker changes them: the standard library alone (RFC 7515)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from sandbox.login.refusals import Malformed


def saying(name: str, token: str) -> str:
    """The same token, claiming another user; the signature stays as it was."""
    header, claims, signature = _parts(token)
    return f"{header}.{_written(_read(claims) | {'sub': name})}.{signature}"


def alg_none(token: str) -> str:
    """The same claims with a header that asks for no signature, and none."""
    _, claims, _ = _parts(token)
    _read(claims)
    return f"{_written({'alg': 'none', 'typ': 'JWT'})}.{claims}."


def signed_with(key: str, token: str) -> str:
    """The same words, signed with this key."""
    signed, _, _ = token.rpartition(".")
    return f"{signed}.{_encoded(hmac.digest(key.encode(), signed.encode(), hashlib.sha256))}"


def _parts(token: str) -> tuple[str, str, str]:
    parts = token.split(".")
    if len(parts) != 3:
        raise Malformed(parts=len(parts))
    return parts[0], parts[1], parts[2]


def _read(part: str) -> dict[str, Any]:
    """The claims; Malformed when they are none, as in a stamped cookie."""
    try:
        read = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        raise Malformed(parts=3) from None
    if not isinstance(read, dict):
        raise Malformed(parts=3)
    return read


def _written(data: dict[str, Any]) -> str:
    return _encoded(json.dumps(data, separators=(",", ":")).encode())


def _encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
