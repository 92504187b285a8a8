"""What the examiner does to exercise 02."""

from __future__ import annotations

import string

from sandbox.tutor.exercise import Exam, check

# RFC 6265 section 4.1.1: a name is a token; a value has visible ASCII without " , ; and \.
SIGNS_IN_A_NAME = "!#$%&'*+-.^_`|~"
SIGNS_IN_A_VALUE = SIGNS_IN_A_NAME + "()/:<=>?@[]{}"
IN_A_TICKET = string.ascii_letters + string.digits + "-_"
NAMES = ("sid", "lang", "theme", "cart", "news", "seen")
FOUR = "httponly, max-age={}, path=/, samesite=lax"


@check(
    idea="The browser keeps what stands before the first semicolon: the name and the value.",
    place="In set_cookie: what it returns begins with the name, a = and the value.",
    code='return f"{name}={value}; …", without the words Set-Cookie in it',
)
def the_name_and_the_value_stand_first(exam: Exam) -> None:
    """The header begins with the name, `=` and the value."""
    _written(exam, _name(exam), exam.word(), _seconds(exam))


@check(
    idea="An attribute is an instruction to the browser. Each stands behind a semicolon.",
    place="In set_cookie: the text behind the value. Max-Age has the number that was given.",
    code='f"{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax"',
    needs=[the_name_and_the_value_stand_first],
)
def four_attributes_stand_behind(exam: Exam) -> None:
    """Behind them stand Path=/, Max-Age in seconds, HttpOnly and SameSite=Lax, and no others."""
    seconds = _seconds(exam)
    header = _written(exam, _name(exam), exam.word(), seconds)
    found = [each for each in _attributes(header) if not each.startswith("secure")]
    exam.see("its attributes, Secure left aside", FOUR.format(seconds), ", ".join(found) or "none")


@check(
    idea="A browser looks only whether the word Secure is there. What stands behind it is ignored.",
    place="At the end of set_cookie: the word is added in one case only.",
    code='if secure: header += "; Secure"',
    needs=[four_attributes_stand_behind],
)
def secure_stands_there_only_when_asked(exam: Exam) -> None:
    """Secure is there when it was asked for, and otherwise not even as a word."""
    given = _name(exam), exam.word(), _seconds(exam)
    exam.see("Secure in it", "nothing", _found("secure", _written(exam, *given)))
    exam.see("Secure in it", "nothing", _found("secure", _written(exam, *given, secure=False)))
    header = _written(exam, *given, secure=True)
    has_it = _found("secure", header) == "secure"
    exam.see("Secure in it", "secure", "secure" if has_it else ", ".join(_attributes(header)))


@check(
    idea="0 is a number like 1800: it tells the browser to drop the cookie at once.",
    place="In set_cookie: look for an if that asks about max_age or about the value.",
    code="Max-Age={max_age} stands there always; no if asks about max_age",
    needs=[four_attributes_stand_behind],
)
def max_age_0_drops_the_cookie(exam: Exam) -> None:
    """An empty value and Max-Age=0 are written like all others: they make a browser drop it."""
    header = _written(exam, _name(exam), "", 0)
    exam.see("Max-Age in it", "max-age=0", _found("max-age", header))


@check(
    idea="A semicolon ends a value, and a line break ends a header. So a value can hold neither.",
    place="At the beginning of set_cookie, before anything is written: look at each character.",
    code="for character in value: if character not in IN_A_VALUE: raise ValueError(...)",
    needs=[the_name_and_the_value_stand_first],
)
def a_value_adds_no_attribute_and_no_header(exam: Exam) -> None:
    """A value that adds an attribute or a header of its own is refused with ValueError."""
    name, word, seconds = _name(exam), exam.word(), _seconds(exam)
    for value in (f"{word}; Domain=evil.example", f"{word}\r\nSet-Cookie: {name}=bob", f"{word}\n"):
        exam.call("set_cookie", name, value, seconds).raises(ValueError)


@check(
    idea="Listing what is dangerous is never complete. List what is allowed, and refuse the rest.",
    place="Where set_cookie looks at the value: it compares each character with IN_A_VALUE.",
    code="if not all(character in IN_A_VALUE for character in value): raise ValueError(...)",
    needs=[a_value_adds_no_attribute_and_no_header],
)
def a_value_has_only_what_a_cookie_can_carry(exam: Exam) -> None:
    """A ticket is carried, and each sign that RFC 6265 allows; a space, a comma, é… are refused."""
    name, seconds = _name(exam), _seconds(exam)
    _written(exam, name, _ticket(exam), seconds)
    _written(exam, name, _shuffled(exam, SIGNS_IN_A_VALUE), seconds)
    for value in _spoiled(exam, exam.word(), ' ,"\\é\t'):
        exam.call("set_cookie", name, value, seconds).raises(ValueError)


@check(
    idea="The first = ends the name. So a name can have fewer characters than a value.",
    place="Where set_cookie looks at the name: compare with IN_A_NAME, and think of an empty one.",
    code='if name == "" or not all(character in IN_A_NAME for character in name): raise ...',
    needs=[the_name_and_the_value_stand_first],
)
def a_name_is_a_token(exam: Exam) -> None:
    """An empty name, or one with =, a semicolon, a space, é… is refused; each token is a name."""
    word, seconds = exam.word(), _seconds(exam)
    _written(exam, f"__Host-{_name(exam)}", word, seconds)
    _written(exam, _shuffled(exam, SIGNS_IN_A_NAME), word, seconds)
    for name in ("", *_spoiled(exam, _name(exam), "=; [é\n")):
        exam.call("set_cookie", name, word, seconds).raises(ValueError)


def _written(exam: Exam, name: str, value: str, max_age: int, **secure: bool) -> str:
    """The header that the student's file writes, which begins as it must."""
    pair = f"{name}={value}"
    answer = exam.call("set_cookie", name, value, max_age, **secure)
    answer.is_such(f"{pair} before the first semicolon", lambda given: _pair(given) == pair)
    header: str = answer.value
    return header


def _pair(given: object) -> str:
    return given.split(";")[0].strip() if isinstance(given, str) else ""


def _attributes(header: str) -> list[str]:
    """As `max-age=60`, sorted: capital letters and the order are the same to a browser."""
    pieces = [piece.partition("=") for piece in header.lower().split(";")[1:] if piece.strip()]
    return sorted(f"{name.strip()}{equals}{value.strip()}" for name, equals, value in pieces)


def _found(attribute: str, header: str) -> str:
    found = [each for each in _attributes(header) if each.partition("=")[0] == attribute]
    return ", ".join(found) or "nothing"


def _name(exam: Exam) -> str:
    return exam.random.choice(NAMES)


def _seconds(exam: Exam) -> int:
    return exam.random.randrange(60, 10_000)


def _ticket(exam: Exam) -> str:
    """Three parts, as a signed cookie has them."""
    return ".".join("".join(exam.random.choices(IN_A_TICKET, k=12)) for _ in range(3))


def _shuffled(exam: Exam, text: str) -> str:
    return "".join(exam.random.sample(text, len(text)))


def _spoiled(exam: Exam, text: str, characters: str) -> list[str]:
    """The text with each of these characters inside, then with one in front and one at its end."""
    place = exam.random.randrange(1, len(text))
    inside = [text[:place] + each + text[place:] for each in characters]
    return [*inside, characters[0] + text, text + characters[-1]]
