"""Mutants that no check can catch, because they do what the solution does."""

from __future__ import annotations

from typing import NamedTuple


class Excuse(NamedTuple):
    """The exercise, the mutated line as it is printed after `+`, and why it makes no difference."""

    exercise: str
    line: str
    why: str


OWN_WORDS = "The task asks for a ValueError; its words are the student's own."
GIVEN = "Given in the starter; a right order of the lines gives the same with it."
NO_COMMA = "Base64 has no comma, so there is none to strip."
SYMMETRIC = "Two texts are equal in either order."
LONGER = "One byte more is no easier to guess."

EXCUSED: list[Excuse] = [
    Excuse("02", "raise ValueError(f'A cookie cannot have this name: ,{name!r}')", OWN_WORDS),
    Excuse("02", "raise ValueError(f'{name!r}')", OWN_WORDS),
    Excuse("02", "raise ValueError(f'A cookie cannot carry this value: ,{value!r}')", OWN_WORDS),
    Excuse("02", "raise ValueError(f'{value!r}')", OWN_WORDS),
    Excuse("03", "for number, line in enumerate(LINES, 2):", GIVEN),
    Excuse("03", "for number, line in enumerate(LINES, 0):", GIVEN),
    Excuse("03", "return None", GIVEN),
    Excuse("03", "return f'line ,{number} cannot run: {error}'", GIVEN),
    Excuse("03", "return f'{number} cannot run: {error}'", GIVEN),
    Excuse("03", "return f'line {number} cannot run: ,{error}'", GIVEN),
    Excuse("03", "return f'line {number}{error}'", GIVEN),
    Excuse("03", "return names.get('cookie', 'no line has made the cookie')", GIVEN),
    Excuse("03", "return str(names.get('cookie', 'no line has made the cookie,'))", GIVEN),
    Excuse("03", "return str(names.get('cookie', ''))", GIVEN),
    Excuse("04", "return base64.urlsafe_b64encode(digest).rstrip(b'=,').decode()", NO_COMMA),
    Excuse(
        "04",
        "if not hmac.compare_digest(computed.encode(), received.encode()):",
        SYMMETRIC,
    ),
    Excuse("05", "session_id = secrets.token_urlsafe(33)", LONGER),
    Excuse("07", "session_id = secrets.token_urlsafe(33)", LONGER),
]
