"""What the examiner does to exercise 05."""

from __future__ import annotations

import os
import random
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from sandbox.tutor.exercise import Exam, check
from sandbox.tutor.exercise.standstill import random_as_before, time_stands_still

if TYPE_CHECKING:
    from sandbox.tutor.exercise.transcript import Seen

BITS = 256
LONG_ENOUGH = re.compile(r"[A-Za-z0-9_-]{43,}")  # 43 characters of 6 bits hold 256 bits


@check(
    idea="The id finds the word, so the store must keep the two together.",
    place="In create: make an id, keep the word under it, return the id. In find: look it up.",
    code="create: self._words[session_id] = word, then return session_id. "
    "find: return self._words.get(session_id)",
)
def a_word_is_found_again(exam: Exam) -> None:
    """The id that create gives finds the word, also when it is asked for twice."""
    store, word = exam.new("SessionStore"), exam.word()
    session_id = store.call("create", word).is_such("a text that is not empty", _is_text).value
    store.call("find", session_id).gives(word)
    store.call("find", session_id).gives(word)


@check(
    idea="Two visitors can save the same word at the same moment. They are two sessions.",
    place="In create: the id must not come from the word or the time. In write: change one word.",
    code="create: session_id = secrets.token_urlsafe(32). "
    "write: self._words[session_id] = word, then return True",
    needs=[a_word_is_found_again],
)
def two_sessions_do_not_share_a_word(exam: Exam) -> None:
    """Two sessions that begin with one word at one moment are two, also with an empty word."""
    store, word = exam.new("SessionStore"), exam.word()
    new = _another_word(exam, word)
    with time_stands_still(exam.clock()):
        first = store.call("create", word).value
        second = store.call("create", word).value
    store.call("write", first, new).gives(True)
    store.call("find", first).gives(new)
    store.call("find", second).gives(word)
    empty = store.call("create", "").value
    store.call("find", empty).gives("")
    store.call("write", empty, new).gives(True)


@check(
    idea="Anybody can send an id that he made up. To look for it must not begin a session.",
    place="In find and delete: what happens when the dictionary does not have this id?",
    code="find: return self._words.get(session_id). "
    "delete: if session_id not in self._words: return False",
    needs=[a_word_is_found_again],
)
def an_unknown_id_finds_nothing(exam: Exam) -> None:
    """An id that nobody was given finds None, and looking for it does not begin a session."""
    store, unknown = exam.new("SessionStore"), secrets.token_urlsafe(32)
    store.call("create", exam.word())
    store.call("find", unknown).gives(None)
    store.call("delete", unknown).gives(False)
    store.call("find", unknown).gives(None)


@check(
    idea="What stands directly in the class exists once, for all of its objects.",
    place="Where the dictionary is made: each new store needs one of its own.",
    code="def __init__(self) -> None: self._words = {}",
    needs=[an_unknown_id_finds_nothing],
)
def two_stores_share_nothing(exam: Exam) -> None:
    """An id of one store finds nothing in another store, and ends nothing there."""
    one, other, word = exam.new("SessionStore"), exam.new("SessionStore"), exam.word()
    session_id = one.call("create", word, told=f"in one store: create({word!r})").value
    asked = f"({session_id!r})"
    other.call("find", session_id, told=f"in the other store: find{asked}").gives(None)
    other.call("delete", session_id, told=f"in the other store: delete{asked}").gives(False)
    one.call("find", session_id, told=f"in the one store: find{asked}").gives(word)


@check(
    idea="A short id can be guessed by trying. Nobody can try 256 random bits.",
    place="In create: look at how many random bytes the id is made of. Nothing else goes into it.",
    code="session_id = secrets.token_urlsafe(32): 32 bytes are 256 bits, written in 43 characters",
    needs=[a_word_is_found_again],
)
def an_id_is_long_enough(exam: Exam) -> None:
    """An id has at least 43 letters, digits, - and _, and the word does not stand in it."""
    store, word = exam.new("SessionStore"), exam.word()
    made = store.call("create", word)
    made.is_such("at least 43 letters, digits, - and _", _is_long_enough)
    made.is_such(f"a text without {word}", lambda session_id: word not in session_id)


@check(
    idea="A clock, a count and the module random can be repeated. Then an id is no secret.",
    place="In create: the id must come from the system's own random source, which has no seed.",
    code="session_id = secrets.token_urlsafe(32), and nothing of the module random or of the time",
    needs=[two_sessions_do_not_share_a_word, an_id_is_long_enough],
)
def an_id_cannot_be_computed(exam: Exam) -> None:
    """Whoever repeats the start, the moment, random.seed and the word gets another id."""
    word, number = exam.word(), exam.random.randrange(1000)
    told = f"the server starts, random.seed({number}), create({word!r})"
    with time_stands_still(exam.clock()), random_as_before():
        first = _first_id(exam, number, word, told).value
        again = _first_id(exam, number, word, f"once more: {told}")
    again.is_such("another id", lambda session_id: session_id != first)
    store = exam.new("SessionStore")
    with _counted_random_bytes() as drawn:
        store.call("create", word)
    bits = sum(drawn) * 8
    enough = f"{BITS} bits or more"
    exam.see("random bits that were drawn for it", enough, enough if bits >= BITS else str(bits))


@check(
    idea="When a session has ended, the store is as if it had never been. The others stay.",
    place="In delete: take the id out of the dictionary, and say False when it was not there.",
    code="if session_id not in self._words: return False; del self._words[session_id]; return True",
    needs=[an_unknown_id_finds_nothing],
)
def delete_ends_one_session(exam: Exam) -> None:
    """A deleted session is gone: to delete it again gives False. The other session stays."""
    store, word = exam.new("SessionStore"), exam.word()
    other = _another_word(exam, word)
    first = store.call("create", word).value
    second = store.call("create", other).value
    store.call("delete", first).gives(True)
    store.call("find", first).gives(None)
    store.call("delete", first).gives(False)
    store.call("find", second).gives(other)


@check(
    idea="A request can be late: its session has ended, and now it writes. Only create begins one.",
    place="In write: first ask whether the dictionary has this id, then write.",
    code="if session_id not in self._words: return False",
    needs=[delete_ends_one_session],
)
def a_deleted_session_stays_deleted(exam: Exam) -> None:
    """To write to a deleted session gives False, and does not bring the session back."""
    store, word = exam.new("SessionStore"), exam.word()
    session_id = store.call("create", word).value
    store.call("delete", session_id).gives(True)
    store.call("write", session_id, word).gives(False)
    store.call("find", session_id).gives(None)


@contextmanager
def _counted_random_bytes() -> Iterator[list[int]]:
    """How many bytes the system's random source gave inside this block, each time."""
    drawn: list[int] = []

    def count_and_draw(size: int) -> bytes:
        drawn.append(size)
        return draw(size)

    draw = os.urandom
    with patch("os.urandom", count_and_draw), patch("random._urandom", count_and_draw):
        yield drawn


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_long_enough(value: object) -> bool:
    return isinstance(value, str) and LONG_ENOUGH.fullmatch(value) is not None


def _another_word(exam: Exam, word: str) -> str:
    drawn = exam.word()
    return drawn if drawn != word else _another_word(exam, word)


def _first_id(exam: Exam, number: int, word: str, told: str) -> Seen:
    """The first id after a start of the server, with the module random in a known state."""
    random.seed(number)
    exam.load()
    return exam.new("SessionStore").call("create", word, told=told)
