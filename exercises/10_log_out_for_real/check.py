"""What the examiner does to exercise 10."""

from __future__ import annotations

import secrets
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from sandbox.tutor.exercise import Exam, check

if TYPE_CHECKING:
    from sandbox.tutor.exercise.transcript import Seen

Row = dict[str, Any]


class Site:
    """A store with rows that the examiner has put there; alice is who logs out."""

    def __init__(self, exam: Exam) -> None:
        self.exam = exam
        self.alice, self.bob = (f"{each}{exam.random.randrange(1000)}" for each in ("alice", "bob"))
        self.store: dict[str, Row] = {}
        self._before: dict[str, Row] = {}

    def begin(self, user: str | None) -> str:
        """A row as a login, or a visit of nobody, would have made it."""
        session_id = secrets.token_urlsafe(32)
        now = self.exam.clock()
        self.store[session_id] = {"user": user, "began": now, "seen": now}
        self._before[session_id] = deepcopy(self.store[session_id])
        return session_id

    def call(self, function: str, session_id: str | None, note: str) -> Seen:
        shown = None if session_id is None else _shortened(session_id)
        told = f"{function}(store, {shown!r})  # {note}"
        return self.exam.call(function, self.store, session_id, told=told)

    def finds_nothing(self, who: str, session_id: str) -> None:
        act = f"{who} sends {_shortened(session_id)!r}: the row that it finds"
        self.exam.see(act, None, self.store.get(session_id))

    def finds_its_row(self, who: str, session_id: str) -> None:
        act = f"{who} sends {_shortened(session_id)!r}: the row that it finds"
        self.exam.see(act, self._before[session_id], self.store.get(session_id))

    def has_these_rows(self, session_ids: list[str]) -> None:
        expected, observed = (
            sorted(_shortened(each) for each in ids) for ids in (session_ids, self.store)
        )
        self.exam.see("the ids in the store", expected, observed)


class Visits:
    """One session from its login on, and the limits that it has."""

    def __init__(self, exam: Exam) -> None:
        self.exam = exam
        self.idle = 60 * exam.random.randrange(10, 30)
        self.lifetime = self.idle * exam.random.randrange(4, 7)
        self.began = exam.clock()
        self.session: Row = {"user": exam.name(), "began": self.began, "seen": self.began}
        self._before = deepcopy(self.session)

    def come_after(self, seconds: float) -> Seen:
        """The next visit; the comment tells how long it is since the last one, and the login."""
        self.exam.clock.forward(seconds)
        now = self.exam.clock()
        silent, age = now - self._before["seen"], now - self.began
        limits = f"{self.idle}, {self.lifetime}"
        told = f"check_limits(session, now, {limits})  # silent {silent:g} s, begun {age:g} s ago"
        given = self.session, now, self.idle, self.lifetime
        return self.exam.call("check_limits", *given, told=told)

    def are_welcome_after(self, seconds: float) -> None:
        self.come_after(seconds).gives(True)
        self._before["seen"] = self.exam.clock()

    def have_noted(self) -> None:
        """The row is as it was, but for `seen`: that is the time of the last welcome visit."""
        self.exam.see("the row afterwards", self._before, self.session)


@check(
    idea="The browser can drop its ticket, and a copy of it is left. The row is what opens.",
    place="In log_out: take the row of session_id out of the store, and no other row.",
    code="store.pop(session_id, None)",
)
def logging_out_ends_this_session(exam: Exam) -> None:
    """A ticket replayed after the logout finds no row; all other rows stay."""
    site = Site(exam)
    hers = site.begin(site.alice)
    others = {
        "alice in another browser": site.begin(site.alice),
        "bob": site.begin(site.bob),
        "nobody": site.begin(None),
    }
    site.call("log_out", hers, "alice")
    site.finds_nothing("bob, who has a copy,", hers)
    for who, session_id in others.items():
        site.finds_its_row(who, session_id)


@check(
    idea="A browser can bring any id, or none. There is nothing to end then, and no accident.",
    place="Where the store is asked for session_id: what happens when it is not there?",
    code="log_out: store.pop(session_id, None). "
    "log_out_everywhere: if session_id not in store: return the same text",
    needs=[logging_out_ends_this_session],
)
def whoever_has_no_session_can_log_out(exam: Exam) -> None:
    """Logging out twice, with an unknown id or with None, raises nothing and ends nothing."""
    site = Site(exam)
    ended = site.begin(site.alice)
    rows = [site.begin(user) for user in (site.alice, site.bob, None)]
    site.call("log_out", ended, "alice")
    for function in ("log_out", "log_out_everywhere"):
        site.call(function, ended, "once more")
        site.call(function, secrets.token_urlsafe(32), "an unknown id")
        site.call(function, "", "an empty id")
        site.call(function, None, "no ticket")
        site.has_these_rows(rows)


