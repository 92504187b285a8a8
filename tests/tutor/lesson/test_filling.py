"""`{{alice.cookie | …}}`: each change beside what the standard library computes."""

from __future__ import annotations

import base64
import hmac

import pytest

from sandbox.tutor.lesson.filling import NotAGap, check_gaps, fill
from tests.wire.stamps import signature_of

KEY = b"the server's key"
BOBS = b"bob's own key"
ISSUED = 1_800_000_000


def written(moment: int) -> str:
    octets = moment.to_bytes((moment.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def a_cookie(key: bytes, words: str = "alice", moment: int = ISSUED) -> str:
    signed = f"{words}.{written(moment)}"
    return f"{signed}.{signature_of(key, signed)}"


COOKIE, EARLIER = a_cookie(KEY), a_cookie(KEY, "earlier")
ID, TIME, STAMP = COOKIE.split(".")


def a_token(
    name: str = "alice", key: bytes = KEY, header: str = '{"alg":"HS256","typ":"JWT"}'
) -> str:
    claims = '{"sub":"' + name + '","iat":1800000000,"exp":1800000900}'
    signed = ".".join(
        base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in (header, claims)
    )
    mac = hmac.digest(key, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


TOKEN = a_token()


def given(name: str, what: str, back: int) -> str:
    assert name == "alice"
    return {"cookie": [COOKIE, EARLIER], "token": [TOKEN]}[what][back - 1]


def filled(gap: str) -> str:
    return fill("{{" + gap + "}}", given, {"port": 8000})


def test_a_cookie_is_filled_in_as_it_was_given() -> None:
    assert fill("a={{alice.cookie}}; b={{ alice.earlier cookie }}", given, {}) == (
        f"a={COOKIE}; b={EARLIER}"
    )


def test_the_port_is_filled_in() -> None:
    assert fill("http://127.0.0.1:{{port}}/", given, {"port": 8000}) == "http://127.0.0.1:8000/"


def test_text_without_a_gap_stays() -> None:
    assert fill("{alice} {{", given, {}) == "{alice} {{"


def test_the_first_part_is_another_word() -> None:
    assert filled("alice.cookie | first=bob") == f"bob.{TIME}.{STAMP}"


def test_the_first_part_of_a_plain_cookie_is_all_of_it() -> None:
    assert fill("{{alice.cookie | first=bob}}", lambda *_: "alice", {}) == "bob"


def test_later_is_an_hour_more_and_the_same_stamp() -> None:
    assert filled("alice.cookie | later") == f"{ID}.{written(ISSUED + 3600)}.{STAMP}"


def test_without_stamp_two_parts_are_left() -> None:
    assert filled("alice.cookie | without stamp") == f"{ID}.{TIME}"


def test_stamped_by_bob_is_stamped_with_his_key() -> None:
    assert filled("alice.cookie | stamped by bob") == a_cookie(BOBS)
    assert a_cookie(BOBS) != COOKIE


def test_bobs_stamp_covers_what_was_changed_before_it() -> None:
    changed = filled("alice.cookie | first=bob | later | stamped by bob")
    assert changed == a_cookie(BOBS, "bob", ISSUED + 3600)


def test_what_is_changed_after_bobs_stamp_is_not_covered() -> None:
    words, time, stamp = filled("alice.cookie | stamped by bob | first=bob").split(".")
    assert stamp == signature_of(BOBS, f"alice.{time}") != signature_of(BOBS, f"{words}.{time}")


def test_stamped_with_a_key_is_what_the_server_with_this_key_stamps() -> None:
    changed = filled("alice.cookie | first=bob | stamped with CHANGE_ME")
    assert changed == a_cookie(b"CHANGE_ME", "bob")


def test_one_character_of_the_stamp_is_changed() -> None:
    changed = filled("alice.cookie | one changed")
    places = [n for n, each in enumerate(COOKIE) if each != changed[n]]
    assert len(changed) == len(COOKIE)
    assert len(places) == 1
    assert len(f"{ID}.{TIME}.") <= places[0] < len(COOKIE) - 1


@pytest.mark.parametrize("change", ["later", "stamped by bob", "stamped with CHANGE_ME"])
def test_a_cookie_that_is_not_of_three_parts_cannot_be_changed_so(change: str) -> None:
    with pytest.raises(NotAGap, match="needs a cookie of three parts"):
        fill(f"{{{{alice.cookie | {change}}}}}", lambda *_: "plain", {})


@pytest.mark.parametrize(
    "gap",
    [
        "",
        "cookie",
        "alice",
        "alice.jar",
        "Alice.cookie",
        "alice.earliest cookie",
        "third port",
        "alice.cookie |",
        "alice.cookie | upside down",
        "alice.cookie | first=",
        "alice.cookie | first=two words",
        "alice.cookie | stamped with",
    ],
)
def test_a_gap_that_can_never_be_filled_is_refused(gap: str) -> None:
    with pytest.raises(NotAGap):
        check_gaps(f"a {{{{{gap}}}}} b")


@pytest.mark.parametrize(
    "gap", ["alice.cookie", "bob2.earlier cookie", "port", "other port", "a.cookie|later|first=b"]
)
def test_a_gap_that_may_be_filled_passes(gap: str) -> None:
    check_gaps(f"{{{{{gap}}}}}")


def test_another_port_that_is_not_open_says_how_to_open_it() -> None:
    with pytest.raises(NotAGap, match="another port"):
        filled("other port")


def test_a_token_is_filled_in_as_it_was_given() -> None:
    assert fill("Bearer {{alice.token}}", given, {}) == f"Bearer {TOKEN}"


def test_a_token_may_claim_another_user_under_the_old_signature() -> None:
    header, _, signature = TOKEN.split(".")
    claims = a_token("bob").split(".")[1]
    assert filled("alice.token | saying bob") == f"{header}.{claims}.{signature}"


def test_a_token_may_ask_for_no_signature() -> None:
    header, claims, _ = a_token(header='{"alg":"none","typ":"JWT"}').split(".")
    assert filled("alice.token | alg none") == f"{header}.{claims}."


def test_a_token_may_be_signed_with_a_guessed_key() -> None:
    changed = filled("alice.token | saying bob | signed with secret")
    assert changed == a_token("bob", b"secret")


@pytest.mark.parametrize("change", ["saying bob", "alg none"])
@pytest.mark.parametrize("value", ["abc", COOKIE, "a.b.c", "a.W10.c", "a.\xe9.c"])
def test_what_is_no_token_cannot_be_changed_like_one(change: str, value: str) -> None:
    """W10 is [] in base64url: JSON, but no claims."""
    with pytest.raises(NotAGap, match="needs a cookie of three parts, or a token"):
        fill("{{alice.token | " + change + "}}", lambda *_: value, {})


def test_nothing_has_no_character_to_be_changed() -> None:
    with pytest.raises(NotAGap, match="'one changed' needs a cookie"):
        fill("{{alice.token | one changed}}", lambda *_: "", {})
