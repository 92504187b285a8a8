"""What the examiner does to exercise 07."""

from __future__ import annotations

import random
import re
import secrets
from copy import deepcopy

from sandbox.tutor.exercise import Exam, check
from sandbox.tutor.exercise.standstill import random_as_before, time_stands_still

LONG_ENOUGH = re.compile(r"[A-Za-z0-9_-]{43,}")  # 43 characters of 6 bits hold 256 bits
Row = dict[str, "str | None"]


class Site:
    """A store with rows that the examiner has put there, alice, and bob who attacks."""

    def __init__(self, exam: Exam) -> None:
        self.exam = exam
        self.alice, self.bob = (f"{each}{exam.random.randrange(1000)}" for each in ("alice", "bob"))
        self.word, self.bobs_word = exam.word(), f"{exam.word()}-2"
        self.store: dict[str, Row] = {}

    def begin(self, user: str | None, word: str) -> str:
        """A row that is there before the login, as the server would have made it."""
        session_id = secrets.token_urlsafe(32)
        self.store[session_id] = {"user": user, "word": word}
        return session_id

    def log_in(self, present_id: str | None, note: str) -> str:
        """alice logs in; the new id, which the store must have."""
        shown = None if present_id is None else _shortened(present_id)
        told = f"log_in(store, {self.alice!r}, {shown!r})  # {note}"
        seen = self.exam.call("log_in", self.store, self.alice, present_id, told=told)
        seen.is_such("an id that the store has now", self._is_in_store)
        return str(seen.value)

    def _is_in_store(self, session_id: object) -> bool:
        return isinstance(session_id, str) and session_id in self.store

    def sends(self, who: str, session_id: str, expected: Row | None) -> None:
        """Somebody comes with this id: the row that it finds in the store."""
        act = f"{who} sends {_shortened(session_id)!r}: the row that it finds"
        self.exam.see(act, expected, self.store.get(session_id))

    def ticket_has_changed(self, before: str, after: str) -> None:
        observed = "the same id" if after == before else "another id"
        self.exam.see("the id after the login", "another id", observed)


@check(
    idea="A session is a row and an id that finds it. Whoever sends the id later gets the row.",
    place="In log_in: make an id, put a row under it into the store, return the id.",
    code='session_id = secrets.token_urlsafe(32); store[session_id] = {"user": user, "word": ""}; '
    "return session_id",
)
def a_login_begins_a_session(exam: Exam) -> None:
    """A login in a new browser gives an id that finds the user's row."""
    site = Site(exam)
    own = site.log_in(None, "a browser without a ticket")
    site.sends("alice", own, {"user": site.alice, "word": ""})


@check(
    idea="An id that comes from outside was chosen by somebody, and he knows it.",
    place="Where the new id is made: what happens when the store does not have present_id?",
    code="session_id = secrets.token_urlsafe(32), always; present_id is never put into the store",
    needs=[a_login_begins_a_session],
)
def a_planted_id_is_not_adopted(exam: Exam) -> None:
    """bob makes up an id and plants it: after alice's login it finds nothing."""
    for planted in (secrets.token_urlsafe(32), exam.word(), ""):
        site = Site(exam)
        own = site.log_in(planted, "bob made up this id")
        site.sends("bob", planted, None)
        site.sends("alice", own, {"user": site.alice, "word": ""})


@check(
    idea="bob can get a real id by visiting the site. He plants that one in alice's browser.",
    place="Where the new id is made: do it also when the store has present_id.",
    code="session_id = secrets.token_urlsafe(32), without any if around it",
    needs=[a_planted_id_is_not_adopted],
)
def the_ticket_changes_at_each_login(exam: Exam) -> None:
    """The id after the login is another one, also when alice was logged in."""
    site = Site(exam)
    bobs = site.begin(None, "")
    first = site.log_in(bobs, "a real id of nobody, which bob knows")
    site.ticket_has_changed(bobs, first)
    second = site.log_in(first, "alice logs in once more")
    site.ticket_has_changed(first, second)


