"""What the examiner does to exercise 06."""

from __future__ import annotations

from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from sandbox.tutor.exercise import Exam, check

if TYPE_CHECKING:
    from sandbox.tutor.exercise.transcript import Seen

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # quick: only for the checks


class Site:
    """Two users with real hashes, a name that nobody has, and a verify that notes its calls."""

    def __init__(self, exam: Exam) -> None:
        self.exam = exam
        self.name, self.password = exam.name(), exam.password()
        self.other, self.others_password = f"{exam.name()}-2", f"{exam.password()}-2"
        self.unknown = f"{exam.name()}-3"
        self.hashes: dict[str, str] = {}
        self.add(self.name, self.password)
        self.add(self.other, self.others_password)
        self.asked: list[str] = []
        self.nobodys_password: str | None = None

    def add(self, name: str, password: str) -> None:
        self.hashes[name] = HASHER.hash(password)

    def verify(self, stored_hash: str, password: str) -> bool:
        self.asked.append(stored_hash)
        if stored_hash not in self.hashes.values() and password == self.nobodys_password:
            return True
        try:
            return HASHER.verify(stored_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    def log_in(self, name: str, password: str, note: str) -> Seen:
        """One line of the transcript: the call, and what is special about it."""
        sent = repr(password if len(password) < 40 else password[:10] + "…")
        told = f"check_password(hashes, verify, {name!r}, {sent})  # {note}"
        given = (dict(self.hashes), self.verify, name, password)
        self.asked.clear()
        return self.exam.call("check_password", *given, told=told)

    def refuses(self, name: str, password: str, note: str) -> Seen:
        return self.log_in(name, password, note).is_refused("BAD_CREDENTIALS")

    def asked_in_words(self) -> str:
        """Whose hash each call of verify was given."""
        owners = {stored: f"the hash of {name}" for name, stored in self.hashes.items()}
        nobody = self.exam.get("NOBODY")
        owners[nobody] = "NOBODY" if _is_a_hash(nobody) else f"{nobody!r}, which is no hash"
        return " and ".join(owners.get(each, repr(each)) for each in self.asked) or "nothing"


def _is_a_hash(text: str) -> bool:
    """Only a whole hash takes as long as the others."""
    try:
        return HASHER.verify(text, "")
    except VerifyMismatchError:
        return True
    except (VerificationError, InvalidHashError):
        return False


@check(
    idea="The server keeps a hash of the password. verify says whether a password belongs to it.",
    place="In check_password: find the hash of this name, ask verify, return the name.",
    code="fits = verify(hashes.get(name, NOBODY), password); when it fits: return name",
)
def the_right_password_gives_the_name(exam: Exam) -> None:
    """A name with its own password gives this name, for each of two users."""
    site = Site(exam)
    site.log_in(site.name, site.password, "the right one").gives(site.name)
    site.log_in(site.other, site.others_password, "the right one").gives(site.other)


@check(
    idea="A password proves one name only: the one that it was sent with.",
    place="In check_password: call verify with the hash of this name, and look at what it gives.",
    code='if not fits: raise Refused("BAD_CREDENTIALS")',
    needs=[the_right_password_gives_the_name],
)
def a_wrong_password_is_refused(exam: Exam) -> None:
    """Any other password is refused: another user's, an empty one, the hash itself."""
    site = Site(exam)
    for password, note in (
        (exam.password() + "-3", "a wrong password"),
        (site.others_password, "another user's password"),
        (site.password + " ", "the right one and a blank"),
        (site.password.upper(), "the right one in large letters"),
        ("", "an empty password"),
        (site.hashes[site.name], "the hash itself"),
    ):
        site.refuses(site.name, password, note)


@check(
    idea="Anybody can type a name that does not exist. That is a refusal, and not an accident.",
    place="Where you look into hashes: what happens when the name is not there?",
    code="hashes.get(name, NOBODY), and after verify: if name not in hashes: raise Refused(...)",
    needs=[a_wrong_password_is_refused],
)
def an_unknown_name_is_refused(exam: Exam) -> None:
    """A name that nobody has is refused with BAD_CREDENTIALS, also with a user's password."""
    site = Site(exam)
    site.refuses(site.unknown, exam.password(), "an unknown name")
    site.refuses(site.unknown, site.password, "a user's password")
    site.refuses("", site.password, "an empty name")


@check(
    idea="A refusal that says more for one case tells a guesser which names exist.",
    place="Where you raise Refused: one line for both cases is enough.",
    code='if name not in hashes or not fits: raise Refused("BAD_CREDENTIALS")',
    needs=[an_unknown_name_is_refused],
)
def both_refusals_say_the_same(exam: Exam) -> None:
    """Nobody can tell the refusal of an unknown name from that of a wrong password."""
    site = Site(exam)
    wrong = site.refuses(site.name, exam.password() + "-3", "a wrong password")
    unknown = site.refuses(site.unknown, exam.password(), "an unknown name")
    exam.see("read the refusal of the unknown name", repr(wrong.raised), repr(unknown.raised))


@check(
    idea="A hash is slow on purpose. An answer that comes at once tells that nothing was checked.",
    place="Call verify before you decide anything, in one place, whether the name is known or not.",
    code="fits = verify(hashes.get(name, NOBODY), password)",
    needs=[an_unknown_name_is_refused],
)
def each_login_costs_one_verify(exam: Exam) -> None:
    """Each login calls verify once: with the hash of the name, or with NOBODY."""
    site = Site(exam)
    hers = f"the hash of {site.name}"
    site.log_in(site.name, site.password, "the right one").gives(site.name)
    exam.see("what verify was called with", hers, site.asked_in_words())
    site.refuses(site.name, exam.password() + "-3", "a wrong password")
    exam.see("what verify was called with", hers, site.asked_in_words())
    site.refuses(site.unknown, exam.password(), "an unknown name")
    exam.see("what verify was called with", "NOBODY", site.asked_in_words())


@check(
    idea="NOBODY is there to cost time. A password that fits it proves no name at all.",
    place="After verify: True is not enough. Ask also whether the name is in hashes.",
    code='if name not in hashes or not fits: raise Refused("BAD_CREDENTIALS")',
    needs=[an_unknown_name_is_refused],
)
def nobodys_password_opens_nothing(exam: Exam) -> None:
    """Whoever has found the password behind NOBODY is refused, under any name."""
    site = Site(exam)
    site.nobodys_password = exam.password() + "-4"
    note = "the password behind NOBODY"
    for name in (site.unknown, "NOBODY", site.name):
        site.refuses(name, site.nobodys_password, note)


@check(
    idea="Two names that differ in one letter are two users. The server must not make them one.",
    place="Look for what changes the name before it is looked up: lower(), strip().",
    code="hashes.get(name, NOBODY), with name just as it came",
    needs=[an_unknown_name_is_refused],
)
def a_name_is_taken_as_it_comes(exam: Exam) -> None:
    """Large and small letters and blanks count: Mira, mira and "mira " are three names."""
    site = Site(exam)
    small, large = site.name.lower(), site.name.capitalize()
    site.add(small, site.password)
    site.add(large, site.others_password)
    site.log_in(large, site.others_password, "the right one").gives(large)
    site.refuses(large, site.password, f"the password of {small}")
    site.refuses(small + " ", site.password, "a blank too many")
