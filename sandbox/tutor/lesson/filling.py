"""`{{alice.cookie | first=bob}}`: what was seen earlier, changed on the way or not."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from sandbox.login.refusals import Malformed
from sandbox.serving.whatif import one_changed
from sandbox.tutor.lesson.cookie_changes import later, stamped_by_bob, stamped_with
from sandbox.tutor.lesson.token_changes import alg_none, saying, signed_with

GAP = re.compile(r"\{\{(.*?)\}\}")
SOURCE = re.compile(
    r"(?P<visitor>[a-z][a-z0-9]*)\.(?P<earlier>earlier )?(?P<what>cookie|token)"
    r"|port|other port|other site|neighbour port"
)
MADE_BY = {
    "other port": "another port",
    "other site": "other site",
    "neighbour port": "neighbour",
}  # `server` lines
BY_NAME = {"saying": saying, "signed with": signed_with, "stamped with": stamped_with}
NAMED = re.compile(rf"(?P<how>{'|'.join(BY_NAME)}) (?P<word>\S+)")
FIRST = re.compile(r"first=(\w+)")

# A visitor's cookie or token, by that word: the newest (1), the one before it (2).
Given = Callable[[str, str, int], str]


class NotAGap(Exception):
    """Nothing can be filled in here; the message says what was expected."""

    line = 0  # of the act in which it was found, if it is known


def check_gaps(text: str) -> None:
    """NotAGap for what could never be filled in."""
    for gap in GAP.findall(text):
        source, *changes = (part.strip() for part in gap.split("|"))
        if not SOURCE.fullmatch(source):
            raise NotAGap(
                f"expected {{{{alice.cookie}}}}, {{{{alice.token}}}} or {{{{port}}}}: {{{{{gap}}}}}"
            )
        for change in changes:
            _changer(change)


def fill(text: str, given: Given, ports: dict[str, int]) -> str:
    """The text with every gap filled; NotAGap when nothing of the kind was seen so far."""
    return GAP.sub(lambda gap: _filled(gap[1], given, ports), text)


def _filled(gap: str, given: Given, ports: dict[str, int]) -> str:
    source, *changes = (part.strip() for part in gap.split("|"))
    if source in ports:
        return str(ports[source])
    found = SOURCE.fullmatch(source)
    if not found or not found["visitor"]:
        line = MADE_BY.get(source, "another port")
        raise NotAGap(f"there is no {source} yet; the `server` line `{line}` makes one")
    value = given(found["visitor"], found["what"], 2 if found["earlier"] else 1)
    for change in changes:
        value = _changed(value, change)
    return value


def _changed(cookie: str, change: str) -> str:
    try:
        return _changer(change)(cookie)
    except Malformed:
        needs = "a cookie of three parts, or a token that JSON was written into"
        raise NotAGap(f"{change!r} needs {needs}; it is {cookie!r}") from None


def _one_changed(cookie: str) -> str:
    if not cookie:
        raise Malformed(parts=0)
    return one_changed(cookie)


def _changer(change: str) -> Callable[[str], str]:
    first = FIRST.fullmatch(change)
    if first:
        return lambda cookie: first[1] + cookie[len(cookie.partition(".")[0]) :]
    named = NAMED.fullmatch(change)
    if named:
        return partial(BY_NAME[named["how"]], named["word"])
    changers = {
        "later": later,
        "without stamp": lambda cookie: cookie.rpartition(".")[0],
        "stamped by bob": stamped_by_bob,
        "one changed": _one_changed,
        "alg none": alg_none,
    }
    if change not in changers:
        known = ", ".join(["first=WORD", *changers, *(f"{how} WORD" for how in BY_NAME)])
        raise NotAGap(f"a cookie cannot be changed by {change!r}; there are {known}")
    return changers[change]
