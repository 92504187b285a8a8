"""What the examiner does to exercise 04."""

from __future__ import annotations

import base64
import hashlib
import hmac
import string

from sandbox.tutor.exercise import Exam, check

MAX_AGE = 600  # seconds
ALPHABET = string.ascii_letters + string.digits


def signed(exam: Exam, key: bytes, value: str, age: float = 10) -> str:
    """A cookie that this signing key has stamped so many seconds ago."""
    text = f"{value}.{int(exam.clock() - age)}"
    digest = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def changed(exam: Exam, text: str, place: int) -> str:
    """The text with another letter or digit at this place."""
    other = exam.random.choice([each for each in ALPHABET if each != text[place]])
    return text[:place] + other + text[place + 1 :]


@check(
    idea="A cookie that this server has stamped, a moment ago, is to be believed.",
    place="In verify: divide the cookie at its dots. The first part is the value.",
    code='value, time, received = cookie.split("."), then compare stamps, then return value',
)
def a_fresh_cookie_gives_its_value(exam: Exam) -> None:
    """A fresh cookie of ours gives its value."""
    key, value = exam.key(), exam.word()
    for age in (0, 10):
        cookie = signed(exam, key, value, age)
        exam.call("verify", cookie, key, MAX_AGE, exam.clock()).gives(value)


@check(
    idea="What has not the form of our cookies is not worth a look at its stamp.",
    place="In verify, before anything else: how many parts are there between the dots?",
    code='if len(cookie.split(".")) != 3: raise Refused("MALFORMED")',
    needs=[a_fresh_cookie_gives_its_value],
)
def a_cookie_without_three_parts_is_malformed(exam: Exam) -> None:
    """A cookie that has not three parts is refused with MALFORMED."""
    key, value = exam.key(), exam.word()
    cookie = signed(exam, key, value)
    for odd in ("", value, cookie.rpartition(".")[0], f"{cookie}.{value}"):
        exam.call("verify", odd, key, MAX_AGE, exam.clock()).is_refused("MALFORMED")


@check(
    idea="Whoever has no signing key cannot make the stamp. Make it again and compare.",
    place="In verify: compute stamp(...) over the value and the time, and compare it.",
    code='if not hmac.compare_digest(received.encode(), computed.encode()): raise Refused("BAD_…")',
    needs=[a_fresh_cookie_gives_its_value],
)
def a_changed_value_is_refused(exam: Exam) -> None:
    """A cookie with another value under our stamp is refused with BAD_SIGNATURE."""
    key, value = exam.key(), exam.word()
    _, time, stamp = signed(exam, key, value).split(".")
    for other in (exam.name(), changed(exam, value, 1), value.upper(), ""):
        odd = f"{other}.{time}.{stamp}"
        exam.call("verify", odd, key, MAX_AGE, exam.clock()).is_refused("BAD_SIGNATURE")


@check(
    idea="The stamp covers the time, too. Otherwise a visitor makes his cookie younger.",
    place="In verify: what text goes into stamp(...)? It has the value, a dot and the time.",
    code='computed = stamp(f"{value}.{time}", key)',
    needs=[a_changed_value_is_refused],
)
def a_changed_time_is_refused(exam: Exam) -> None:
    """A cookie that was made younger is refused with BAD_SIGNATURE."""
    key, value = exam.key(), exam.word()
    _, time, stamp = signed(exam, key, value, age=MAX_AGE - 100).split(".")
    for other in (str(int(exam.clock())), str(int(time) + 1), f"0{time}"):
        odd = f"{value}.{other}.{stamp}"
        exam.call("verify", odd, key, MAX_AGE, exam.clock()).is_refused("BAD_SIGNATURE")


@check(
    idea="A stamp is right as a whole: of our key, and to its last character.",
    place="In verify: what is compared with what? Both are whole stamps.",
    code="hmac.compare_digest(received.encode(), computed.encode()), of the whole stamps",
    needs=[a_changed_value_is_refused],
)
def another_stamp_is_refused(exam: Exam) -> None:
    """A stamp of another key, a changed, cut or missing one: BAD_SIGNATURE."""
    key, value = exam.key(), exam.word()
    text, _, stamp = signed(exam, key, value).rpartition(".")
    stranger = signed(exam, exam.key(), value).rpartition(".")[2]
    odd_ones = [stranger, changed(exam, stamp, 0), changed(exam, stamp, 20), stamp[:20], ""]
    for odd in [*odd_ones, f"{stamp}A", stamp.swapcase()]:
        seen = exam.call("verify", f"{text}.{odd}", key, MAX_AGE, exam.clock())
        seen.is_refused("BAD_SIGNATURE")