@check(
    idea="A new row is not enough. Whoever kept the old ticket still holds one that opens.",
    place="When the store has present_id: its row must leave the store.",
    code="if present_id in store: present = store.pop(present_id)",
    needs=[the_ticket_changes_at_each_login],
)
def the_old_ticket_finds_nothing(exam: Exam) -> None:
    """The id from before the login finds no row, neither nobody's nor alice's own."""
    for user, note in ((None, "a row of nobody"), ("alice", "a row of her own")):
        site = Site(exam)
        old = site.begin(site.alice if user else None, site.word)
        site.log_in(old, note)
        site.sends("bob", old, None)
        exam.see("rows in the store", 1, len(site.store))


@check(
    idea="What a stranger has kept is still hers after the login. Only the id is thrown away.",
    place="Before the old row goes: whose row is it? None and the same user may keep the word.",
    code='if present["user"] in (None, user): word = present["word"]',
    needs=[a_login_begins_a_session],
)
def the_word_goes_along(exam: Exam) -> None:
    """The word of nobody's row, or of alice's own, stands in her new row."""
    for user, note in ((None, "a row of nobody"), ("alice", "a row of her own")):
        site = Site(exam)
        old = site.begin(site.alice if user else None, site.word)
        new = site.log_in(old, f"{note}, with the word {site.word}")
        site.sends("alice", new, {"user": site.alice, "word": site.word})


@check(
    idea="Two people can use one browser. What belongs to one of them is not for the other.",
    place="Where the word is taken over: ask for the user of the old row. It is deleted anyway.",
    code='present = store.pop(present_id); if present["user"] in (None, user): word = ...',
    needs=[a_planted_id_is_not_adopted],
)
def another_users_session_ends(exam: Exam) -> None:
    """In bob's browser his row ends, and alice begins without his word."""
    site = Site(exam)
    bobs = site.begin(site.bob, site.bobs_word)
    own = site.log_in(bobs, f"the row of {site.bob}")
    site.sends("alice", own, {"user": site.alice, "word": ""})
    site.sends("bob", bobs, None)


@check(
    idea="One browser logs in. The sessions of all the other browsers have nothing to do with it.",
    place="Where rows are deleted or changed: only that of present_id, found by its id alone.",
    code="store.pop(present_id), and no loop over the store",
    needs=[a_login_begins_a_session],
)
def all_other_rows_stay(exam: Exam) -> None:
    """Rows of other browsers stay as they are: bob's, nobody's, and alice's own."""
    site = Site(exam)
    rows = ((site.bob, site.bobs_word), (None, f"{exam.word()}-3"), (site.alice, site.word))
    others = {site.begin(user, word): user for user, word in rows}
    before = deepcopy(site.store)
    for present_id, note in (
        (None, "a browser without a ticket"),
        (site.begin(None, ""), "a row of nobody"),
    ):
        site.log_in(present_id, note)
        for session_id, user in others.items():
            whose = f"{user or 'nobody'} in another browser"
            site.sends(whose, session_id, before[session_id])


@check(
    idea="bob knows the name, the old id and the time. He must not get the new id from them.",
    place="Where the new id is made: nothing goes into it but 256 bits of the system's randomness.",
    code="session_id = secrets.token_urlsafe(32): 32 bytes are 256 bits, written in 43 characters",
    needs=[a_login_begins_a_session],
)
def the_new_id_cannot_be_computed(exam: Exam) -> None:
    """An id is long, and another one when user, old id and moment are repeated."""
    site = Site(exam)
    old, number = site.begin(None, site.word), exam.random.randrange(1000)
    before, ids = deepcopy(site.store), []
    with time_stands_still(exam.clock()), random_as_before():
        for note in (f"the server starts; random.seed({number})", "all of it once more"):
            site.store = deepcopy(before)
            exam.load()
            random.seed(number)
            ids.append(site.log_in(old, note))
    fits = "at least 43 letters, digits, - and _"
    exam.see("what the id is made of", fits, fits if LONG_ENOUGH.fullmatch(ids[0]) else ids[0])
    exam.see("the second id", "another id", "the same id" if ids[0] == ids[1] else "another id")


def _shortened(session_id: str) -> str:
    return f"{session_id[:4]}…{session_id[-2:]}" if len(session_id) > 20 else session_id
