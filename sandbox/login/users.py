"""Who may log in: names with hashed passwords."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from sandbox.login.refusals import BadCredentials, UnknownUser
from sandbox.login.stores import Session
from sandbox.trace.stage import Evidence, stage

DEMO_ACCOUNTS = {"alice": "wonderland", "bob": "builder"}  # no secret: they stand on the login page
# What a server keeps of a password. Made beforehand, because each takes as long as a login.
ARGON2ID = "$argon2id$v=19$m=19456,t=2,p=1$"
DEMO_HASHES = {
    "alice": ARGON2ID + "/PxSsDFGmIjZqAt7ZHHHGQ$vB5e7qH21CwvavkBegEChDtHRdxn0foQVtDAsDp2mLY",
    "bob": ARGON2ID + "TS0k8ySqjNdhvTzsYE6+ZA$7jLuIXNcphNK+UVJnLV/vWTaXTQVGRQjukWJXIB2x0E",
}
NOBODY = ARGON2ID + "TtglXtrIRm06DPmYTfXF3w$mVgVwwF7192AdU5G3CTGcLOjMAjdw4i3rqcE2aPcZl8"
AT_A_TIME = 2  # each hash takes 19 MiB: a crowd must wait, not fill the memory


def owasp_hasher() -> PasswordHasher:
    """argon2id as the OWASP Password Storage Cheat Sheet asks: 19 MiB, t=2, p=1."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@dataclass(frozen=True)
class Users:
    """The accounts, by name; each value is an argon2 hash. `nobody` is hashed for unknown names."""

    hashes: Mapping[str, str]
    nobody: str
    hasher: PasswordHasher
    _turns: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AT_A_TIME))

    def verify(self, name: str, password: str) -> bool:
        """Does the password belong to the name? An unknown name takes as long as a known one."""
        with self._turns:
            try:
                self.hasher.verify(self.hashes.get(name, self.nobody), password)
            except (VerificationError, InvalidHashError):
                return False
        return name in self.hashes


def make_users(passwords: Mapping[str, str], hasher: PasswordHasher | None = None) -> Users:
    """Accounts from plain passwords, hashed now."""
    hasher = hasher or owasp_hasher()
    hashes = {name: hasher.hash(password) for name, password in passwords.items()}
    return Users(hashes, nobody=hasher.hash("nobody's password"), hasher=hasher)


def demo_users() -> Users:
    """The demo accounts, as a server keeps them."""
    return Users(DEMO_HASHES, NOBODY, owasp_hasher())


def _named(_outcome: object, users: Users, name: str, _password: str) -> Evidence:
    """Names are shown of known users only: a password typed into the name's field is not."""
    return {"user": name if name in users.hashes else None}


@stage(lane="server", evidence=_named)
def check_password(users: Users, name: str, password: str) -> str:
    """Check the password against its hash; the refusal does not say which of the two was wrong."""
    if not users.verify(name, password):
        raise BadCredentials()
    return name


def _found(outcome: object, _users: object, session: Session) -> Evidence:
    return {"user": session.user}


@stage(lane="server", evidence=_found)
def find_user(users: Users, session: Session) -> str | None:
    """Name the user whose session it is; None for a session begun without a login."""
    if session.user is not None and session.user not in users.hashes:
        raise UnknownUser(session)
    return session.user
