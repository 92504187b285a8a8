"""Lines such as `status == 303`: read, and judged by an exchange."""

from __future__ import annotations

import re
from collections.abc import Callable

from sandbox.trace.stage import KNOWN_STAGES
from sandbox.trace.words import stage_lines
from sandbox.tutor.lesson.exchange import Exchange, response_of, stages_of
from sandbox.tutor.lesson.parts import Expectation
from sandbox.tutor.why import BY_CODE

LINE = re.compile(r"(?P<subject>.+?) (?P<operator>==|!=|contains|lacks) (?P<value>.+)")
BARE = re.compile(r"(?P<subject>.+?) (?P<operator>present|absent)")
TURNED = {
    "==": "!=",
    "!=": "==",
    "contains": "lacks",
    "lacks": "contains",
    "present": "absent",
    "absent": "present",
}
TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
NO_NAME = re.compile("")
NAMES = {
    "status": NO_NAME,
    "header": TOKEN,
    "cookie": re.compile("|[A-Za-z-]+"),
    "body": NO_NAME,
    "stage": TOKEN,
    "card": TOKEN,
    "verdict": NO_NAME,
    "lamp": re.compile("issued|alive"),
    "rows": NO_NAME,
    "row": re.compile("|id|user|word"),
    "jar": NO_NAME,
    "neighbour": re.compile("status|verdict|stage [a-z_]+"),
    "kept_back": NO_NAME,
    "refused": NO_NAME,
}
TOLD_BY_CHROMIUM = ("kept_back", "refused")  # a student's own browser tells no reasons
ALWAYS_THERE = ("status", "body", "verdict", "lamp", "rows")
CODES = {
    "verdict": tuple(BY_CODE),
    "stage": tuple(BY_CODE),
    "lamp": ("yes", "no", "not_asked"),
}


class NotAnExpectation(Exception):
    """The line says nothing that can be judged; the message says what was expected."""


def parse_expectation(text: str, line: int) -> Expectation:
    """Read one line; NotAnExpectation says what is wrong with it."""
    found = LINE.fullmatch(text) or BARE.fullmatch(text)
    if not found:
        raise NotAnExpectation(f"expected SUBJECT OPERATOR VALUE, as in `status == 303`: {text}")
    subject, _, name = found["subject"].partition(" ")
    if subject not in NAMES:
        raise NotAnExpectation(f"unknown subject {subject!r}; there are {', '.join(NAMES)}")
    if subject in ALWAYS_THERE and found["operator"] in ("present", "absent"):
        raise NotAnExpectation(f"{subject!r} is always there: compare it with a value")
    if not NAMES[subject].fullmatch(name):
        raise NotAnExpectation(f"{subject!r} cannot have the name {name!r} here")
    value = found.groupdict().get("value", "")
    is_code = found["operator"] in ("==", "!=")
    _check_words(found["subject"].removeprefix("neighbour "), value if is_code else None)
    return Expectation(line, text, subject, name, found["operator"], value)


def _check_words(subject: str, code: str | None) -> None:
    """The stage that is asked about, and the code that it is compared with."""
    about, _, name = subject.partition(" ")
    if about in ("stage", "card") and name not in KNOWN_STAGES:
        raise NotAnExpectation(f"there is no stage {name!r}; there are {', '.join(KNOWN_STAGES)}")
    codes = CODES.get(about)
    if codes and code is not None and code not in codes:
        raise NotAnExpectation(f"{about} cannot be {code!r}; there are {', '.join(codes)}")


def observed(expectation: Expectation, exchange: Exchange, jar: str | None) -> str | None:
    """What there is to see of its subject; None when there is nothing."""
    return _LOOK[expectation.subject](exchange, expectation.name, jar)


def is_met(operator: str, seen: str | None, value: str) -> bool:
    """Does what was seen meet the operator and its value?"""
    if operator in ("!=", "lacks", "absent"):
        return not is_met(TURNED[operator], seen, value)
    if seen is None:
        return False
    return {"==": seen == value, "contains": value in seen, "present": True}[operator]


def _header(exchange: Exchange, name: str, _jar: str | None) -> str | None:
    values = [value for each, value in exchange.headers if each.lower() == name.lower()]
    return ", ".join(values) if values else None


def _cookie(exchange: Exchange, name: str, _jar: str | None) -> str | None:
    if exchange.set_cookie is None or not name:
        return exchange.set_cookie
    if name == "value":
        return exchange.given
    pieces = (piece.strip().partition("=") for piece in exchange.set_cookie.split(";")[1:])
    return next((value for each, _, value in pieces if each.lower() == name.lower()), None)


def _card(exchange: Exchange, name: str, _jar: str | None) -> str | None:
    """What the trace says of a stage, in the words of its card."""
    ended = (each for each in exchange.events if each["type"] == "stage_ended")
    found = [each for each in ended if each["stage"] == name]
    return stage_lines(found[-1], quiet=())[0].text if found else None


def _lamp(exchange: Exchange, name: str, _jar: str | None) -> str | None:
    """Nothing when the server has ended before it told of the request."""
    lamps = exchange.response.get("lamps")
    return str(lamps[name]) if lamps else None


def _neighbour(exchange: Exchange, name: str, _jar: str | None) -> str | None:
    """What the server told that was called; nothing when none was."""
    kind, _, stage = name.partition(" ")
    if kind == "stage":
        return stages_of(exchange.neighbour).get(stage)
    told = response_of(exchange.neighbour)
    return str(told[kind]) if told else None


def _row(exchange: Exchange, name: str, _jar: str | None) -> str | None:
    if exchange.row is None:
        return None
    return str(getattr(exchange.row, name or "id") or "nobody")


def _kept_back(exchange: Exchange, _name: str, _jar: str | None) -> str | None:
    reasons = exchange.reasons
    return reasons.kept_back.get(exchange.cookie_name) if reasons else None


def _refused(exchange: Exchange, _name: str, _jar: str | None) -> str | None:
    reasons = exchange.reasons
    return reasons.refused.get(exchange.cookie_name) if reasons else None


_LOOK: dict[str, Callable[[Exchange, str, str | None], str | None]] = {
    "status": lambda exchange, _name, _jar: str(exchange.status),
    "header": _header,
    "cookie": _cookie,
    "body": lambda exchange, _name, _jar: exchange.text,
    "stage": lambda exchange, name, _jar: exchange.stages.get(name),
    "card": _card,
    "verdict": lambda exchange, _name, _jar: exchange.verdict,
    "lamp": _lamp,
    "rows": lambda exchange, _name, _jar: str(exchange.rows),
    "neighbour": _neighbour,
    "row": _row,
    "jar": lambda _exchange, _name, jar: jar,
    "kept_back": _kept_back,
    "refused": _refused,
}
