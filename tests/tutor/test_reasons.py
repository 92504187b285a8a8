"""Why cookies stayed at home: what the DevTools protocol tells, and how a student reads it."""

from __future__ import annotations

from typing import Any

from sandbox.tutor.chromium import DevTools
from sandbox.tutor.reasons import Reasons

WORD = "http://localhost:8000/word"


def sent(number: str, **reasons: list[str]) -> dict[str, Any]:
    """As Network.requestWillBeSentExtraInfo has it."""
    told = [{"cookie": {"name": n}, "blockedReasons": why} for n, why in reasons.items()]
    return {"requestId": number, "associatedCookies": told}


def received(number: str, *lines: str) -> dict[str, Any]:
    """As Network.responseReceivedExtraInfo has it."""
    why = ["SameSiteNoneInsecure"]
    told = [{"cookieLine": line, "blockedReasons": why} for line in lines]
    return {"requestId": number, "blockedCookies": told}


def asked(number: str, method: str, url: str) -> dict[str, Any]:
    """As Network.requestWillBeSent has it."""
    return {"requestId": number, "request": {"method": method, "url": url}}


def test_a_cookie_that_was_sent_has_no_reason() -> None:
    told = DevTools()
    told.asked(asked("1", "POST", WORD))
    told.sent(sent("1", lax=["SameSiteLax"], none=[]))
    told.received(received("1"))
    assert told.reasons("POST", WORD) == Reasons(kept_back={"lax": "SameSiteLax"})


def test_a_reason_is_named_alike_whether_the_scheme_counts_or_not() -> None:
    told = DevTools()
    told.asked(asked("1", "POST", WORD))
    told.sent(sent("1", a=["SchemefulSameSiteStrict"], b=["SchemefulSameSiteLax", "SecureOnly"]))
    told.received(received("1"))
    reasons = told.reasons("POST", WORD)
    assert reasons is not None
    assert reasons.kept_back == {"a": "SameSiteStrict", "b": "SameSiteLax, SecureOnly"}


def test_a_set_cookie_that_was_refused_is_told_by_its_name() -> None:
    told = DevTools()
    told.asked(asked("1", "POST", WORD))
    told.sent(sent("1"))
    told.received(received("1", "lesson13=abc=; Path=/; SameSite=None"))
    assert told.reasons("POST", WORD) == Reasons(refused={"lesson13": "SameSiteNoneInsecure"})


def test_a_redirect_of_the_same_number_has_reasons_of_its_own() -> None:
    told = DevTools()
    told.asked(asked("1", "POST", WORD))
    told.sent(sent("1", a=["SameSiteLax"]))
    told.received(received("1"))
    told.asked(asked("1", "GET", WORD))
    told.sent(sent("1", a=["SameSiteStrict"]))
    told.received(received("1", "b=1"))
    first, second = told.reasons("POST", WORD), told.reasons("GET", WORD)
    assert first == Reasons(kept_back={"a": "SameSiteLax"})
    assert second == Reasons({"a": "SameSiteStrict"}, {"b": "SameSiteNoneInsecure"})


def test_nothing_is_said_before_all_is_told() -> None:
    told = DevTools()
    told.sent(sent("1", a=["SameSiteLax"]))
    assert told.reasons("POST", WORD) is None
    told.asked(asked("1", "POST", WORD))
    assert told.reasons("POST", WORD) is None
    told.received(received("1"))
    assert told.reasons("POST", WORD) is not None


def test_the_first_such_request_counts_and_what_was_before_is_forgotten() -> None:
    told = DevTools()
    for number, reason in [("1", "SecureOnly"), ("2", "SameSiteLax"), ("3", "NotOnPath")]:
        told.asked(asked(number, "GET", WORD))
        told.sent(sent(number, a=[reason]))
        told.received(received(number))
        if number == "1":
            told.forget()
    assert told.reasons("GET", WORD) == Reasons(kept_back={"a": "SameSiteLax"})


def test_a_known_reason_is_explained_and_an_unknown_one_stays_as_it_is() -> None:
    reasons = Reasons({"a": "SecureOnly", "b": "AnonymousContext"}, {"c": "SameSiteNoneInsecure"})
    assert list(reasons.lines()) == [
        "browser  kept back a: SecureOnly (a Secure cookie does not travel over plain http)",
        "browser  kept back b: AnonymousContext",
        "browser  refused c: SameSiteNoneInsecure (SameSite=None needs Secure beside it)",
    ]


def test_where_nothing_was_kept_back_nothing_is_said() -> None:
    assert list(Reasons().lines()) == []