@check(
    idea="A user has a row for each browser. The row of this browser says which user it is.",
    place="In log_out_everywhere: first find the user. Then look at each row in the store.",
    code='for each in list(store): if store[each]["user"] == user: del store[each]',
    needs=[whoever_has_no_session_can_log_out],
)
def everywhere_ends_all_of_hers(exam: Exam) -> None:
    """Logging out everywhere ends all sessions of this user, and only those."""
    site = Site(exam)
    phone, bobs = site.begin(site.alice), site.begin(site.bob)
    hers, alike = site.begin(site.alice), site.begin(f"{site.alice}2")
    capital, nobodys = site.begin(site.alice.capitalize()), site.begin(None)
    tablet = site.begin(site.alice)
    site.call("log_out_everywhere", hers, "alice")
    for browser, session_id in (("browser", hers), ("phone", phone), ("tablet", tablet)):
        site.finds_nothing(f"alice's {browser}", session_id)
    site.finds_its_row("bob", bobs)
    site.finds_its_row(f"{site.alice}2", alike)
    site.finds_its_row(site.alice.capitalize(), capital)
    site.finds_its_row("nobody", nobodys)


@check(
    idea="Two strangers have both the user None. That does not make them one person.",
    place="In log_out_everywhere: what do you delete when the user of this session is None?",
    code="if user is None: return log_out(store, session_id)",
    needs=[everywhere_ends_all_of_hers],
)
def nobody_is_not_a_person(exam: Exam) -> None:
    """A session of nobody, logged out everywhere, ends alone: the other strangers' stay."""
    site = Site(exam)
    first, second = site.begin(None), site.begin(None)
    rows = [first, site.begin(site.alice), site.begin(None)]
    site.call("log_out_everywhere", second, "nobody")
    site.finds_nothing("whoever has a copy", second)
    site.has_these_rows(rows)


@check(
    idea="A cookie whose time is over at once takes the place of the ticket: same name, same path.",
    place="In both functions, in each return: a text like the ticket's, with another Max-Age.",
    code='return "sid=; Path=/; Max-Age=0"',
    needs=[logging_out_ends_this_session],
)
def the_browser_drops_its_ticket(exam: Exam) -> None:
    """Each logout gives a Set-Cookie that drops sid, also without a session."""
    site = Site(exam)
    for function in ("log_out", "log_out_everywhere"):
        for session_id, note in (
            (site.begin(site.alice), "alice"),
            (site.begin(None), "nobody"),
            (None, "no ticket"),
        ):
            dropped = site.call(function, session_id, note)
            dropped.is_such("sid=…; Path=/; Max-Age=0, no Domain", _drops_the_ticket)


@check(
    idea="Silence runs from the last visit. It is asked for first, so that its code is said first.",
    place="In check_limits, before all else: compare the time since seen with idle.",
    code='if now - session["seen"] > idle: raise Refused("IDLE_TIMEOUT")',
)
def silence_ends_a_session(exam: Exam) -> None:
    """Silent beyond the idle limit is IDLE_TIMEOUT, also when both limits have passed."""
    visits = Visits(exam)
    visits.are_welcome_after(visits.idle)
    visits.come_after(visits.idle + 1).is_refused("IDLE_TIMEOUT")
    visits.come_after(visits.lifetime).is_refused("IDLE_TIMEOUT")


@check(
    idea="Only a visit that is let in ends the silence. Else a reload would bring a session back.",
    place="In check_limits: where is seen written? Behind everything that can refuse.",
    code='session["seen"] = now, directly above the last return, and no finally',
    needs=[silence_ends_a_session],
)
def a_refusal_is_no_visit(exam: Exam) -> None:
    """A welcome visit is noted in seen; a refused one is not."""
    visits = Visits(exam)
    visits.are_welcome_after(exam.random.randrange(1, visits.idle))
    visits.have_noted()
    visits.come_after(visits.idle + 1).is_refused("IDLE_TIMEOUT")
    visits.have_noted()
    visits.come_after(0).is_refused("IDLE_TIMEOUT")


@check(
    idea="A thief can keep a copied session busy all day. So the lifetime runs from the login.",
    place="In check_limits, after silence: compare the time since began with lifetime.",
    code='if now - session["began"] > lifetime: raise Refused("ABSOLUTE_TIMEOUT")',
    needs=[a_refusal_is_no_visit],
)
def busy_is_not_for_ever(exam: Exam) -> None:
    """A session that is never silent is refused beyond its lifetime with ABSOLUTE_TIMEOUT."""
    visits = Visits(exam)
    for _ in range(visits.lifetime // visits.idle):
        visits.are_welcome_after(visits.idle)
    visits.come_after(1).is_refused("ABSOLUTE_TIMEOUT")
    visits.have_noted()


def _drops_the_ticket(set_cookie: object) -> bool:
    """As a browser reads it: RFC 6265, section 5.2. Of two equal attributes the last counts."""
    if not isinstance(set_cookie, str) or not set_cookie.isprintable():
        return False
    pair, *attributes = (part.strip() for part in set_cookie.split(";"))
    divided = (each.partition("=") for each in attributes)
    said = {name.strip().lower(): value.strip() for name, _, value in divided}
    is_ours = pair.partition("=")[:2] == ("sid", "=") and said.get("path") == "/"
    return is_ours and said.get("max-age") == "0" and "domain" not in said


def _shortened(session_id: str) -> str:
    return f"{session_id[:4]}…{session_id[-2:]}" if len(session_id) > 20 else session_id
