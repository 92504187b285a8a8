"""The cookie, byte for byte: everything here is recomputed with the standard library alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.login.keys import MemoryKeys
from sandbox.login.refusals import BadSignature, Expired, Malformed, Refusal
from sandbox.login.signing import (
    SessionSigner,
    check_signature,
    fingerprint,
    sign_session_id,
    take_apart,
)

if TYPE_CHECKING:
    from tests.conftest import HandClock

KEY, OLDER, OLDEST = b"the newest key", b"an older key", b"the oldest key"
SALT = b"login-sandbox.session"
DAY = 24 * 60 * 60
ID = "q3VbMNOPQRSTUVWXYZabcdefghijklmnopqrstuv-_8"
NOON = 1_800_000_000  # 0x6B49D200
NOON_IN_BASE64 = "a0nSAA"
WRITTEN_DOWN = "U3VxFVht4TdcZ01m27KwrojB0K3CjtaIHluiCJ2i_Gg"


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def derived(key: bytes, salt: bytes = SALT) -> bytes:
    return hmac.new(key, salt, hashlib.sha256).digest()


def signature(key: bytes, signed: str, salt: bytes = SALT) -> str:
    return base64url(hmac.new(derived(key, salt), signed.encode(), hashlib.sha256).digest())


def cookie_by(key: bytes, session_id: str = ID, issued_at: int = NOON) -> str:
    """A cookie as any other program with our key would make it."""
    timestamp = base64url(issued_at.to_bytes(8, "big").lstrip(b"\x00"))
    signed = f"{session_id}.{timestamp}"
    return f"{signed}.{signature(key, signed)}"


def swapped(cookie: str) -> str:
    """The cookie with one character in the middle of its signature changed."""
    at = len(cookie) - 20
    return cookie[:at] + ("A" if cookie[at] != "A" else "B") + cookie[at + 1 :]


class BroughtKeys(MemoryKeys):
    """Somebody's own keys, as KeyFile marks them."""

    brought = True


@pytest.fixture
def signer(clock: HandClock) -> SessionSigner:
    clock.now = NOON
    return SessionSigner(MemoryKeys(KEY), clock, max_age=DAY)


def signer_with(clock: HandClock, *keys: bytes) -> SessionSigner:
    return SessionSigner(MemoryKeys(*keys), clock, max_age=DAY)


def test_a_cookie_is_the_id_the_time_and_43_characters_of_signature(signer: SessionSigner) -> None:
    session_id, timestamp, stamp = sign_session_id(signer, ID).split(".")
    assert (session_id, timestamp, len(stamp)) == (ID, NOON_IN_BASE64, 43)


def test_the_whole_cookie_is_what_the_standard_library_computes(signer: SessionSigner) -> None:
    assert sign_session_id(signer, ID) == cookie_by(KEY)


def test_a_cookie_that_was_written_down_once_is_still_accepted(signer: SessionSigner) -> None:
    """Whoever changes the format logs everybody out: this one was made by hmac and base64 alone."""
    written_down = f"{ID}.a0nSAA.{WRITTEN_DOWN}"
    assert sign_session_id(signer, ID) == written_down
    assert check_signature(signer, written_down) == ID


@pytest.mark.parametrize(
    ("moment", "raw"),
    [
        (NOON, b"\x6b\x49\xd2\x00"),
        (NOON + 0.999, b"\x6b\x49\xd2\x00"),
        (0x7FFFFFFF, b"\x7f\xff\xff\xff"),
        (0x100000000, b"\x01\x00\x00\x00\x00"),
        (255, b"\xff"),
    ],
)
def test_the_timestamp_is_unix_seconds_big_endian_without_leading_zeros(
    signer: SessionSigner, clock: HandClock, moment: float, raw: bytes
) -> None:
    clock.now = moment
    timestamp = sign_session_id(signer, ID).split(".")[1]
    assert base64.urlsafe_b64decode(timestamp + "=" * (-len(timestamp) % 4)) == raw


def test_a_genuine_cookie_gives_the_session_id(signer: SessionSigner) -> None:
    assert check_signature(signer, cookie_by(KEY)) == ID


def test_a_cookie_changed_by_one_byte_is_refused(signer: SessionSigner) -> None:
    cookie = cookie_by(KEY)
    for at, character in enumerate(cookie[:-1]):  # the last one has spare bits, see below
        changed = cookie[:at] + ("x" if character != "x" else "y") + cookie[at + 1 :]
        with pytest.raises((BadSignature, Malformed)):
            check_signature(signer, changed)


