"""Lines such as `status == 303`: what they read, what they see, and that pairs never agree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.login.stores import Session
from sandbox.tutor.lesson.exchange import Exchange, Seen
from sandbox.tutor.lesson.expectations import (
    TURNED,
    NotAnExpectation,
    is_met,
    observed,
    parse_expectation,
)
from tests.lessons.turned import turned_round

PAIRS = [("==", "!="), ("contains", "lacks"), ("present", "absent")]
SEEN = st.none() | st.text()


def an_exchange(**given: object) -> Exchange:
    exchange = Exchange(1, "small", "GET", "/", "localhost", "", True)
    for name, value in given.items():
        setattr(exchange, name, value)
    return exchange


def seen(line: str, exchange: Exchange, jar: str | None = None) -> str | None:
    return observed(parse_expectation(line, 1), exchange, jar)


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
@given(seen=SEEN, value=st.text())
def test_of_a_pair_exactly_one_is_met(pair: tuple[str, str], seen: str | None, value: str) -> None:
    assert is_met(pair[0], seen, value) != is_met(pair[1], seen, value)


@given(text=st.text())
def test_what_was_seen_equals_and_contains_itself(text: str) -> None:
    assert is_met("==", text, text)
    assert is_met("contains", f"a{text}b", text)
    assert not is_met("==", f"{text}b", text)


def test_nothing_is_neither_equal_nor_does_it_contain() -> None:
    assert not is_met("==", None, "")
    assert not is_met("contains", None, "")
    assert not is_met("present", None, "")
    assert is_met("present", "", "")


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_each_operator_has_its_pair(one: str, other: str) -> None:
    assert (TURNED[one], TURNED[other]) == (other, one)
    assert len(TURNED) == 2 * len(PAIRS)


@pytest.mark.parametrize(
    ("line", "turned"),
    [
        ("status == 303", "status != 303"),
        ("header Location != /", "header Location == /"),
        ("body lacks tulip", "body contains tulip"),
        ("cookie HttpOnly present", "cookie HttpOnly absent"),
        ("jar absent", "jar present"),
    ],
)
def test_a_line_turned_round_reads_as_its_pair(line: str, turned: str) -> None:
    expectation = turned_round(parse_expectation(line, 4))
    assert expectation == parse_expectation(turned, 4)
    assert turned_round(expectation) == parse_expectation(line, 4)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("status == 303", ("status", "", "==", "303")),
        ("header Set-Cookie contains a == b", ("header", "Set-Cookie", "contains", "a == b")),
        ("body contains Hello you", ("body", "", "contains", "Hello you")),
        ("body contains you are absent", ("body", "", "contains", "you are absent")),
        ("body == present", ("body", "", "==", "present")),
        ("cookie absent", ("cookie", "", "absent", "")),
        ("stage read_cookie absent", ("stage", "read_cookie", "absent", "")),
        ("row word == tulip", ("row", "word", "==", "tulip")),
    ],
)
def test_a_line_is_read_into_its_parts(line: str, parts: tuple[str, ...]) -> None:
    read = parse_expectation(line, 9)
    assert (read.subject, read.name, read.operator, read.value) == parts
    assert (read.line, read.text) == (9, line)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "expected SUBJECT OPERATOR VALUE"),
        ("status", "expected SUBJECT OPERATOR VALUE"),
        ("status=303", "expected SUBJECT OPERATOR VALUE"),
        ("status == ", "expected SUBJECT OPERATOR VALUE"),
        ("== 303", "expected SUBJECT OPERATOR VALUE"),
        ("present", "expected SUBJECT OPERATOR VALUE"),
        ("status code == 303", "cannot have the name 'code'"),
        ("header == /", "cannot have the name ''"),
        ("lamp == yes", "cannot have the name ''"),
        ("lamp lit == yes", "cannot have the name 'lit'"),
        ("row age == 1", "cannot have the name 'age'"),
        ("stage read_cookies == OK", "there is no stage 'read_cookies'"),
        ("Status == 303", "unknown subject 'Status'"),
    ],
)
def test_what_cannot_be_read_says_what_was_expected(line: str, says: str) -> None:
    with pytest.raises(NotAnExpectation) as raised:
        parse_expectation(line, 1)
    assert says in str(raised.value)


@given(line=st.text())
def test_any_line_is_read_or_refused_with_a_sentence(line: str) -> None:
    try:
        parse_expectation(line, 1)
    except NotAnExpectation as error:
        assert str(error)  # noqa: PT017


# What there is to see


def test_a_header_is_found_whatever_its_case_and_all_of_it() -> None:
    exchange = an_exchange(headers=[("Vary", "Cookie"), ("vary", "Accept")])
    assert seen("header VARY == x", exchange) == "Cookie, Accept"
    assert seen("header Location present", exchange) is None


SET = "small=abc.def; Path=/; Max-Age=1800; HttpOnly; SameSite=Lax"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cookie value == x", "abc.def"),
        ("cookie Max-Age == x", "1800"),
        ("cookie max-age == x", "1800"),
        ("cookie HttpOnly present", ""),
        ("cookie Secure present", None),
        ("cookie present", SET),
    ],
)
def test_the_lessons_set_cookie_is_taken_apart(line: str, expected: str | None) -> None:
    foreign = ("Set-Cookie", "small_careless=1; Secure")
    exchange = an_exchange(headers=[foreign, ("Set-Cookie", SET), foreign])
    assert seen(line, exchange) == expected


def test_another_cookie_is_none_of_the_lesson() -> None:
    exchange = an_exchange(headers=[("Set-Cookie", "small_careless=1; Secure")])
    for line in ("cookie present", "cookie value present", "cookie Secure present"):
        assert seen(line, exchange) is None


def test_of_two_set_cookies_the_last_counts() -> None:
    exchange = an_exchange(headers=[("Set-Cookie", "small=1"), ("Set-Cookie", "small=2")])
    assert seen("cookie value == x", exchange) == "2"


def test_the_body_is_what_a_person_reads() -> None:
    head = "<head><title>Not me</title><style>nor me</style></head>"
    body = f"<!doctype html><html>{head}<body><h1>Tea &amp;\n  <b>cake</b></h1></body></html>"
    assert seen("body contains x", an_exchange(body=body)) == "Tea & cake"


def test_a_stage_ended_was_skipped_or_is_in_no_story() -> None:
    events = [
        {"type": "stage_started", "stage": "read_cookie"},
        {"type": "stage_ended", "stage": "read_cookie", "outcome": "NO_COOKIE"},
        {
            "type": "response",
            "verdict": "NO_COOKIE",
            "skipped": ["check_signature"],
            "lamps": {"issued": "not_asked", "alive": "no"},
        },
    ]
    exchange = an_exchange(events=events)
    assert seen("stage read_cookie == OK", exchange) == "NO_COOKIE"
    assert seen("stage check_signature == OK", exchange) == "SKIPPED"
    assert seen("stage look_up_session == OK", exchange) is None
    assert seen("verdict == OK", exchange) == "NO_COOKIE"
    assert seen("lamp issued == yes", exchange) == "not_asked"
    assert seen("lamp alive == yes", exchange) == "no"


@pytest.mark.parametrize(
    "line",
    ["status present", "rows absent", "verdict present", "body present", "lamp alive absent"],
)
def test_what_is_always_there_is_not_asked_for(line: str) -> None:
    with pytest.raises(NotAnExpectation, match="is always there"):
        parse_expectation(line, 1)


def test_a_card_says_what_the_trace_says_of_a_stage() -> None:
    ended = {"type": "stage_ended", "stage": "read_cookie", "outcome": "NO_COOKIE", "us": 1}
    told = {"lane": "server", "source": "x.py:1", "evidence": {"cookie": "small"}}
    exchange = an_exchange(events=[ended | told])
    assert seen("card read_cookie contains x", exchange) == "no small in the request: a stranger"
    assert seen("card check_signature contains x", exchange) is None


@pytest.mark.parametrize(
    "line", ["verdict == NOCOOKIE", "stage read_cookie != NO_SUCH_CODE", "lamp issued == maybe"]
)
def test_a_code_that_does_not_exist_is_seen(line: str) -> None:
    with pytest.raises(NotAnExpectation, match="cannot be"):
        parse_expectation(line, 1)


def test_a_row_is_its_fields_or_nothing() -> None:
    row = Session("id7", None, 1.0, 2.0, word="tulip")
    exchange = an_exchange(store=Seen(3, row))
    assert seen("row id == x", exchange) == "id7"
    assert seen("row user == x", exchange) == "nobody"
    assert seen("row word == x", exchange) == "tulip"
    assert seen("row present", exchange) == "id7"
    assert seen("row present", an_exchange()) is None
    assert seen("rows == x", exchange) == "3"


def test_the_jar_is_what_it_is_given() -> None:
    assert seen("jar == x", an_exchange(), "abc") == "abc"
    assert seen("jar absent", an_exchange(), None) is None
