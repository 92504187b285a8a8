"""The fences of a lesson, each read into what it says."""

from __future__ import annotations

import re

from sandbox.trace.stage import KNOWN_STAGES
from sandbox.tutor.lesson.expectations import NotAnExpectation, parse_expectation
from sandbox.tutor.lesson.filling import NotAGap, check_gaps
from sandbox.tutor.lesson.parts import (
    Category,
    Clock,
    Expectation,
    Option,
    Prediction,
    Request,
    Scene,
)

Lines = list[tuple[int, str]]  # with their numbers in the file

OPTION = re.compile(r"([a-z])\. (.+?) -> (.+)")
SORTED = re.compile(r"([a-z])\. (.+?) \((\d+)\)")
CATEGORY = re.compile(r"= (.+?): (.+)")
WATCH = re.compile(r"watch (\w+)")
REQUEST_LINE = re.compile(r"(GET|POST|HEAD|PUT|DELETE) (\S.*)")
HEADER = re.compile(r"([\w-]+):\s*(.*)")
HTTP_OPTIONS = re.compile(r"(?:as=(?P<visitor>[a-z][a-z0-9]*))? ?(?:at=(?P<at>/\S*))?")
PREDICT_OPTIONS = re.compile(r"(?P<kind>order|sort)? ?(?:at=(?P<at>\d+))?")
MOVE = re.compile(r"\+(\d+) (s|min|h)")
SECONDS = {"s": 1, "min": 60, "h": 3600}
SCENES = (
    re.compile(r"use (careless|app)"),
    re.compile(r"new key"),
    re.compile(r"delete row of [a-z][a-z0-9]*"),
    re.compile(r"ids (count from 1|random)"),
    re.compile(r"another port"),
    re.compile(r"start over"),
)


class Broken(Exception):
    """A line that cannot be read; the message says what was expected."""

    def __init__(self, line: int, says: str) -> None:
        super().__init__(says)
        self.line = line


def read_http(options: str, lines: Lines, line: int) -> Request:
    """An HTTP message: request line, headers, an empty line, a form."""
    given = HTTP_OPTIONS.fullmatch(options.strip())
    if not given:
        raise Broken(line, f"expected `http as=NAME at=/PATH`: {options}")
    start, *rest = lines or [(line, "")]
    found = REQUEST_LINE.fullmatch(start[1])
    if not found:
        raise Broken(start[0], f"expected a request line such as `GET /news`: {start[1]}")
    _check_gaps(lines)
    head = [text for _, text in rest]
    blank = head.index("") if "" in head else len(head)
    headers = [_header(*each) for each in rest[:blank]]
    cookie = next((value for name, value in headers if name.lower() == "cookie"), None)
    others = tuple((name, value) for name, value in headers if name.lower() != "cookie")
    form, visitor = "".join(head[blank + 1 :]).strip(), given["visitor"] or "alice"
    return Request(line, visitor, found[1], found[2], form, cookie, given["at"] or "", others)


def _header(line: int, text: str) -> tuple[str, str]:
    found = HEADER.fullmatch(text)
    if not found:
        raise Broken(line, f"expected a header such as `Accept: text/html`: {text}")
    return found[1], found[2]


def read_expect(lines: Lines) -> tuple[Expectation, ...]:
    """What an exchange must show, a line each."""
    _check_gaps(lines)
    return tuple(_expectation(text, line) for line, text in lines if text.strip())


def read_predict(options: str, lines: Lines, line: int) -> Prediction:
    """A question with its options, a stage to watch for whoever does not know."""
    given = PREDICT_OPTIONS.fullmatch(options.strip())
    if not given:
        raise Broken(line, f"expected `predict`, `predict order` or `predict sort`: {options}")
    kind, words, watch = given["kind"] or "choose", [], ""
    found: list[Option] = []
    categories: list[Category] = []
    for number, text in lines:
        says = WATCH.fullmatch(text)
        if says:
            watch = _stage(says[1], number)
        elif kind == "sort" and CATEGORY.fullmatch(text):
            categories.append(_category(text, number))
        elif re.match(r"[a-z]\. ", text):
            found.append(_option(kind, text, number))
        elif text.strip():
            words.append(text.strip())
    _check_prediction(kind, words, found, categories, watch, line)
    at = int(given["at"] or 0)
    return Prediction(line, kind, " ".join(words), tuple(found), tuple(categories), at, watch)


def _check_prediction(
    kind: str, words: list[str], found: list[Option], heaps: list[Category], watch: str, line: int
) -> None:
    if not words or len(found) < 2:
        raise Broken(line, "expected a question, then two options or more, as in `a. OK -> …`")
    if [option.letter for option in found] != [chr(ord("a") + n) for n in range(len(found))]:
        raise Broken(line, "expected the options to be lettered a, b, c in this order")
    if kind == "sort" and len(heaps) < 2:
        raise Broken(line, "expected two heaps or more, as in `= the browser: jar absent`")
    if not watch:
        raise Broken(line, "expected `watch STAGE` as the last line, for whoever does not know")


def _option(kind: str, text: str, line: int) -> Option:
    found = (SORTED if kind == "sort" else OPTION).fullmatch(text)
    if not found:
        shape = "a. TEXT (2)" if kind == "sort" else "a. TEXT -> EXPECTATION"
        raise Broken(line, f"expected an option such as `{shape}`: {text}")
    letter, words, rest = found.groups()
    if kind == "sort":
        return Option(line, letter, words, at=int(rest))
    if kind == "order":
        return Option(line, letter, words, stage=_stage(rest.removeprefix("stage "), line))
    return Option(line, letter, words, _expectation(rest, line))


def _category(text: str, line: int) -> Category:
    found = CATEGORY.fullmatch(text)
    words, rest = found.groups() if found else ("", "")
    return Category(line, words, _expectation(rest, line))


def _stage(name: str, line: int) -> str:
    if name not in KNOWN_STAGES:
        raise Broken(line, f"there is no stage {name!r}; there are {', '.join(KNOWN_STAGES)}")
    return name


def read_clock(text: str, line: int) -> Clock:
    """`+31 min`"""
    found = MOVE.fullmatch(text)
    if not found:
        raise Broken(line, f"expected a move forward such as `+31 min`: {text}")
    return Clock(line, int(found[1]) * SECONDS[found[2]], text)


def read_scenes(lines: Lines) -> list[Scene]:
    """Commands to the server, a line each."""
    scenes = [Scene(line, text.strip()) for line, text in lines if text.strip()]
    for scene in scenes:
        if not any(known.fullmatch(scene.command) for known in SCENES):
            known = "use careless, use app, new key, delete row of NAME, ids count from 1, …"
            raise Broken(scene.line, f"unknown command {scene.command!r}; there are {known}")
    return scenes


def _expectation(text: str, line: int) -> Expectation:
    try:
        return parse_expectation(text.strip(), line)
    except NotAnExpectation as error:
        raise Broken(line, str(error)) from None


def _check_gaps(lines: Lines) -> None:
    for line, text in lines:
        try:
            check_gaps(text)
        except NotAGap as error:
            raise Broken(line, str(error)) from None
