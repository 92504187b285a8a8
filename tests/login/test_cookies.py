"""The two headers, byte for byte, and what of them may be shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.login.cookies import (
    CookieSettings,
    clear_cookie,
    format_set_cookie,
    parse_cookie_header,
    read_cookie,
    set_cookie,
)
from sandbox.login.refusals import NoCookie
from sandbox.serving.traced import describe_cookies

TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
# RFC 6265 section 4.1.1: %x21 / %x23-2B / %x2D-3A / %x3C-5B / %x5D-7E
OCTETS = "".join(
    map(chr, [0x21, *range(0x23, 0x2C), *range(0x2D, 0x3B), *range(0x3C, 0x5C), *range(0x5D, 0x7F)])
)
OURS = "sandbox_session"
DAY = 24 * 60 * 60

SPELLINGS: dict[str, tuple[str, list[tuple[str, str]], int]] = {
    # what is sent: (header, pairs, ignored)
    "one": ("a=1", [("a", "1")], 0),
    "two": ("a=1; b=2", [("a", "1"), ("b", "2")], 0),
    "no space": ("a=1;b=2", [("a", "1"), ("b", "2")], 0),
    "spaces and tabs around": (" \ta = \t1\t ;\tb=2 ", [("a", "1"), ("b", "2")], 0),
    "nothing": ("", [], 0),
    "semicolons only": ("; ;;\t;", [], 0),
    "empty pieces between": (";;a=1;; ;b=2;", [("a", "1"), ("b", "2")], 0),
    "empty value": ("a=; b=2", [("a", ""), ("b", "2")], 0),
    "twice, in the order sent": ("a=2; a=1", [("a", "2"), ("a", "1")], 0),
    "equals signs in the value": ("a=b=c==; d==", [("a", "b=c=="), ("d", "=")], 0),
    "quotes belong to the value": ('a="1"; b="', [("a", '"1"'), ("b", '"')], 0),
    "a semicolon ends even a quoted value": ('a="1;b=2"', [("a", '"1'), ("b", '2"')], 0),
    "commas do not separate": ("a=1, b=2", [("a", "1, b=2")], 0),
    "space within the value": ("a=1 2; b=3", [("a", "1 2"), ("b", "3")], 0),
    "latin-1 in the value": ("a=\xe9\xff; b=2", [("a", "\xe9\xff"), ("b", "2")], 0),
    "control characters in the value": (
        "a=\x00\x1b[31m; b=2",
        [("a", "\x00\x1b[31m"), ("b", "2")],
        0,
    ),
    "other blanks are not trimmed": ("a=\xa01\x0b", [("a", "\xa01\x0b")], 0),
    "names differ by case": ("A=1; a=2", [("A", "1"), ("a", "2")], 0),
    "old-style attributes are cookies": ("$Version=1; a=1", [("$Version", "1"), ("a", "1")], 0),
    "no equals sign": ("junk; a=1", [("a", "1")], 1),
    "no name": ("=1; a=1; =", [("a", "1")], 2),
    "blank in the name": ("a b=1; a=1", [("a", "1")], 1),
    "quotes in the name": ('"a"=1; a=1', [("a", "1")], 1),
    "latin-1 in the name": ("\xe9=1; a=1", [("a", "1")], 1),
    "separators in the name": ("a@b=1; a:b=2; a/b=3; a[0]=4; a,b=5; a=1", [("a", "1")], 5),
    "control character in the name": ("a\x00=1; a\n=2; \ra=3; a\x7f=4; a=1", [("a", "1")], 4),
}


@pytest.mark.parametrize(("header", "pairs", "ignored"), SPELLINGS.values(), ids=SPELLINGS)
def test_a_header_is_taken_apart(header: str, pairs: list[tuple[str, str]], ignored: int) -> None:
    parsed = parse_cookie_header(header)
    assert (list(parsed.pairs), parsed.ignored) == (pairs, ignored)


def test_every_token_character_may_stand_in_a_name() -> None:
    assert parse_cookie_header(f"{TOKEN_CHARACTERS}=1").values(TOKEN_CHARACTERS) == ["1"]


def test_a_huge_header_is_taken_apart() -> None:
    parsed = parse_cookie_header("junk; " * 100_000 + "a=" + "x" * 1_000_000)
    assert parsed.ignored == 100_000
    assert parsed.values("a") == ["x" * 1_000_000]


@pytest.mark.parametrize(
    "header",
    [
        "sandbox_session=first",
        "theme=dark; sandbox_session=first; lang=en",
        "sandbox_session=first; sandbox_session=second",
        "junk; =x; sandbox_session=first",
        "SANDBOX_SESSION=other; sandbox_session=first",
        "sandbox_session ; sandbox_session=first",
        "xsandbox_session=other; sandbox_session=first; sandbox_sessionx=other",
        "other=sandbox_session=x; sandbox_session=first",
    ],
)
def test_our_cookie_is_found_and_of_two_the_first_counts(header: str) -> None:
    assert read_cookie(OURS, header) == "first"


@pytest.mark.parametrize(
    "header",
    ["", ";", "sandbox_session", "=sandbox_session", "theme=dark", "Sandbox_Session=x", "a=b=c"],
)
def test_without_our_cookie_there_is_no_cookie(header: str) -> None:
    with pytest.raises(NoCookie):
        read_cookie(OURS, header)


def test_an_empty_cookie_of_ours_is_a_cookie() -> None:
    assert read_cookie(OURS, "sandbox_session=; sandbox_session=second") == ""


def test_the_evidence_names_other_cookies_and_shows_no_value(record: Callable[[], Any]) -> None:
    with record() as seen:
        read_cookie(OURS, "theme=hunter2; sandbox_session=x; sandbox_session=y; hunter2; lang=de")
    assert seen.evidence("read_cookie") == {
        "cookie": OURS,
        "copies": 2,
        "others": ["lang", "theme"],
    }


@given(st.text())
def test_no_header_is_too_strange_to_be_taken_apart(header: str) -> None:
    parsed = parse_cookie_header(header)
    assert len(parsed.pairs) + parsed.ignored <= header.count(";") + 1


junk_pieces = st.text(st.characters(max_codepoint=255, exclude_characters=";")).filter(
    lambda piece: piece.partition("=")[0].strip(" \t") != "ours"
)


@given(
    before=st.lists(junk_pieces, max_size=4),
    value=st.text(OCTETS),
    after=st.lists(junk_pieces, max_size=4),
)
def test_a_well_formed_pair_is_found_among_any_junk(
    before: list[str], value: str, after: list[str]
) -> None:
    header = ";".join([*before, f" ours={value}", *after])
    assert parse_cookie_header(header).values("ours") == [value]


@given(name=st.text(TOKEN_CHARACTERS, min_size=1), value=st.text(OCTETS))
def test_what_the_writer_accepts_the_parser_gives_back(name: str, value: str) -> None:
    pair = format_set_cookie(name, value, 60).partition(";")[0]
    assert parse_cookie_header(pair).pairs == ((name, value),)


FORBIDDEN = [
    *map(chr, range(0x21)),
    '"',
    ",",
    ";",
    "\\",
    "\x7f",
    "\x80",
    "\xa0",
    "é",
    "\u2028",
    "💥",
]


@pytest.mark.parametrize("character", FORBIDDEN, ids=ascii)
@pytest.mark.parametrize("value", ["{}", "{}x", "x{}x", "x{}"])
def test_the_writer_refuses_what_a_value_cannot_carry(value: str, character: str) -> None:
    with pytest.raises(ValueError, match="cannot carry"):
        format_set_cookie("name", value.format(character), 60)


@pytest.mark.parametrize("character", [*FORBIDDEN, *"=()<>@:/[]?{}"], ids=ascii)
@pytest.mark.parametrize("name", ["{}", "{}x", "x{}x", "x{}"])
def test_the_writer_refuses_what_a_name_cannot_carry(name: str, character: str) -> None:
    with pytest.raises(ValueError, match="cannot carry"):
        format_set_cookie(name.replace("{}", character), "value", 60)


def test_the_writer_refuses_a_cookie_without_a_name() -> None:
    with pytest.raises(ValueError, match="cannot carry"):
        format_set_cookie("", "value", 60)


def test_a_cookie_of_4096_bytes_is_written_and_one_more_is_refused() -> None:
    """Chromium stores name + value of 4096 bytes, and drops 4097."""
    name = "name"
    assert format_set_cookie(name, "x" * 4092, 60).startswith("name=xxx")
    with pytest.raises(ValueError, match="4096 bytes"):
        format_set_cookie(name, "x" * 4093, 60)


def test_the_header_that_sets_the_cookie() -> None:
    header = set_cookie(CookieSettings(max_age=DAY), "id.time.stamp")
    assert header == (
        "sandbox_session=id.time.stamp; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax"
    )


def test_the_header_that_sets_the_cookie_over_https() -> None:
    header = set_cookie(CookieSettings(max_age=DAY, secure=True), "id.time.stamp")
    assert header == (
        "__Host-sandbox_session=id.time.stamp; Path=/; Max-Age=86400; "
        "HttpOnly; SameSite=Lax; Secure"
    )


def test_the_header_that_clears_the_cookie() -> None:
    assert clear_cookie(CookieSettings(max_age=DAY)) == (
        "sandbox_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
    )


def test_the_header_that_clears_the_cookie_over_https() -> None:
    assert clear_cookie(CookieSettings(max_age=DAY, secure=True)) == (
        "__Host-sandbox_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure"
    )


def test_a_lesson_may_name_its_cookie_otherwise() -> None:
    assert CookieSettings(DAY, base_name="lesson_04").name == "lesson_04"
    assert CookieSettings(DAY, secure=True, base_name="lesson_04").name == "__Host-lesson_04"


SETTINGS = CookieSettings(DAY)
VALUE = "q3Vbabcdefghijklmnopqrstuvwxyz0123456789-_8w.a0nSAA." + "s" * 42 + "1"


def test_our_cookie_is_described_in_full_when_it_may_be() -> None:
    assert describe_cookies(SETTINGS, f"{OURS}={VALUE}", in_full=True) == {
        "cookies": [{"name": OURS, "ours": True, "value": VALUE}],
        "notes": [],
        "tag": "8w",
    }


def test_our_cookie_is_shortened_when_it_may_not_be_shown() -> None:
    described = describe_cookies(SETTINGS, f"{OURS}={VALUE}; {OURS}={VALUE}x", in_full=False)
    assert [each["value"] for each in described["cookies"]] == ["q3Vb…s1", "q3Vb…1x"]


@pytest.mark.parametrize("value", ["", "x", "a.b.c", "12345678"])
def test_a_short_cookie_of_ours_is_not_shown_at_all_when_it_may_not_be(value: str) -> None:
    described = describe_cookies(SETTINGS, f"{OURS}={value}", in_full=False)
    assert described["cookies"] == [{"name": OURS, "ours": True, "value": "…"}]


@pytest.mark.parametrize("in_full", [True, False])
@pytest.mark.parametrize(
    "piece",
    [
        "theme=hunter2",
        "theme=a=hunter2",
        'theme="hunter2"',
        "Sandbox_Session=hunter2",
        "__Host-sandbox_session=hunter2",
        "sandbox_session2=hunter2",
        "hunter2",
        "=hunter2",
        "the theme=hunter2",
        "hunter2 x=1",
        "th\xe9me=hunter2",
        "hunter2\x00=1",
        "sandbox_session hunter2",
        '"sandbox_session"=hunter2',
    ],
)
def test_a_foreign_value_and_a_malformed_pair_are_never_shown(piece: str, in_full: bool) -> None:
    for header in (piece, f"{piece}; {OURS}={VALUE}", f"{OURS}={VALUE};{piece};{piece}"):
        assert "hunter2" not in json.dumps(describe_cookies(SETTINGS, header, in_full))


def test_other_cookies_are_described_by_name_in_the_order_sent() -> None:
    described = describe_cookies(SETTINGS, f"b=1; {OURS}={VALUE}; a=2; b=3", in_full=True)
    assert [each["name"] for each in described["cookies"]] == ["b", OURS, "a", "b"]
    assert [sorted(each) for each in described["cookies"] if not each["ours"]] == [
        ["name", "ours"]
    ] * 3


def test_what_was_ignored_and_which_one_counted_is_noted() -> None:
    described = describe_cookies(SETTINGS, f"junk; {OURS}=1; =x; {OURS}=2", in_full=True)
    assert described["notes"] == [
        "2 malformed pair(s) ignored",
        "2 cookies named sandbox_session: the first counts",
    ]


def test_without_a_cookie_of_ours_there_is_no_tag() -> None:
    assert describe_cookies(SETTINGS, "", in_full=True) == {"cookies": [], "notes": [], "tag": ""}
