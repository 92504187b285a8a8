"""What the examiner does to exercise 03."""

from __future__ import annotations

import base64
import hashlib
import hmac

from sandbox.tutor.exercise import Exam, check

FIVE = {
    "time = str(int(now))",
    'signed = value + "." + time',
    "digest = hmac.new(key, signed.encode(), sha256).digest()",
    'stamp = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()',
    'cookie = value + "." + time + "." + stamp',
}


def stamp_over(text: str, key: bytes) -> str:
    """What the standard library makes of it."""
    digest = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def has_three_parts(cookie: object) -> bool:
    return isinstance(cookie, str) and cookie.count(".") == 2 and " " not in cookie


@check(
    idea="A line can use only what was made above it.",
    place="In LINES: the line that sign names. Which name does it use, and which line makes it?",
    code="the line with time = … is the first, and the one with cookie = … the last",
)
def every_line_runs(exam: Exam) -> None:
    """Every line runs, and together they make a cookie of three parts."""
    seen = exam.call("sign", exam.word(), exam.key(), exam.clock())
    seen.is_such("a cookie of three parts", has_three_parts)


@check(
    idea="The server reads the value and the time again, so they stand in the cookie as they are.",
    place="In LINES: the line that makes the cookie, and the one that makes the time.",
    code='time = str(int(now)) is the first line, cookie = value + "." + time + … the last',
    needs=[every_line_runs],
)
def the_value_and_the_time_come_first(exam: Exam) -> None:
    """The cookie begins with the value, a dot and the time in whole seconds."""
    value = exam.word()
    cookie = exam.call("sign", value, exam.key(), exam.clock() + 0.7).value
    expected = f"{value}.{int(exam.clock())}"
    exam.see("the first two parts", expected, cookie.rpartition(".")[0])


@check(
    idea="What needs no key, everybody can make. Two lines make a digest; one of them has the key.",
    place="In LINES: which of the two lines with digest = … uses the key? Take the other one out.",
    code="digest = hmac.new(key, signed.encode(), sha256).digest()",
    needs=[the_value_and_the_time_come_first],
)
def the_stamp_needs_the_key(exam: Exam) -> None:
    """Two signing keys make two stamps over the same value and time."""
    value, one, other = exam.word(), exam.key(), exam.key()
    first = exam.call("sign", value, one, exam.clock()).value
    second = exam.call("sign", value, other, exam.clock())
    second.is_such("another cookie than the first", lambda cookie: cookie != first)


@check(
    idea="Whatever the stamp does not cover, a visitor can change.",
    place="In LINES: which of the two lines with signed = … has all that is to be covered?",
    code='signed = value + "." + time',
    needs=[the_stamp_needs_the_key],
)
def the_stamp_covers_the_time(exam: Exam) -> None:
    """The same value at two times has two stamps."""
    value, key = exam.word(), exam.key()
    stamps = []
    for moment in (exam.clock(), exam.clock() + 60):
        cookie = exam.call("sign", value, key, moment).value
        stamps.append(cookie.rpartition(".")[2])
    told = "two stamps that are the same" if stamps[0] == stamps[1] else "two different stamps"
    exam.see("the stamps of the two", "two different stamps", told)


@check(
    idea="The stamp covers all that stands before it, and its form is agreed.",
    place="In LINES: what goes into hmac.new, and what is done with the digest?",
    code="time, signed with the time, digest with the key, stamp, cookie",
    needs=[the_stamp_covers_the_time],
)
def the_cookie_is_the_one_that_hmac_makes(exam: Exam) -> None:
    """The cookie is the one that the standard library makes with this key."""
    for _ in range(2):
        value, key, now = exam.word(), exam.key(), exam.clock()
        text = f"{value}.{int(now)}"
        exam.call("sign", value, key, now).gives(f"{text}.{stamp_over(text, key)}")
        exam.clock.forward(3600)


@check(
    idea="A line that does nothing for the cookie leads whoever reads it astray.",
    place="In LINES: is each line one of the seven, unchanged, and are there five of them?",
    code="LINES holds time, signed, digest, stamp and cookie, each once",
    needs=[the_cookie_is_the_one_that_hmac_makes],
)
def only_five_lines_are_left(exam: Exam) -> None:
    """Five of the seven lines are left, unchanged; two were taken out."""
    lines = exam.get("LINES")
    exam.see("how many lines there are", 5, len(lines))
    own = [line for line in lines if line not in FIVE]
    exam.see("lines that are none of the five", "nothing", ", ".join(own) or "nothing")
