"""Tokens: what one says, who can read it, and what makes it count. The standard library signs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sandbox.login.flow import recognise_bearer
from sandbox.login.keys import MemoryKeys
from sandbox.login.refusals import (
    BadSignature,
    Expired,
    Malformed,
    NoToken,
    Refusal,
)
from sandbox.login.tokens import TokenSigner, read_bearer, read_without_key

KEY, OLDER = b"the key that signs, of 32 bytes or more", b"an older key, also of 32 bytes or more"
HS256 = {"alg": "HS256", "typ": "JWT"}
NOW = 1_000_000_000


def part(data: object) -> str:
    return encoded(json.dumps(data, separators=(",", ":")).encode())


def encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def by_hand(claims: object, key: bytes = KEY, header: object = HS256) -> str:
    """A token as RFC 7515 section 3.1 makes it, by `hmac` alone."""
    signed = f"{part(header)}.{part(claims)}"
    return f"{signed}.{encoded(hmac.digest(key, signed.encode(), hashlib.sha256))}"


ALICE: dict[str, Any] = {"sub": "alice", "iat": NOW, "exp": NOW + 900}


def signer(*keys: bytes, now: float = NOW) -> TokenSigner:
    return TokenSigner(MemoryKeys(*(keys or (KEY,))), lambda: now)


def asked(token: str, *keys: bytes, now: float = NOW) -> str:
    return recognise_bearer(signer(*keys, now=now), f"Bearer {token}")


def test_a_token_is_what_the_rfc_says() -> None:
    assert signer().sign("alice") == by_hand(ALICE)


def test_a_token_made_by_hand_with_our_key_counts() -> None:
    assert asked(by_hand(ALICE)) == "alice"


def test_anybody_reads_it_without_a_key() -> None:
    assert read_without_key(by_hand(ALICE, b"a key nobody has told us, of 32 bytes")) == {
        "header": HS256,
        "claims": ALICE,
    }


def test_what_is_no_token_has_nothing_to_read() -> None:
    assert read_without_key("no.token.atall") == {}


@pytest.mark.parametrize(
    "token",
    [
        by_hand(ALICE, b"another key, also of 32 bytes or more"),
        by_hand(ALICE, header={"alg": "none"}),
        f"{part({'alg': 'none'})}.{part(ALICE)}.",
        by_hand(ALICE, header={"alg": "HS512"}),
        ".".join([part(HS256), part(ALICE | {"sub": "bob"}), by_hand(ALICE).rpartition(".")[2]]),
    ],
    ids=["another key", "alg: none", "alg: none, unsigned", "another algorithm", "another name"],
)
def test_what_our_key_has_not_signed_is_refused(token: str) -> None:
    with pytest.raises(BadSignature):
        asked(token)


@pytest.mark.parametrize(
    "token",
    [
        "abc",
        "a.b",
        "a.b.c.d",
        by_hand({"sub": "alice"}),
        by_hand({"exp": NOW + 900}),
        by_hand({"sub": "alice", "exp": str(NOW + 900)}),
        by_hand({"sub": "alice", "exp": float("nan")}),
        by_hand({"sub": "alice", "exp": float("inf")}),
        by_hand(["alice"]),
        f"{encoded(b'[' * 100_000)}.{part(ALICE)}.abc",
    ],
    ids=[
        "a word",
        "two parts",
        "four parts",
        "no exp",
        "no sub",
        "exp is a text",
        "exp is no number",
        "exp never comes",
        "no claims",
        "nested too deeply",
    ],
)
def test_what_is_no_token_of_ours_is_malformed(token: str) -> None:
    with pytest.raises(Malformed):
        asked(token)


@given(some.text())
def test_whatever_comes_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(Refusal):
        asked(text)


@pytest.mark.parametrize(("later", "counts"), [(899, True), (900, False), (901, False)])
def test_a_token_counts_until_it_expires(later: int, counts: bool) -> None:
    if counts:
        assert asked(by_hand(ALICE), now=NOW + later) == "alice"
        return
    with pytest.raises(Expired):  # RFC 7519 section 4.1.4: not on or after that time
        asked(by_hand(ALICE), now=NOW + later)


def test_the_last_key_signs_and_all_are_accepted() -> None:
    assert signer(OLDER, KEY).sign("alice") == by_hand(ALICE)
    assert asked(by_hand(ALICE, OLDER), OLDER, KEY) == "alice"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer  ", "Basic YWxpY2U6eA==", "abc"])
def test_without_a_token_nobody_is_recognised(header: str) -> None:
    with pytest.raises(NoToken):
        recognise_bearer(signer(), header)


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "BEARER  abc "])
def test_the_scheme_is_written_as_anybody_likes(header: str) -> None:
    assert read_bearer(header) == "abc"