def test_the_last_character_has_two_spare_bits(signer: SessionSigner) -> None:
    """43 characters hold 258 bits, a signature has 256: four spellings decode to the same."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    cookie, accepted = cookie_by(KEY), []
    for last in alphabet:
        try:
            check_signature(signer, cookie[:-1] + last)
            accepted.append(last)
        except BadSignature:
            pass
    first = alphabet.index(cookie[-1]) // 4 * 4
    assert accepted == list(alphabet[first : first + 4])


def test_another_salt_is_another_signature(clock: HandClock, signer: SessionSigner) -> None:
    other = SessionSigner(MemoryKeys(KEY), clock, DAY, salt="another salt")
    signed = f"{ID}.{NOON_IN_BASE64}"
    assert sign_session_id(other, ID) == f"{signed}.{signature(KEY, signed, b'another salt')}"
    with pytest.raises(BadSignature):
        check_signature(signer, sign_session_id(other, ID))


def test_the_key_itself_without_the_derivation_does_not_sign(signer: SessionSigner) -> None:
    signed = f"{ID}.{NOON_IN_BASE64}"
    naive = base64url(hmac.new(KEY, signed.encode(), hashlib.sha256).digest())
    with pytest.raises(BadSignature):
        check_signature(signer, f"{signed}.{naive}")


@pytest.mark.parametrize(
    ("cookie", "parts"),
    [
        ("", 1),
        ("one", 1),
        ("one.two", 2),
        ("one.two.three.four", 4),
        (".", 2),
        ("...", 4),
        (f"{ID}{NOON_IN_BASE64}", 1),
        ("a.b." * 100_000, 200_001),
    ],
    ids=lambda each: str(each)[:20],
)
def test_what_has_not_three_parts_is_malformed(
    signer: SessionSigner, cookie: str, parts: int
) -> None:
    with pytest.raises(Malformed) as refused:
        check_signature(signer, cookie)
    assert refused.value.evidence == {"parts": parts}


def test_a_genuine_signature_over_an_id_with_a_dot_is_malformed(signer: SessionSigner) -> None:
    with pytest.raises(Malformed):
        check_signature(signer, cookie_by(KEY, session_id="two.parts"))


@pytest.mark.parametrize(
    "cookie",
    [
        "..",
        "a.b.c",
        f"{ID}.{NOON_IN_BASE64}.",
        f"{ID}..{'A' * 43}",
        f".{NOON_IN_BASE64}.{'A' * 43}",
        f"{ID}.\xe9.{'A' * 43}",
        f"{ID}.{NOON_IN_BASE64}.\xff\x00",
        f"{ID}.A.{'A' * 43}",
        f"{ID}.AAAAAAAAAAAA.{'A' * 43}",
        f"{ID}.________________.{'A' * 43}",
        f"{ID}.{'_' * 5000}.{'A' * 43}",
    ],
    ids=lambda each: ascii(each)[:70],
)
def test_three_strange_parts_are_a_bad_signature_watched_or_not(
    signer: SessionSigner, cookie: str, record: Callable[[], Any]
) -> None:
    with pytest.raises(BadSignature):
        check_signature(signer, cookie)
    with record() as seen, pytest.raises(BadSignature):
        check_signature(signer, cookie)
    assert seen.ended("check_signature")["outcome"] == "BAD_SIGNATURE"


@pytest.mark.parametrize(
    ("age", "code"),
    [
        (0, "OK"),
        (0.999, "OK"),
        (DAY, "OK"),
        (DAY + 0.999, "OK"),
        (DAY + 1, "EXPIRED"),
        (10 * DAY, "EXPIRED"),
        (-0.001, "EXPIRED"),
        (-1, "EXPIRED"),
        (-DAY, "EXPIRED"),
    ],
)
def test_a_cookie_is_good_until_its_age_and_never_before_its_time(
    signer: SessionSigner, clock: HandClock, age: float, code: str, record: Callable[[], Any]
) -> None:
    cookie = cookie_by(KEY)
    clock.now = NOON + age
    with record() as seen, suppress(Expired):
        check_signature(signer, cookie)
    assert seen.ended("check_signature")["outcome"] == code


def test_an_expired_cookie_that_was_changed_is_a_bad_signature(
    signer: SessionSigner, clock: HandClock
) -> None:
    clock.now = NOON + 2 * DAY
    with pytest.raises(BadSignature):
        check_signature(signer, swapped(cookie_by(KEY)))


def test_the_last_key_signs(clock: HandClock) -> None:
    clock.now = NOON
    assert sign_session_id(signer_with(clock, OLDER, KEY), ID) == cookie_by(KEY)
    assert sign_session_id(signer_with(clock, KEY, OLDER), ID) == cookie_by(OLDER)


@pytest.mark.parametrize("key", [OLDEST, OLDER, KEY])
def test_every_key_of_the_list_is_accepted(clock: HandClock, key: bytes) -> None:
    clock.now = NOON
    assert check_signature(signer_with(clock, OLDEST, OLDER, KEY), cookie_by(key)) == ID


def test_a_retired_key_is_a_bad_signature(clock: HandClock) -> None:
    clock.now = NOON
    with pytest.raises(BadSignature):
        check_signature(signer_with(clock, OLDER, KEY), cookie_by(OLDEST))


def test_a_rotation_is_noticed_at_the_next_cookie(signer: SessionSigner) -> None:
    before = sign_session_id(signer, ID)
    signer.keys.keys = (OLDER,)  # type: ignore[attr-defined]
    assert sign_session_id(signer, ID) == cookie_by(OLDER)
    with pytest.raises(BadSignature):
        check_signature(signer, before)


# What a listener is told.


def told(
    record: Callable[[], Any], signer: SessionSigner, cookie: str, code: str
) -> dict[str, Any]:
    """The evidence of one check that ended with this code."""
    with record() as seen, suppress(Refusal):
        check_signature(signer, cookie)
    assert seen.ended("check_signature")["outcome"] == code
    return seen.evidence("check_signature")


def test_the_arithmetic_of_a_genuine_cookie_is_that_of_the_standard_library(
    signer: SessionSigner, clock: HandClock, record: Callable[[], Any]
) -> None:
    clock.now = NOON + 12.7
    stamp = signature(KEY, f"{ID}.{NOON_IN_BASE64}")
    assert told(record, signer, cookie_by(KEY), "OK") == {
        "session_id": ID,
        "timestamp": NOON_IN_BASE64,
        "received": stamp,
        "age": 12,
        "max_age": DAY,
        "salt": "login-sandbox.session",
        "key": "1 of 1",
        "live_only": {
            "computed": stamp,
            "signing_key": "the newest key",
            "derived_key": derived(KEY).hex(),
        },
    }


@pytest.mark.parametrize("session_id", [ID, "another-id", "\xe9"])
def test_the_arithmetic_of_a_forged_cookie_shows_what_the_server_would_have_signed(
    signer: SessionSigner, session_id: str, record: Callable[[], Any]
) -> None:
    evidence = told(record, signer, f"{session_id}.{NOON_IN_BASE64}.forged", "BAD_SIGNATURE")
    computed = signature(KEY, f"{session_id}.{NOON_IN_BASE64}")
    assert (evidence["received"], evidence["live_only"]["computed"]) == ("forged", computed)
    assert evidence["live_only"]["derived_key"] == derived(KEY).hex()


def test_the_evidence_of_an_expired_cookie_says_how_old_it_is(
    signer: SessionSigner, clock: HandClock, record: Callable[[], Any]
) -> None:
    clock.now = NOON + DAY + 1
    evidence = told(record, signer, cookie_by(KEY), "EXPIRED")
    assert (evidence["age"], evidence["max_age"]) == (DAY + 1, DAY)
    assert evidence["received"] == evidence["live_only"]["computed"]


@pytest.mark.parametrize(
    ("key", "which"), [(OLDEST, "1 of 3"), (OLDER, "2 of 3"), (KEY, "3 of 3"), (b"alien", "3 of 3")]
)
def test_the_evidence_says_which_key_and_computes_with_it(
    clock: HandClock, key: bytes, which: str, record: Callable[[], Any]
) -> None:
    clock.now = NOON
    signer = signer_with(clock, OLDEST, OLDER, KEY)
    evidence = told(record, signer, cookie_by(key), "BAD_SIGNATURE" if key == b"alien" else "OK")
    used = KEY if key == b"alien" else key
    assert evidence["key"] == which
    assert evidence["live_only"]["computed"] == signature(used, f"{ID}.{NOON_IN_BASE64}")


def test_of_a_malformed_cookie_only_the_number_of_parts_is_told(
    signer: SessionSigner, record: Callable[[], Any]
) -> None:
    assert told(record, signer, "hunter2.hunter2", "MALFORMED") == {"parts": 2}


def test_a_time_that_cannot_be_read_has_no_age(
    signer: SessionSigner, record: Callable[[], Any]
) -> None:
    assert told(record, signer, f"{ID}.A.stamp", "BAD_SIGNATURE")["age"] is None


@pytest.mark.parametrize("key", [KEY, b"\xff\xfe not UTF-8"])
def test_watching_does_not_change_what_becomes_of_a_cookie(
    clock: HandClock, key: bytes, record: Callable[[], Any]
) -> None:
    clock.now = NOON
    signer = signer_with(clock, key)
    with record():
        assert check_signature(signer, cookie_by(key)) == ID
        with pytest.raises(BadSignature):
            check_signature(signer, swapped(cookie_by(key)))


cookie_texts = st.text("AZaz09-_=é+/ \t", max_size=12) | st.text("AZ09-_", min_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.tuples(cookie_texts, cookie_texts, cookie_texts))
def test_no_three_parts_are_too_strange_to_be_watched(
    signer: SessionSigner, record: Callable[[], Any], parts: tuple[str, str, str]
) -> None:
    with record(), pytest.raises(BadSignature):
        check_signature(signer, ".".join(parts))


SECRETS = {
    "the key": KEY.decode(),
    "the derived key in hex": derived(KEY).hex(),
    "the derived key in base64": base64url(derived(KEY)),
    "the computed signature": signature(KEY, f"{ID}.{NOON_IN_BASE64}"),
}


@pytest.mark.parametrize("brought", [True, False])
def test_of_a_refused_cookie_everything_secret_is_live_only(
    clock: HandClock, record: Callable[[], Any], brought: bool
) -> None:
    clock.now = NOON
    keys = BroughtKeys(KEY) if brought else MemoryKeys(KEY)
    signer = SessionSigner(keys, clock, DAY)
    evidence = told(record, signer, swapped(cookie_by(KEY)), "BAD_SIGNATURE")
    evidence.pop("live_only")
    shown = json.dumps(evidence)
    assert [name for name, secret in SECRETS.items() if secret in shown] == []


@pytest.mark.parametrize("code", ["OK", "BAD_SIGNATURE", "EXPIRED"])
def test_of_keys_brought_along_nothing_is_told_that_opens_anything(
    clock: HandClock, record: Callable[[], Any], code: str
) -> None:
    """A fingerprint and the computed signature, live, is all."""
    clock.now = NOON + (2 * DAY if code == "EXPIRED" else 5)
    cookie = swapped(cookie_by(KEY)) if code == "BAD_SIGNATURE" else cookie_by(KEY)
    signer = SessionSigner(BroughtKeys(OLDER, KEY), clock, DAY)
    evidence = told(record, signer, cookie, code)
    live_only = evidence.pop("live_only")
    received = cookie.split(".")[2]
    assert live_only == {
        "computed": SECRETS["the computed signature"],
        "fingerprint": hashlib.sha256(b"fingerprint" + KEY).hexdigest()[:8],
    }
    shown = json.dumps(evidence)
    assert [each for each in (*SECRETS.values(), ID, received, cookie) if each in shown] == []


@pytest.mark.parametrize("brought", [True, False])
def test_signing_tells_no_secret_and_no_full_id(
    clock: HandClock, record: Callable[[], Any], brought: bool
) -> None:
    clock.now = NOON
    keys = BroughtKeys(OLDER, KEY) if brought else MemoryKeys(OLDER, KEY)
    with record() as seen:
        sign_session_id(SessionSigner(keys, clock, DAY), ID)
    assert seen.evidence("sign_session_id") == {"session_id": "q3Vb…_8", "key": "2 of 2"}


def test_a_fingerprint_tells_keys_apart_and_gives_none_away() -> None:
    prints = [fingerprint(key) for key in (KEY, OLDER, OLDEST)]
    assert len(set(prints)) == 3
    assert all(len(each) == 8 for each in prints)


def test_a_cookie_is_taken_apart_with_nothing_checked() -> None:
    parts = take_apart("id.a0nSAA.stamp")
    assert (parts.session_id, parts.timestamp, parts.signature) == ("id", "a0nSAA", "stamp")
    assert (parts.signed, parts.issued_at) == ("id.a0nSAA", NOON)
