"""Mutants that no check can catch, because they do what the solution does."""

from __future__ import annotations

from typing import NamedTuple


class Excuse(NamedTuple):
    """The exercise, the mutated line as it is printed after `+`, and why it makes no difference.

    A line that ends with `…` stands for all that begin so.
    """

    exercise: str
    line: str
    why: str

    def is_for(self, line: str) -> bool:
        if self.line.endswith("…"):
            return line.startswith(self.line[:-1])
        return line == self.line


OWN_WORDS = "The task asks for a ValueError; its words are the student's own."
GIVEN = "Given in the starter; a right order of the lines gives the same with it."
NO_COMMA = "Base64 has no comma, so there is none to strip."
SYMMETRIC = "Two texts are equal in either order."
LONGER = "One byte more is no easier to guess."
OTHER_TASK = "How long an id must be is the task of exercise 05."
OWN_PAGE = "The words of a page are the student's own, but for what the task names."
NOTHING = "It is read only as a no, or sent as an empty body of a 401."
NO_ID = "There is no session under it either."

EXCUSED: list[Excuse] = [
    Excuse("02", "raise ValueError(f'A cookie cannot have this name: ,{name!r}')", OWN_WORDS),
    Excuse("02", "raise ValueError(f'{name!r}')", OWN_WORDS),
    Excuse("02", "raise ValueError(f'A cookie cannot carry this value: ,{value!r}')", OWN_WORDS),
    Excuse("02", "raise ValueError(f'{value!r}')", OWN_WORDS),
    Excuse("03", "return None", GIVEN),
    Excuse("03", "return names.get('cookie', 'no line has made the cookie')", GIVEN),
    Excuse("03", "return str(names.get('cookie', 'no line has made the cookie,'))", GIVEN),
    Excuse("03", "return str(names.get('cookie', ''))", GIVEN),
    Excuse("03", "return f'cannot run: ,{line} ({error})'", GIVEN),
    Excuse("03", "return f'{line} ({error})'", GIVEN),
    Excuse("03", "return f'cannot run: {line} (,{error})'", GIVEN),
    Excuse("03", "return f'cannot run: {line}{error})'", GIVEN),
    Excuse("03", "return f'cannot run: {line} ({error}),'", GIVEN),
    Excuse("03", "return f'cannot run: {line} ({error}'", GIVEN),
    Excuse("04", "return base64.urlsafe_b64encode(digest).rstrip(b'=,').decode()", NO_COMMA),
    Excuse("04", "if not hmac.compare_digest(computed.encode(), received.encode()):", SYMMETRIC),
    Excuse("05", "session_id = secrets.token_urlsafe(33)", LONGER),
    Excuse("07", "session_id = secrets.token_urlsafe(33)", LONGER),
    Excuse("09", "session_id = secrets.token_urlsafe(33)", LONGER),
    Excuse("09", "session_id = secrets.token_urlsafe(31)", OTHER_TASK),
    Excuse(
        "11",
        "HOME = '<h1>Hello {{name}}</h1> <a…",
        OWN_PAGE,
    ),
    Excuse(
        "11",
        "LOGIN = '<h1>Log in</h1> <form…",
        OWN_PAGE,
    ),
    Excuse(
        "11",
        "PROFILE = '<h1>You are…",
        OWN_PAGE,
    ),
    Excuse("11", "return None", NOTHING),
    Excuse("11", "return signer.unsign(request.get_cookie(COOKIE, ',')).decode()", NO_ID),
    Excuse("11", "return ','", NO_ID),
    Excuse("11", "return template(HOME, name=session.user if session else 'stranger,')", OWN_PAGE),
    Excuse("11", "def form(problem: str=',') -> str:", OWN_PAGE),
    Excuse("11", "return form('The name and the password do not belong together.,')", OWN_PAGE),
    Excuse("11", "return form('')", OWN_PAGE),
    Excuse("11", "new_id = secrets.token_urlsafe(33)", LONGER),
    Excuse("11", "return {'error,': 'Log in first.'}", OWN_PAGE),
    Excuse("11", "return {'': 'Log in first.'}", OWN_PAGE),
    Excuse("11", "return {'error': 'Log in first.,'}", OWN_PAGE),
    Excuse("11", "return {'error': ''}", OWN_PAGE),
    Excuse("15", "return base64.urlsafe_b64encode(digest).rstrip(b'=,').decode()", NO_COMMA),
    Excuse(
        "15",
        "if hmac.compare_digest(stamp(value, key).encode(), received.encode()):",
        SYMMETRIC,
    ),
    Excuse("14", "session['form_token'] = secrets.token_urlsafe(33)", LONGER),
    Excuse("14", "if not hmac.compare_digest(sent.encode(), kept.encode()):", SYMMETRIC),
]
