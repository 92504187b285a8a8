"""Each fence as it is read; what is wrong in it by its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.tutor.lesson.fences import (
    Broken,
    Lines,
    read_clock,
    read_expect,
    read_http,
    read_predict,
    read_scenes,
)


def lines(text: str, first: int = 10) -> Lines:
    return list(enumerate(text.split("\n"), first))


def test_a_whole_request() -> None:
    text = "POST /word?a=1\nAccept: text/html\nCookie: a=1; b=2\n\nname=alice&word=tulip"
    request = read_http("as=bob at=/login", lines(text), 9)
    assert (request.line, request.visitor, request.at) == (9, "bob", "/login")
    assert (request.method, request.target) == ("POST", "/word?a=1")
    assert request.headers == (("Accept", "text/html"),)
    assert request.cookie == "a=1; b=2"
    assert request.form == "name=alice&word=tulip"


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/news?to=http://[//x",
        "http://127.0.0.1:{{other port}}/",
        "http://localhost",
        "http://[::1]:{{port}}/",
    ],
)
def test_a_path_or_a_whole_address_is_a_target(target: str) -> None:
    assert read_http("", lines(f"GET {target}"), 9).target == target


def test_an_empty_cookie_header_is_not_the_same_as_none() -> None:
    assert read_http("", lines("GET /\nCookie:"), 9).cookie == ""
    assert read_http("", lines("GET /"), 9).cookie is None
    assert read_http("", lines("GET /\ncookie: a=1"), 9).cookie == "a=1"


@pytest.mark.parametrize(
    ("options", "text", "line"),
    [
        ("as=", "GET /", 9),
        ("as=Alice", "GET /", 9),
        ("at=login", "GET /", 9),
        ("for=bob", "GET /", 9),
        ("", "", 10),
        ("", "get /", 10),
        ("", "GET", 10),
        ("", "PATCH /", 10),
        ("", "GET /\nno header", 11),
        ("", "GET /\nA: b\nno header", 12),
        ("", "GET /\n\nword={{bob}}", 12),
        ("", "GET /\0", 10),
        ("", "GET http://example.com/", 10),
        ("", "GET http://example.com:{{port}}/", 10),
        ("", "GET http://localhost@example.com/", 10),
        ("", "GET http://localhost.example.com/", 10),
        ("", "POST /\nContent-Length: 5\n\na=1", 11),
        ("", "POST /\ntransfer-encoding: chunked\n\na=1", 11),
        ("", "POST /\nA: b\nExpect: 100-continue\n\na=1", 12),
        ("", "GET http://localhost:abc/", 10),
        ("", "GET http://localhost:123456/", 10),
        ("", "GET http://[/", 10),
        ("", "GET //[/", 10),
        ("", "GET http://\u00e4..b/", 10),
        ("", "GET http:///news", 10),
        ("", "GET ftp://localhost/", 10),
        ("", "GET /\nAccept: \u00e9", 11),
        ("", "GET /\nCookie: a\x01b", 11),
    ],
)
def test_a_broken_request_is_named_by_its_line(options: str, text: str, line: int) -> None:
    with pytest.raises(Broken) as raised:
        read_http(options, lines(text), 9)
    assert raised.value.line == line


def test_blank_lines_between_expectations_are_nothing() -> None:
    read = read_expect(lines("status == 200\n\n  rows == 0"))
    assert [(each.line, each.text) for each in read] == [(10, "status == 200"), (12, "rows == 0")]


@pytest.mark.parametrize(
    ("text", "seconds"), [("+31 min", 31 * 60), ("+61 s", 61), ("+2 h", 7200), ("+0 s", 0)]
)
def test_the_clock_moves_forward(text: str, seconds: int) -> None:
    assert read_clock(text, 9).seconds == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31 min",
        "-31 min",
        "+31",
        "+31 days",
        "+1.5 h",
        "+31min",
        "+1 h\n+2 h",
        "+1000000 h",
        f"+{'9' * 5000} s",
    ],
)
def test_any_other_move_is_refused(text: str) -> None:
    with pytest.raises(Broken, match=r"\+31 min") as raised:
        read_clock(text, 9)
    assert raised.value.line == 9


SCENES = [
    "use careless",
    "use app",
    "use careless_key",
    "new key",
    "delete row of alice",
    "ids count from 1",
    "ids random",
    "another port",
    "start over",
]


@pytest.mark.parametrize("command", SCENES)
def test_each_scene_is_known(command: str) -> None:
    assert [scene.command for scene in read_scenes(lines(command))] == [command]


@pytest.mark.parametrize("command", SCENES)
def test_a_scene_misspelt_is_refused_by_its_line(command: str) -> None:
    with pytest.raises(Broken, match="unknown command") as raised:
        read_scenes(lines(f"new key\n{command}s 2"))
    assert raised.value.line == 11


CHOOSE = "What?\na. This -> rows == 1\nb. That -> rows == 0\nwatch read_cookie"
ORDER = "What first?\na. This -> stage read_cookie\nb. That -> stage check_signature\nwatch guard"
SORT = "Who?\n= one: rows == 1\n= none: rows == 0\na. This (1)\nb. That (2)\nwatch read_cookie"


def test_a_question_to_choose() -> None:
    asked = read_predict("at=2", lines(CHOOSE), 9)
    assert (asked.kind, asked.at, asked.question, asked.watch) == (
        "choose",
        2,
        "What?",
        "read_cookie",
    )
    assert [(o.letter, o.text, o.line) for o in asked.options] == [
        ("a", "This", 11),
        ("b", "That", 12),
    ]
    assert [o.expectation.text for o in asked.options if o.expectation] == [
        "rows == 1",
        "rows == 0",
    ]


def test_a_question_to_order() -> None:
    asked = read_predict("order", lines(ORDER), 9)
    assert asked.kind == "order"
    assert [o.stage for o in asked.options] == ["read_cookie", "check_signature"]


def test_a_question_to_sort() -> None:
    asked = read_predict("sort", lines(SORT), 9)
    assert [(heap.text, heap.line, heap.expectation.text) for heap in asked.categories] == [
        ("one", 11, "rows == 1"),
        ("none", 12, "rows == 0"),
    ]
    assert [(o.text, o.at) for o in asked.options] == [("This", 1), ("That", 2)]


@pytest.mark.parametrize(
    ("options", "text", "line"),
    [
        ("guess", CHOOSE, 9),
        ("at=x", CHOOSE, 9),
        (f"at={'9' * 5000}", CHOOSE, 9),
        ("", CHOOSE.replace("What?\n", ""), 9),
        ("", CHOOSE.replace("watch read_cookie", ""), 9),
        ("", CHOOSE.replace("watch read_cookie", "watch tv"), 13),
        ("", CHOOSE.replace("b. That", "d. That"), 9),
        ("", CHOOSE.replace(" -> rows == 0", ""), 12),
        ("", CHOOSE.replace("rows == 0", "rows 0"), 12),
        ("", SORT, 13),
        ("order", CHOOSE, 11),
        ("order", ORDER.replace("check_signature", "check_it"), 12),
        ("sort", CHOOSE, 11),
        ("sort", SORT.replace("= none: rows == 0\n", ""), 9),
        ("sort", SORT.replace("= none: rows == 0", "= none"), 12),
        ("sort", SORT.replace(" (2)", ""), 14),
        ("sort", SORT.replace("(2)", f"({'9' * 5000})"), 14),
    ],
)
def test_a_broken_question_is_named_by_its_line(options: str, text: str, line: int) -> None:
    with pytest.raises(Broken) as raised:
        read_predict(options, lines(text), 9)
    assert raised.value.line == line


@given(st.text(), st.text())
def test_whatever_stands_in_a_fence_is_read_or_refused(options: str, text: str) -> None:
    for read in (
        lambda: read_http(options, lines(text), 9),
        lambda: read_predict(options, lines(text), 9),
        lambda: read_clock(text, 9),
        lambda: read_scenes(lines(text)),
        lambda: read_expect(lines(text)),
    ):
        try:
            read()
        except Broken as broken:
            assert str(broken)  # noqa: PT017
            assert broken.line >= 9  # noqa: PT017
