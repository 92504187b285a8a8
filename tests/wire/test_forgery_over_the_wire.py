"""Five hundred changed cookies over real HTTP: none opens anything unless it is the genuine one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import re
from collections import Counter

import pytest

from tests.wire.raw_http import Site, serving

MANY = 500
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SALTS = (b"login-sandbox.session", b"itsdangerous.Signer", b"cookie-session", b"")


def decoded(signature: str) -> bytes | None:
    """base64 as lenient decoders read it: foreign characters and padding count for nothing."""
    kept = re.sub(r"[^A-Za-z0-9_-]", "", signature)
    try:
        return base64.urlsafe_b64decode(kept + "=" * (-len(kept) % 4))
    except ValueError:
        return None


def is_genuine(sent: str, issued: str) -> bool:
    """The same id and timestamp to the letter, and a signature of the same 32 bytes."""
    value = sent.partition(";")[0].strip(" \t")
    parts, ours = value.split("."), issued.split(".")
    return len(parts) == 3 and parts[:2] == ours[:2] and decoded(parts[2]) == decoded(ours[2])


def forged_with(key: bytes, salt: bytes, signed: str, digest: str) -> str:
    """A stamp by somebody who knows how we sign, but not our key."""
    derived = hmac.digest(key, salt, digest)
    stamp = base64.urlsafe_b64encode(hmac.digest(derived, signed.encode(), digest))
    return f"{signed}.{stamp.rstrip(b'=').decode()}"


def changed_cookies(issued: str, others: list[str], seed: int) -> list[str]:
    """Every change somebody might try, then random ones, until there are enough different ones."""
    chance = random.Random(seed)
    session_id, stamp, signature = issued.split(".")
    signed = f"{session_id}.{stamp}"
    found = [issued[:at] + flip(issued[at]) + issued[at + 1 :] for at in range(len(issued))]
    found += [issued[:-1] + each for each in ALPHABET]  # the last one has spare bits
    found += [issued[:-2] + each + issued[-1] for each in ALPHABET]
    found += [issued + each for each in ("=", "==", "A", ".", ".A", " ", "~", "%3D", "\xff", "!")]
    found += [issued[:at] for at in range(0, len(issued), 7)]
    found += [
        f"{signed}.{signature[:at]}{mark}{signature[at:]}" for at in (1, 20) for mark in "=!*~@"
    ]
    found += [f"{signed}.", f"{signed}..{signature}", f".{stamp}.{signature}", f"{session_id}..A"]
    found += [f"{stamp}.{session_id}.{signature}", f"{signature}.{stamp}.{session_id}"]
    found += [issued.swapcase(), issued.upper(), issued.lower(), issued[::-1], f'"{issued}"']
    found += [issued.replace(".", each) for each in ("%2E", ":", ",", "\xb7", "..")]
    for other in others:
        theirs = other.split(".")
        for take in range(1, 7):  # each mixture of the parts of two genuine cookies
            mixed = [theirs[i] if take >> i & 1 else issued.split(".")[i] for i in range(3)]
            found.append(".".join(mixed))
    for digest in ("sha256", "sha1", "sha512"):
        for salt in SALTS:
            for key in (b"", b"secret", b"secret-key", session_id.encode(), b"\x00" * 32):
                found.append(forged_with(key, salt, signed, digest))
    plain = hashlib.sha256(signed.encode()).digest()
    found.append(f"{signed}.{base64.urlsafe_b64encode(plain).decode().rstrip('=')}")
    different = list(dict.fromkeys(found))
    while len(different) <= MANY:  # one more, as the genuine cookie may be among them
        at, upto = sorted(chance.sample(range(len(issued) + 1), 2))
        inserted = "".join(chance.choices(ALPHABET + ".=%", k=chance.randrange(4)))
        different = list(dict.fromkeys([*different, issued[:at] + inserted + issued[upto:]]))
    return [each for each in different if each != issued]


def flip(character: str) -> str:
    return "B" if character == "A" else "A"


@pytest.mark.parametrize("seed", [2024])
def test_no_changed_cookie_is_accepted_unless_it_decodes_to_the_genuine_one(seed: int) -> None:
    with serving() as site:
        name, _, issued = site.log_in("alice").partition("=")
        others = [site.log_in(each).partition("=")[2] for each in ("alice", "bob")]
        assert site.get("/api/me", f"{name}={issued}").status == 200
        cookies = changed_cookies(issued, others, seed)
        assert len(cookies) >= MANY
        outcomes = Counter(outcome_of(site, name, each, issued) for each in cookies)
    # Not vacuous: spare bits and padding decode to the genuine signature, and are accepted.
    assert outcomes["accepted"] >= 4
    assert outcomes["MALFORMED"] >= 10
    assert outcomes["BAD_SIGNATURE"] >= 400
    assert set(outcomes) <= {"accepted", "MALFORMED", "BAD_SIGNATURE"}


def outcome_of(site: Site, name: str, cookie: str, issued: str) -> str:
    answer, told = site.told(lambda: site.get("/api/me", f"{name}={cookie}"))
    assert answer.status <= 499
    accepted = answer.status == 200
    assert is_genuine(cookie, issued) or not accepted, cookie
    assert accepted == (told["verdict"] == "OK")
    assert told["set_cookie"] == []
    return "accepted" if accepted else told["verdict"]
