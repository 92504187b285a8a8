"""Events in plain words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.login.cookies import CookieSettings, clear_cookie, set_cookie
from sandbox.login.flow import log_in, log_out, recognise
from sandbox.trace.words import (
    QUIET_WHEN_OK,
    WORDS,
    Line,
    cookie_lines,
    duration,
    explain_attribute,
    first_difference,
    microseconds,
    request_lines,
    response_lines,
    set_cookie_lines,
    stage_lines,
)

from .scenes import (
    COOKIE,
    ID,
    LIMITS,
    NAME,
    SIGNATURE,
    STAMP,
    attempts,
    ended,
    request,
    response,
    short,
)

ALONE = ("check_host", "refuse_cross_site", "guard")
HOSTS = {"host": "evil.example", "allowed": ["127.0.0.1", "localhost"]}
ORIGINS = {"Host": "localhost:8000", "Sec-Fetch-Site": None, "Origin": None}
OPENED = short(user="alice", replaced=None)
CLOSED = short(user="alice", everywhere=False, deleted=1)
PROFILE = {"path": "/profile", "user": "alice"}
SAID: list[tuple[str, str, dict[str, Any], str]] = [
    ("read_cookie", "NO_COOKIE", {"cookie": "sid"}, "no sid in the request: a stranger"),
    ("check_signature", "OK", SIGNATURE, "computed hF0k…1c = received, issued 12 s ago"),
    ("check_signature", "MALFORMED", {"parts": 5}, "three parts were expected, 5 came"),
    ("check_signature", "BAD_SIGNATURE", SIGNATURE, "none of our keys makes this stamp"),
    (
        "check_signature",
        "EXPIRED",
        SIGNATURE | {"age": 86460},
        "the stamp is ours, but 60 s older than 24 h",
    ),
    (
        "check_signature",
        "EXPIRED",
        SIGNATURE | {"age": -1},
        "the stamp is ours, but from the future",
    ),
    ("look_up_session", "OK", short(user="alice"), "found q3Vb…8w, alice's session"),
    ("look_up_session", "OK", short(user=None), "found q3Vb…8w, nobody's session"),
    ("look_up_session", "UNKNOWN_SESSION", short(), "no session q3Vb…8w in the store"),
    ("check_limits", "OK", LIMITS, "idle 12 s of 20 min, lasted 90 s of 8 h"),
    (
        "check_limits",
        "OK",
        LIMITS | {"touch": "written"},
        "idle 12 s of 20 min, lasted 90 s of 8 h, seen: written",
    ),
    (
        "check_limits",
        "OK",
        LIMITS | {"touch": "failed"},
        "idle 12 s of 20 min, lasted 90 s of 8 h, seen: failed",
    ),
    ("check_limits", "IDLE_TIMEOUT", LIMITS | {"idle": 1260}, "idle 21 min of 20 min"),
    ("check_limits", "ABSOLUTE_TIMEOUT", LIMITS | {"age": 32400}, "lasted 9 h of 8 h"),
    ("check_limits", "UNKNOWN_SESSION", LIMITS, "the session was deleted a moment ago"),
    ("find_user", "OK", {"user": "alice"}, "the visitor is alice"),
    ("find_user", "OK", {"user": None}, "a session of nobody"),
    ("find_user", "UNKNOWN_USER", {"user": "eve"}, "the session's user is no longer known"),
    ("throttle", "OK", attempts(0), "no failures for this name and address"),
    ("throttle", "OK", attempts(1), "1 failure for this name and address"),
    ("throttle", "THROTTLED", attempts(5, 0.2), "5 failures for this name and address: wait 1 s"),
    (
        "throttle",
        "THROTTLED",
        attempts(30, 900),
        "30 failures for this name and address: wait 15 min",
    ),
    ("check_password", "OK", {"user": "bob"}, "bob's password matches the stored hash"),
    ("check_password", "BAD_CREDENTIALS", {"user": "bob"}, "the password is wrong for bob"),
    (
        "check_password",
        "BAD_CREDENTIALS",
        {"user": None},
        "no match, and the name is not known",
    ),
    ("open_session", "OK", OPENED, "new session q3Vb…8w for alice"),
    (
        "open_session",
        "OK",
        OPENED | {"replaced": "aaaa…zz"},
        "new session q3Vb…8w for alice, in the place of aaaa…zz",
    ),
    ("sign_session_id", "OK", short(key="2 of 2"), "stamped q3Vb…8w with key 2 of 2"),
    (
        "set_cookie",
        "OK",
        {"cookie": "sid", "max_age": 86400},
        "hands out the ticket: sid, for 24 h",
    ),
    ("close_session", "OK", CLOSED, "deleted session q3Vb…8w"),
    (
        "close_session",
        "OK",
        CLOSED | {"deleted": 0},
        "deleted session q3Vb…8w (it was gone already)",
    ),
    (
        "close_session",
        "OK",
        CLOSED | {"everywhere": True, "deleted": 3},
        "deleted all of alice's sessions: 3",
    ),
    (
        "close_session",
        "OK",
        {"everywhere": False, "deleted": 0},
        "no session in this browser, nothing to delete",
    ),
    ("clear_cookie", "OK", {"cookie": "sid"}, "tells the browser to drop sid"),
    (
        "check_host",
        "FOREIGN_HOST",
        HOSTS,
        "Host: evil.example is not one of 127.0.0.1, localhost",
    ),
    (
        "refuse_cross_site",
        "CROSS_SITE",
        ORIGINS | {"Sec-Fetch-Site": "same-site"},
        "Sec-Fetch-Site: same-site, same-origin wanted",
    ),
    (
        "refuse_cross_site",
        "CROSS_SITE",
        ORIGINS | {"Origin": "null"},
        "Origin: null against Host: localhost:8000",
    ),
    (
        "refuse_cross_site",
        "OK",
        ORIGINS | {"Sec-Fetch-Site": "same-origin", "Origin": "http://a"},
        "Sec-Fetch-Site: same-origin",
    ),
    ("refuse_cross_site", "OK", ORIGINS, "neither Sec-Fetch-Site nor Origin: not a page's form"),
    ("guard", "OK", PROFILE, "alice may see /profile"),
    ("guard", "NO_COOKIE", PROFILE, "/profile is for users who are logged in"),
]


@pytest.mark.parametrize(("stage", "outcome", "evidence", "said"), SAID)
def test_a_stage_says_what_it_found(
    stage: str, outcome: str, evidence: dict[str, Any], said: str
) -> None:
    line = stage_lines(ended(stage, outcome, evidence))[0]
    assert (line.kind, line.code, line.text) == ("lane", outcome, said)


def test_a_stage_names_its_lane_its_place_and_how_long_it_took() -> None:
    line, place = stage_lines(ended("guard", evidence=PROFILE, us=19))
    assert (line.label, line.right) == ("guard", "19 µs")
    assert place == Line("place", "guard  login/file.py:41")


@pytest.mark.parametrize(
    "name",
    [*recognise.stages, *log_in.stages, *log_out.stages, *ALONE],  # type: ignore[attr-defined]
)
def test_each_stage_of_a_story_has_words(name: str) -> None:
    assert name in WORDS


@pytest.mark.parametrize("name", QUIET_WHEN_OK)
def test_what_is_not_worth_a_line_is_not_said_unless_it_fails(name: str) -> None:
    assert stage_lines(ended(name)) == []
    crash = {"error": "KeyError", "at": "a.py:1", "cookie": NAME} | HOSTS
    assert stage_lines(ended(name, "CRASHED", crash)) != []


def test_a_crash_says_what_was_raised_and_where_whatever_else_is_known() -> None:
    evidence = {"error": "KeyError", "at": "login/a.py:1"}
    said = {name: _words(name, "CRASHED", evidence) for name in WORDS}
    assert said == dict.fromkeys(WORDS, "KeyError at login/a.py:1")


def test_a_store_that_is_down_is_said_whatever_else_is_known() -> None:
    said = {name: _words(name, "STORE_DOWN", {"error": "OperationalError"}) for name in WORDS}
    assert said == dict.fromkeys(WORDS, "the store does not answer (OperationalError)")


def _words(name: str, outcome: str, evidence: dict[str, Any]) -> str:
    try:
        return stage_lines(ended(name, outcome, evidence))[0].text
    except KeyError as error:
        return f"asks for {error}"


@pytest.mark.parametrize("outcome", ["OK", "UNKNOWN_USER", "A_LATER_CODE"])
def test_a_stage_without_words_shows_its_code_and_its_place(outcome: str) -> None:
    line, place = stage_lines(ended("a_later_stage", outcome, {"wait": 8}))
    assert (line.label, line.code, line.text) == ("server", outcome, "")
    assert place.text == "a_later_stage  login/file.py:41"


def test_a_stage_of_a_lessons_own_brings_its_words_along() -> None:
    line, _ = stage_lines(ended("a_stage_of_a_lesson", "OK", {"says": "nothing was hashed"}))
    assert line.text == "nothing was hashed"


def test_fields_of_a_later_version_are_harmless() -> None:
    later = {"later": ["a", {"b": 1}]}
    assert request_lines(request(**later)) == request_lines(request())
    assert response_lines(response(**later), True) == response_lines(response(), True)
    event = ended("guard", evidence=PROFILE | later, **later)
    assert stage_lines(event) == stage_lines(ended("guard", evidence=PROFILE))


def test_a_request_of_another_server_names_both_and_no_browser() -> None:
    marks = {"server": "neighbour", "called_by": "called by app.py"}
    head, *more = request_lines(request(path="/stock") | marks)
    assert (head.text, head.right) == ("neighbour  GET /stock", "called by app.py")
    assert {line.label for line in more if line.label} == {"caller"}


@pytest.mark.parametrize("status", [299, 599, 999])
def test_a_status_without_a_phrase_is_harmless(status: int) -> None:
    lines = response_lines(response(status), False)
    assert any(line.text.startswith(f"→ {status}") for line in lines)


def figures(**evidence: Any) -> dict[str, str]:
    """The arithmetic below a bad signature, by label."""
    lines = stage_lines(ended("check_signature", "BAD_SIGNATURE", SIGNATURE | evidence))
    texts = [line.text for line in lines if line.kind == "figure"]
    return {text[:11].rstrip(): text[11:] for text in texts}


def test_a_bad_signature_becomes_arithmetic() -> None:
    shown = figures(received="X" + STAMP[1:])
    assert shown["salt"] == "login-sandbox.session"
    assert shown["key 1 of 1"] == "K" * 43
    assert shown["derived"] == "HMAC-SHA256(key, salt) ="
    assert shown["stamp"] == "HMAC-SHA256(derived, q3Vb…8w.Zu1x4g)"
    assert (shown["computed"], shown["received"]) == (STAMP, "X" + STAMP[1:])


def test_a_name_under_a_stamp_is_shown_in_full() -> None:
    assert figures(session_id="bob")["stamp"] == "HMAC-SHA256(derived, bob.Zu1x4g)"


BROUGHT = {
    "session_id": "q3Vb…8w",
    "received": "hF0k…1c",
    "key": "2 of 3",
    "live_only": {"computed": STAMP, "fingerprint": "0badcafe"},
}


def test_of_a_key_that_was_brought_only_the_fingerprint_is_shown() -> None:
    shown = figures(**BROUGHT)
    assert shown["key 2 of 3"] == "not shown, fingerprint 0badcafe"
    assert "derived" not in shown
    assert (shown["computed"], shown["received"]) == (STAMP, "hF0k…1c")


def test_an_id_that_was_shortened_already_is_not_shortened_again() -> None:
    assert figures(**BROUGHT)["stamp"] == "HMAC-SHA256(derived, q3Vb…8w.Zu1x4g)"


def test_from_a_file_the_arithmetic_is_shown_without_its_secrets() -> None:
    shown = figures(live_only={})
    assert set(shown) == {"salt", "stamp"}


@pytest.mark.parametrize(
    ("received", "at"),
    [
        ("X" + STAMP[1:], 1),
        (STAMP[:9] + "X" + STAMP[10:], 10),
        (STAMP[:23] + "X" + STAMP[24:], 24),
        (STAMP[:24] + "X" + STAMP[25:], 25),
        (STAMP[:42] + "X", 43),
        (STAMP[:20], 21),
        (STAMP[:40], 41),
        (STAMP + "XX", 44),
        ("", 1),
    ],
)
def test_the_caret_stands_under_the_first_difference(received: str, at: int) -> None:
    caret = first_difference(STAMP, received)
    assert caret.index("^") == at - 1
    assert f"character {at}" in caret


@settings(deadline=None)
@given(st.text("AB", max_size=43), st.text("AB", max_size=60))
def test_the_caret_stands_under_the_first_difference_wherever_it_is(ours: str, came: str) -> None:
    caret = first_difference(ours, came)
    at = caret.index("^")
    assert ours[:at] == came[:at]
    assert ours[at : at + 1] != came[at : at + 1] or ours == came
    assert len(caret) <= max(43, at + 1)


@pytest.mark.parametrize("secure", [False, True])
def test_each_attribute_we_send_is_explained(secure: bool) -> None:
    settings = CookieSettings(max_age=86400, secure=secure)
    for header in (set_cookie(settings, COOKIE), clear_cookie(settings)):
        attributes = header.split("; ")[1:]
        assert len(attributes) == 4 + secure
        assert [each for each in attributes if not explain_attribute(each)] == []


@pytest.mark.parametrize(
    ("attribute", "said"),
    [
        ("Max-Age=0", "drop it now"),
        ("Max-Age=86400", "the browser drops it after 24 h"),
        ("max-age=90", "the browser drops it after 90 s"),
        ("httponly", "scripts in the page cannot read it"),
        ("SameSite=Strict", "stays at home whenever another site's page leads here"),
        ("SameSite=None", "goes along whichever site the request comes from"),
        ("Secure", "travels over HTTPS only (and to localhost)"),
        ("Path=/admin", "goes with every request to this path and below"),
        ("Priority=High", ""),
    ],
)
def test_an_attribute_is_explained_in_a_few_words(attribute: str, said: str) -> None:
    assert explain_attribute(attribute) == said


@pytest.mark.parametrize("attribute", ["Max-Age", "Max-Age=", "Max-Age=soon", "=", ""])
def test_an_attribute_that_makes_no_sense_is_harmless(attribute: str) -> None:
    assert isinstance(explain_attribute(attribute), str)


def test_a_negative_age_drops_the_cookie_too() -> None:
    """RFC 6265 section 5.2.2: zero or less is the earliest time there is."""
    assert explain_attribute("Max-Age=-1") == "drop it now"


def test_a_cookie_has_its_parts_named_below_them() -> None:
    shown, names = cookie_lines("Cookie sid=", COOKIE, "browser")
    assert shown.text == "Cookie sid=q3Vb…8w . Zu1x4g . hF0k…1c"
    assert names.text == "           id        issued   stamp  "
    assert len(names.text) == len(shown.text)


@pytest.mark.parametrize("value", ["", "a", "a.b", "a.b.c.d", "[red]x[/red]"])
def test_a_cookie_of_another_shape_is_shown_as_it_is(value: str) -> None:
    assert cookie_lines("Cookie sid=", value, "browser") == [
        Line("lane", f"Cookie sid={value}", "browser")
    ]


@pytest.mark.parametrize("value", ["a" * 4000, "a." + "b" * 4000 + ".c"])
def test_a_cookie_that_is_very_long_is_cut_short(value: str) -> None:
    """A card should not be scrolled away by one line of it."""
    assert sum(len(line.text) for line in cookie_lines("Cookie sid=", value, "browser")) < 400


def test_a_set_cookie_header_is_explained_line_by_line() -> None:
    shown, names, *attributes = set_cookie_lines(f"sid={COOKIE}; Path=/; HttpOnly")
    assert shown.text == "Set-Cookie sid=q3Vb…8w . Zu1x4g . hF0k…1c"
    assert names.text.split() == ["id", "issued", "stamp"]
    assert [line.text for line in attributes] == [
        "Path=/          goes with every request to this path and below",
        "HttpOnly        scripts in the page cannot read it",
    ]


def test_an_id_is_never_shown_in_full() -> None:
    lines = request_lines(request()) + set_cookie_lines(f"sid={COOKIE}; Path=/")
    assert not [line for line in lines if ID in line.text or STAMP in line.text]


def test_others_cookies_are_named_once_and_notes_are_told() -> None:
    others = [{"name": name, "ours": False} for name in ("b", "a", "b")]
    lines = request_lines(request(value=None, cookies=others, notes=["two things"]))
    assert [line.text for line in lines[1:]] == [
        "sends no session cookie",
        "and by name only: a, b",
        "note: two things",
    ]


def test_of_two_cookies_with_our_name_both_are_shown() -> None:
    ours = [{"name": NAME, "ours": True, "value": value} for value in ("one", "two")]
    texts = [line.text for line in request_lines(request(cookies=ours))]
    assert texts[1:] == [f"Cookie {NAME}=one", f"Cookie {NAME}=two"]


@pytest.mark.parametrize(
    ("had_cookie", "said"),
    [(True, "no Set-Cookie: the browser keeps the cookie it has"), (False, "no Set-Cookie")],
)
def test_it_is_said_that_no_cookie_was_set(had_cookie: bool, said: str) -> None:
    assert response_lines(response(), had_cookie)[-1].text == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.9, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (1200, "20 min"),
        (7199, "119 min"),
        (7200, "2 h"),
        (86400, "24 h"),
        (172800, "2 days"),
    ],
)
def test_a_length_of_time_has_one_unit(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(("us", "said"), [(0, "0 µs"), (999, "999 µs"), (25123, "25.1 ms")])
def test_a_stage_is_timed_in_microseconds_or_milliseconds(us: int, said: str) -> None:
    assert microseconds(us) == said
