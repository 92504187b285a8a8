"""What the examiner does to exercise 01."""

from __future__ import annotations

from sandbox.tutor.exercise import Exam, check

NAMES = ("sid", "lang", "theme", "cart", "news", "seen")


@check(
    idea='Each piece is a name, a "=" and a value.',
    place='The first line of yours: divide piece at "=", into the three parts.',
    code='name, _, value = piece.partition("=")',
)
def one_cookie_is_read(exam: Exam) -> None:
    """One cookie is read: its name and its value."""
    [name] = _names(exam, 1)
    word = exam.word()
    exam.call("parse_cookie_header", f"{name}={word}").gives({name: word})


@check(
    idea="A browser writes a semicolon and a space. The space belongs to no cookie.",
    place="The second line of yours: what is left round the name of the second cookie?",
    code="name, value = name.strip(), value.strip()",
    needs=[one_cookie_is_read],
)
def two_cookies_are_read(exam: Exam) -> None:
    """Two cookies are read, with a semicolon and a space between them."""
    (one, two), (word, other) = _names(exam, 2), _words(exam)
    header = f"{one}={word}; {two}={other}"
    exam.call("parse_cookie_header", header).gives({one: word, two: other})


@check(
    idea='Dividing at semicolons can give an empty piece. A cookie needs a "=", if nothing else.',
    place='The third line of yours: counts is True only for a piece that has a "=".',
    code='counts = "=" in piece',
    needs=[one_cookie_is_read],
)
def nothing_is_no_cookie(exam: Exam) -> None:
    """An empty header holds no cookie, nor does the end after a last semicolon. `sid=` is one."""
    [name] = _names(exam, 1)
    word = exam.word()
    exam.call("parse_cookie_header", "").gives({})
    exam.call("parse_cookie_header", f"{name}={word};").gives({name: word})
    exam.call("parse_cookie_header", f"{name}=").gives({name: ""})


@check(
    idea="The pieces come from many programs. Judge each piece by itself, never the whole header.",
    place="In the loop: after a piece that is no cookie, it must go on with the next one.",
    code='counts = "=" in piece, and no return, break or error inside the loop',
    needs=[two_cookies_are_read, nothing_is_no_cookie],
)
def a_malformed_neighbour_spoils_nobody_else(exam: Exam) -> None:
    """A piece without `=` is left out, and the cookies before and behind it are read."""
    (one, two), (word, other) = _names(exam, 2), _words(exam)
    both = {one: word, two: other}
    exam.call("parse_cookie_header", f"{one}={word}; bad cookie; {two}={other}").gives(both)
    exam.call("parse_cookie_header", f"{exam.word()}; {one}={word}; {two}={other}").gives(both)


@check(
    idea="Spaces at the ends belong to the header. A space inside a value belongs to the value.",
    place="The second line of yours: take spaces off both ends, of the name and of the value.",
    code="name, value = name.strip(), value.strip(), and nothing that replaces spaces",
    needs=[a_malformed_neighbour_spoils_nobody_else],
)
def spaces_count_only_inside_a_value(exam: Exam) -> None:
    """Spaces round a name and a value do not count; a space inside a value stays."""
    (one, two), (word, other) = _names(exam, 2), _words(exam)
    header = f"  {one} = {word} ;{two}={other}  "
    exam.call("parse_cookie_header", header).gives({one: word, two: other})
    exam.call("parse_cookie_header", f"{one}={word} {other}").gives({one: f"{word} {other}"})


@check(
    idea="A server may write = into a value. Signatures often end with it.",
    place='The first line of yours: only the first "=" divides, and the rest stays whole.',
    code='name, _, value = piece.partition("="), which divides at the first "="',
    needs=[one_cookie_is_read],
)
def only_the_first_equals_sign_divides(exam: Exam) -> None:
    """A value may hold `=`, in the middle or at its end, and stays whole."""
    [name], (word, other) = _names(exam, 1), _words(exam)
    for value in (f"{word}={other.upper()}", f"{word}=="):
        exam.call("parse_cookie_header", f"{name}={value}").gives({name: value})


@check(
    idea="Two paths can each have a cookie of one name. The browser sends the closer one first.",
    place="The third line of yours: what does the dictionary know already at this moment?",
    code='counts = "=" in piece and name not in cookies',
    needs=[two_cookies_are_read, nothing_is_no_cookie],
)
def the_first_of_two_counts(exam: Exam) -> None:
    """Of two cookies with one name the first counts, also when its value is empty."""
    (one, two), (word, other) = _names(exam, 2), _words(exam)
    header = f"{one}={word}; {two}={other}; {one}={other}"
    exam.call("parse_cookie_header", header).gives({one: word, two: other})
    exam.call("parse_cookie_header", f"{one}=; {one}={other}").gives({one: ""})


def _names(exam: Exam, count: int) -> list[str]:
    return exam.random.sample(NAMES, count)


def _words(exam: Exam) -> tuple[str, str]:
    """Two words that differ."""
    one, other = exam.word(), exam.word()
    return (one, other) if one != other else _words(exam)