@check(
    idea="A browser can send any character. Only bytes compare without an error.",
    place="In verify: what does compare_digest say to a stamp with an é in it?",
    code="hmac.compare_digest(received.encode(), computed.encode())",
    needs=[another_stamp_is_refused],
)
def a_stamp_that_is_not_ascii_is_refused(exam: Exam) -> None:
    """A stamp with a character outside ASCII is refused with BAD_SIGNATURE, too."""
    key, value = exam.key(), exam.word()
    text, _, stamp = signed(exam, key, value).rpartition(".")
    seen = exam.call("verify", f"{text}.é{stamp[1:]}", key, MAX_AGE, exam.clock())
    seen.is_refused("BAD_SIGNATURE")


@check(
    idea="== stops at the first difference. The time it takes tells how much was right.",
    place="In verify: where the two stamps are compared.",
    code="hmac.compare_digest(received.encode(), computed.encode())",
    needs=[another_stamp_is_refused],
)
def the_stamps_are_compared_in_constant_time(exam: Exam) -> None:
    """hmac.compare_digest is asked about the stamp that came and the one of our key."""
    key, value = exam.key(), exam.word()
    cookie = signed(exam, key, value)
    text, _, stamp = cookie.rpartition(".")
    odd = changed(exam, stamp, 20)
    exam.call("verify", f"{text}.{odd}", key, MAX_AGE, exam.clock()).is_refused("BAD_SIGNATURE")
    asked = {frozenset(map(as_text, pair)) for pair in exam.comparisons}
    act = "what compare_digest was asked about"
    exam.see(act, "both stamps", "both stamps" if {odd, stamp} in asked else in_words(exam))


@check(
    idea="A stamp does not say how old it is; the time under it does.",
    place="In verify, after the stamp: the age is now - int(time).",
    code='if age > max_age: raise Refused("EXPIRED")',
    needs=[a_fresh_cookie_gives_its_value],
)
def an_old_cookie_is_expired(exam: Exam) -> None:
    """A cookie is good for exactly max_age seconds, then it is EXPIRED."""
    key, value = exam.key(), exam.word()
    for max_age in (MAX_AGE, exam.random.randrange(MAX_AGE + 1, 2 * MAX_AGE)):
        cookie = signed(exam, key, value, age=0)
        exam.clock.forward(max_age)
        exam.call("verify", cookie, key, max_age, exam.clock()).gives(value)
        exam.clock.forward(1)
        exam.call("verify", cookie, key, max_age, exam.clock()).is_refused("EXPIRED")


@check(
    idea="A cookie from the future was stamped while our clock was wrong. Do not trust its age.",
    place="In verify, where the age is judged: it can be below 0.",
    code='if not 0 <= age <= max_age: raise Refused("EXPIRED")',
    needs=[an_old_cookie_is_expired],
)
def a_cookie_from_the_future_is_expired(exam: Exam) -> None:
    """A cookie of ours that says a time still to come is EXPIRED."""
    key, value = exam.key(), exam.word()
    for ahead in (1, 1000):
        cookie = signed(exam, key, value, age=-ahead)
        exam.call("verify", cookie, key, MAX_AGE, exam.clock()).is_refused("EXPIRED")


@check(
    idea="Before the stamp is checked, anybody may have written the time.",
    place="In verify: the order. First the stamp, then the age.",
    code='raise Refused("BAD_SIGNATURE") stands above int(time)',
    needs=[another_stamp_is_refused, an_old_cookie_is_expired],
)
def the_stamp_is_checked_before_the_age(exam: Exam) -> None:
    """A changed cookie with an old time, or none that is a number: BAD_SIGNATURE."""
    key = exam.key()
    _, time, stamp = signed(exam, key, exam.word(), age=MAX_AGE + 100).split(".")
    for other in (time, "soon", ""):
        odd = f"{exam.name()}.{other}.{stamp}"
        exam.call("verify", odd, key, MAX_AGE, exam.clock()).is_refused("BAD_SIGNATURE")


def as_text(value: object) -> str:
    """Stamps are compared as bytes or as texts."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def in_words(exam: Exam) -> str:
    return "something else" if exam.comparisons else "nothing"
