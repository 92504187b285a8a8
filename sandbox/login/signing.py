"""The stamp on the ticket: a signature over the session id and the time.

    cookie      = id "." timestamp "." signature
    signature   = HMAC-SHA256(derived key, id "." timestamp)
    derived key = HMAC-SHA256(signing key, salt)

itsdangerous computes; this file says what its answers mean.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from itsdangerous import BadData, SignatureExpired, TimestampSigner
from itsdangerous import BadSignature as NotSignedByUs
from itsdangerous.encoding import base64_decode, bytes_to_int

from sandbox.login.keys import KeyRing, Keys
from sandbox.login.refusals import BadSignature, Expired, Malformed
from sandbox.trace.stage import Evidence, shortened, stage

SALT = "login-sandbox.session"


@dataclass(frozen=True)
class CookieParts:
    """A cookie taken apart, nothing checked. `issued_at` in Unix seconds, None if unreadable."""

    session_id: str
    timestamp: str
    signature: str

    @property
    def signed(self) -> str:
        """What the signature covers."""
        return f"{self.session_id}.{self.timestamp}"

    @property
    def issued_at(self) -> int | None:
        try:
            octets = base64_decode(self.timestamp)
        except BadData:
            return None
        return bytes_to_int(octets) if len(octets) <= 8 else None


def take_apart(cookie: str) -> CookieParts:
    """Split a cookie into its three parts, or refuse it as MALFORMED."""
    parts = cookie.split(".")
    if len(parts) != 3:
        raise Malformed(parts=len(parts))
    return CookieParts(*parts)


def _without_a_joined_header(value: str) -> str:
    """Our cookie has no comma: what follows one is another Cookie header, with foreign cookies."""
    ours, comma, _ = value.partition(",")
    return f"{ours}{comma}…" if comma else ours


class ClockedSigner(TimestampSigner):
    """itsdangerous' signer, asking our clock for the time and deriving each key only once."""

    def __init__(self, keys: Keys, salt: str, clock: Callable[[], float]) -> None:
        sha256 = hashlib.sha256
        super().__init__(list(keys), salt=salt, key_derivation="hmac", digest_method=sha256)
        self._clock = clock
        self._derived: dict[str | bytes | None, bytes] = {}

    def get_timestamp(self) -> int:
        return int(self._clock())

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        if secret_key not in self._derived:
            self._derived[secret_key] = super().derive_key(secret_key)
        return self._derived[secret_key]


@dataclass
class SessionSigner:
    """Sign session ids, and check what comes back. `max_age` in seconds."""

    keys: KeyRing
    clock: Callable[[], float]
    max_age: int
    salt: str = SALT
    _made: dict[Keys, ClockedSigner] = field(default_factory=dict)

    def sign(self, session_id: str) -> str:
        return self.with_keys(self.keys.current()).sign(session_id).decode()

    def unsign(self, cookie: str) -> str:
        """The session id of a cookie that was signed with one of our keys and is not too old."""
        signer = self.with_keys(self.keys.current())
        return signer.unsign(cookie, max_age=self.max_age).decode()

    def is_made_with(self, key: bytes, parts: CookieParts) -> bool:
        return self.with_keys((key,)).verify_signature(parts.signed, parts.signature)

    def compute_with(self, key: bytes, parts: CookieParts) -> str:
        return self.with_keys((key,)).get_signature(parts.signed).decode()

    def with_keys(self, keys: Keys) -> ClockedSigner:
        if keys not in self._made:
            self._made[keys] = ClockedSigner(keys, self.salt, self.clock)
        return self._made[keys]


def _arithmetic(outcome: object, signer: SessionSigner, cookie: str) -> Evidence:
    """How the signature is computed, beside the one that came."""
    if isinstance(outcome, Malformed):
        return {}
    parts, keys = take_apart(cookie), signer.keys.current()
    key = next((key for key in keys[:-1] if signer.is_made_with(key, parts)), keys[-1])
    part, issued_at = shortened if signer.keys.brought else str, parts.issued_at
    return {
        "session_id": part(parts.session_id),
        "timestamp": parts.timestamp,
        "received": part(_without_a_joined_header(parts.signature)),
        "age": None if issued_at is None else int(signer.clock()) - issued_at,
        "max_age": signer.max_age,
        "salt": signer.salt,
        "key": f"{keys.index(key) + 1} of {len(keys)}",
        "live_only": _secret_part(signer, key, parts),
    }


def _secret_part(signer: SessionSigner, key: bytes, parts: CookieParts) -> Evidence:
    """For the screen on this machine, never for a file; keys brought along not even there."""
    computed = {"computed": signer.compute_with(key, parts)}
    if signer.keys.brought:
        return computed | {"fingerprint": fingerprint(key)}
    shown, derived = key.decode(errors="backslashreplace"), signer.with_keys((key,)).derive_key()
    return computed | {"signing_key": shown, "derived_key": derived.hex()}


def fingerprint(key: bytes) -> str:
    """A name for a key that gives nothing of it away."""
    return hashlib.sha256(b"fingerprint" + key).hexdigest()[:8]


@stage(lane="signer", evidence=_arithmetic)
def check_signature(signer: SessionSigner, cookie: str) -> str:
    """Vouch that this server signed this cookie, and not too long ago; returns the session id."""
    take_apart(cookie)
    try:
        return signer.unsign(cookie)
    except SignatureExpired as expired:
        raise Expired(reason=str(expired)) from None
    except NotSignedByUs:
        raise BadSignature() from None


def _stamped(cookie: object, signer: SessionSigner, session_id: str) -> Evidence:
    keys = signer.keys.current()
    return {"session_id": shortened(session_id), "key": f"{len(keys)} of {len(keys)}"}


@stage(lane="signer", evidence=_stamped)
def sign_session_id(signer: SessionSigner, session_id: str) -> str:
    """Write the cookie: the session id, the time, and the signature over both."""
    return signer.sign(session_id)
