"""The fences of a lesson, each read into what it says."""

from __future__ import annotations

import re

from sandbox.trace.stage import KNOWN_STAGES
from sandbox.tutor.lesson.expectations import NotAnExpectation, parse_expectation
from sandbox.tutor.lesson.filling import GAP, NotAGap, check_gaps
from sandbox.tutor.lesson.parts import (
    Category,
    Clock,
    Expectation,
    Option,
    Prediction,
    Request,
    Scene,
)
from sandbox.tutor.lesson.scenes import is_known

Lines = list[tuple[int, str]]  # with their numbers in the file

OPTION = re.compile(r"([a-z])\. (.+?) -> (.+)")
SORTED = re.compile(r"([a-z])\. (.+?) \((\d{1,3})\)")
CATEGORY = re.compile(r"= (.+?): (.+)")
LETTERED = re.compile(r"[a-z]\. ")
OF_A_MACHINE = re.compile(r"[a-z]\. |= |watch ")
REQUEST_LINE = re.compile(r"(GET|POST|HEAD|PUT|DELETE) (\S.*)")
ADDRESS = re.compile(r"(http://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?)?(?!//)(/[^\0- \x7f]*)?")
NOT_OURS = ("content-length", "transfer-encoding", "expect")  # they say how a form is sent
HEADER = re.compile(r"([\w-]+):\s*([\t -~]*)", re.ASCII)
HTTP_OPTIONS = re.compile(r"(?:as=(?P<visitor>[a-z][a-z0-9]*))? ?(?:at=(?P<at>/\S*))?")
PREDICT_OPTIONS = re.compile(r"(?P<kind>order|sort)? ?(?:at=(?P<at>\d{1,3}))?")
MOVE = re.compile(r"\+(\d{1,6}) (s|min|h)")
SECONDS = {"s": 1, "min": 60, "h": 3600}


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
    method, target = read_request_line(*start)
    check_all_gaps(lines)
    head = [text for _, text in rest]
    blank = head.index("") if "" in head else len(head)
    headers = [_header(*each) for each in rest[:blank]]
    cookie = next((value for name, value in headers if name.lower() == "cookie"), None)
    others = tuple((name, value) for name, value in headers if name.lower() != "cookie")
    form, visitor = "".join(head[blank + 1 :]).strip(), given["visitor"] or "alice"
    return Request(line, visitor, method, target, form, cookie, given["at"] or "", others)


def read_request_line(line: int, text: str) -> tuple[str, str]:
    """Its method and its target."""
    found = REQUEST_LINE.fullmatch(text)
    if not found:
        raise Broken(line, f"expected a request line such as `GET /news`: {text}")
    check_address(line, found[2])
    return found[1], found[2]


def check_address(line: int, text: str) -> None:
    """Broken: whatever is filled in, this is no address here; no request leaves this machine."""
    if not ADDRESS.fullmatch(GAP.sub("1", text)):
        raise Broken(line, f"expected a path, or an address such as http://localhost/: {text}")


def _header(line: int, text: str) -> tuple[str, str]:
    found = HEADER.fullmatch(text)
    if not found:
        raise Broken(line, f"expected a header in ASCII, such as `Accept: text/html`: {text}")
    if found[1].lower() in NOT_OURS:
        raise Broken(line, f"the visitor says by himself how a form is sent, leave it out: {text}")
    return found[1], found[2]


def read_expect(lines: Lines) -> tuple[Expectation, ...]:
    """What an exchange must show, a line each."""
    check_all_gaps(lines)
    return tuple(_expectation(text, line) for line, text in lines if text.strip())


def read_predict(options: str, lines: Lines, line: int) -> Prediction:
    """A question with its options, a stage to watch for whoever does not know."""
    given = PREDICT_OPTIONS.fullmatch(options.strip())
    if not given:
        raise Broken(line, f"expected `predict`, `predict order` or `predict sort`: {options}")
    kind, at = given["kind"] or "choose", int(given["at"] or 0)
    question = " ".join(text.strip() for _, text in lines if not OF_A_MACHINE.match(text))
    found = tuple(_option(kind, text, n) for n, text in lines if LETTERED.match(text))
    heaps = tuple(_category(text, n) for n, text in lines if text.startswith("= "))
    stages = [_stage(text[6:].strip(), n) for n, text in lines if text.startswith("watch ")]
    asked = Prediction(line, kind, question, found, heaps, at, stages[-1] if stages else "")
    _check_prediction(asked)
    return asked


def _check_prediction(asked: Prediction) -> None:
    letters = [option.letter for option in asked.options]
    wrong = ""
    if not asked.question or len(letters) < 2:
        wrong = "expected a question, then two options or more, as in `a. OK -> …`"
    elif letters != [chr(ord("a") + n) for n in range(len(letters))]:
        wrong = "expected the options to be lettered a, b, c in this order"
    elif (len(asked.categories) < 2) == (asked.kind == "sort"):
        wrong = "expected two heaps or more in a sort, as in `= the browser: jar absent`"
    elif not asked.watch:
        wrong = "expected `watch STAGE` as the last line, for whoever does not know"
    if wrong:
        raise Broken(asked.line, wrong)


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
    if not found:
        raise Broken(line, f"expected a heap such as `= the browser: jar absent`: {text}")
    return Category(line, found[1], _expectation(found[2], line))


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
        if not is_known(scene.command):
            known = "use NAME, new key, delete row of NAME, … (all are in lessons/README.md)"
            raise Broken(scene.line, f"unknown command {scene.command!r}; there are {known}")
    return scenes


def _expectation(text: str, line: int) -> Expectation:
    try:
        return parse_expectation(text.strip(), line)
    except NotAnExpectation as error:
        raise Broken(line, str(error)) from None


def check_all_gaps(lines: Lines) -> None:
    """Broken at the first line with a gap that could never be filled in."""
    for line, text in lines:
        try:
            check_gaps(text)
        except NotAGap as error:
            raise Broken(line, str(error)) from None
