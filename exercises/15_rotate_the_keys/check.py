"""What the examiner does to exercise 15."""

from __future__ import annotations

import base64
import hashlib
import hmac
import string
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from sandbox.tutor.exercise import Exam, check

if TYPE_CHECKING:
    from sandbox.tutor.exercise.transcript import Seen

Keys = list[bytes]
ALPHABET = string.ascii_letters + string.digits
STEPS = ("add", "promote", "retire")
EVERYBODY = "everybody is known at both servers"


def stamped(value: str, key: bytes) -> str:
    """A cookie that this signing key has stamped."""
    digest = hmac.new(key, value.encode(), hashlib.sha256).digest()
    return f"{value}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def keys_named(exam: Exam, *names: str) -> Keys:
    """Signing keys, new in each run, that are told apart by their names."""
    return [f"{name}-{exam.random.randrange(16**8):08x}".encode() for name in names]


@dataclass
class Server:
    """One of the two; `keys` is the list as this server has read it last."""

    name: str
    keys: Keys


@dataclass
class Ticket:
    """A cookie, who has it, and at which server and when he logged in."""

    user: str
    cookie: str
    of: str
    issued: float


class Site:
    """Two servers, the list that they share, and everybody who has logged in; time in seconds."""

    def __init__(self, exam: Exam, keys: Keys) -> None:
        self.exam, self.keys, self.now = exam, keys, 0.0
        self.max_age, self.delay = exam.random.randrange(600, 4000), exam.random.randrange(5, 60)
        self.servers = {name: Server(name, list(keys)) for name in "AB"}
        self.tickets: list[Ticket] = []
        self.visits()

    def visits(self) -> str:
        """At both servers somebody logs in; then everybody visits both. Who is not known?"""
        for server in self.servers.values():
            user = self.exam.name()
            cookie = self.exam.get("sign")(user, list(server.keys))
            self.tickets.append(Ticket(user, cookie, server.name, self.now))
        self.tickets = [each for each in self.tickets if self.now - each.issued <= self.max_age]
        pairs = product(self.tickets, self.servers.values())
        return next(filter(None, (self._visit(*pair) for pair in pairs)), EVERYBODY)

    def after(self, step: str, keys: Keys, first: str) -> list[tuple[str, str]]:
        """The servers reread the new list, one earlier, one later; of each moment what was seen."""
        second = "B" if first == "A" else "A"
        self.keys = keys
        seen = [(f"after {step}, no server has reread", self.visits())]
        self._reread(first)
        seen.append((f"after {step}, server {first} has reread, {second} has not", self.visits()))
        self.now += self.delay
        seen.append((f"after {step}, just before {second} rereads", self.visits()))
        self._reread(second)
        seen.append((f"after {step}, both have reread", self.visits()))
        return seen

    def shows(self, step: str, keys: Keys, first: str) -> None:
        """A line of the transcript for each moment."""
        for told, observed in self.after(step, keys, first):
            self.exam.see(told, EVERYBODY, observed)

    def take(self, step: str, new: bytes) -> Keys:
        """The list that this step gives; before retire all the time passes that it asks for."""
        given: list[object] = [list(self.keys)]
        if step == "add":
            given.append(new)
        if step == "retire":
            self.now += self.max_age + 1
            given += [self.delay + self.max_age + 1, self.max_age, self.delay]
        keys: Keys = self.exam.get(step)(*given)
        return keys

    def _reread(self, name: str) -> None:
        self.servers[name].keys = list(self.keys)

    def _visit(self, ticket: Ticket, server: Server) -> str:
        """Nothing, or who is refused where."""
        try:
            user = self.exam.get("verify")(ticket.cookie, list(server.keys))
        except Exception as error:  # Refused, as a rule
            who = f"{ticket.user}, who logged in at {ticket.of}"
            return f"{who}, is refused at {server.name}: {error}"
        return "" if user == ticket.user else f"{ticket.user} is {user!r} at {server.name}"


@check(
    idea="All servers must stamp alike, so the place in the list says which key it is: the last.",
    place="In sign: the value, a dot, and the stamp over the value. Which key makes it?",
    code='return f"{value}.{stamp(value, keys[-1])}"',
)
def the_last_key_signs(exam: Exam) -> None:
    """The cookie is the value, a dot and the stamp of the last key."""
    keys = keys_named(exam, "first", "second", "third")
    name, word = exam.name(), exam.word()
    for value, given in ((name, keys[:1]), (word, keys), (f"{name}.{word}", keys), ("", keys)):
        exam.call("sign", value, given).gives(stamped(value, given[-1]))


@check(
    idea="A cookie that was signed yesterday has the stamp of an older key. It is ours, too.",
    place="In verify: part the cookie at its last dot. Then try one key after another.",
    code='value, dot, received = cookie.rpartition("."), then: for key in keys: '
    "if hmac.compare_digest(received.encode(), stamp(value, key).encode()): return value",
    needs=[the_last_key_signs],
)
def each_key_is_accepted(exam: Exam) -> None:
    """A cookie with the stamp of any key in the list gives its value."""
    keys = keys_named(exam, "first", "second", "third")
    name, word = exam.name(), exam.word()
    exam.call("verify", stamped(word, keys[0]), keys[:1]).gives(word)
    for value, key in (
        (name, keys[2]),
        (word, keys[0]),
        (f"{name}.{word}", keys[1]),
        ("", keys[0]),
    ):
        exam.call("verify", stamped(value, key), keys).gives(value)


@check(
    idea="What has not the form of our cookies is not worth a look at its stamp.",
    place="In verify, before the keys: is there a dot at all?",
    code='if not dot: raise Refused("MALFORMED")',
    needs=[each_key_is_accepted],
)
def a_cookie_without_a_dot_is_malformed(exam: Exam) -> None:
    """A cookie without a dot is refused with MALFORMED."""
    keys = keys_named(exam, "first", "second")
    for odd in ("", exam.word(), stamped(exam.word(), keys[1]).replace(".", "")):
        exam.call("verify", odd, keys).is_refused("MALFORMED")


@check(
    idea="Whoever has none of our keys cannot make a stamp that one of them makes.",
    place="In verify, behind the loop: no key was the right one. Whole stamps are compared.",
    code='raise Refused("BAD_SIGNATURE"), behind the loop and not in it',
    needs=[each_key_is_accepted],
)
def a_stamp_of_no_key_of_ours_is_refused(exam: Exam) -> None:
    """A foreign key, a changed value, a changed, cut or missing stamp: BAD_SIGNATURE."""
    keys, value = keys_named(exam, "first", "second", "third"), exam.word()
    (foreign,) = keys_named(exam, "foreign")
    stamp = stamped(value, keys[0]).rpartition(".")[2]
    stamps = [changed(exam, stamp, 0), changed(exam, stamp, 20), stamp[:20], "", f"{stamp}A"]
    odd_ones = [f"{value}.{odd}" for odd in [*stamps, stamp.swapcase()]]
    for odd in [stamped(value, foreign), f"{changed(exam, value, 1)}.{stamp}", *odd_ones, "."]:
        exam.call("verify", odd, keys).is_refused("BAD_SIGNATURE")


@check(
    idea="A browser can send any character. Only bytes compare without an error.",
    place="In verify: what does compare_digest say to a stamp with an é in it?",
    code="hmac.compare_digest(received.encode(), stamp(value, key).encode())",
    needs=[a_stamp_of_no_key_of_ours_is_refused],
)
def a_stamp_that_is_not_ascii_is_refused(exam: Exam) -> None:
    """A stamp with a character outside ASCII is refused with BAD_SIGNATURE, too."""
    keys, value = keys_named(exam, "first", "second"), exam.word()
    stamp = stamped(value, keys[1]).rpartition(".")[2]
    exam.call("verify", f"{value}.é{stamp[1:]}", keys).is_refused("BAD_SIGNATURE")


@check(
    idea="== stops at the first difference. The time it takes tells how much was right.",
    place="In verify: where a stamp is compared; each key's stamp, in the same way.",
    code="hmac.compare_digest(received.encode(), stamp(value, key).encode())",
    needs=[a_stamp_of_no_key_of_ours_is_refused],
)
def the_stamps_are_compared_in_constant_time(exam: Exam) -> None:
    """hmac.compare_digest is asked about the stamp that came and the one of each key."""
    keys, value = keys_named(exam, "first", "second", "third"), exam.word()
    stamps = [stamped(value, key).rpartition(".")[2] for key in keys]
    odd = changed(exam, stamps[1], 20)
    exam.call("verify", f"{value}.{odd}", keys).is_refused("BAD_SIGNATURE")
    asked = {frozenset(map(as_text, pair)) for pair in exam.comparisons}
    for key, stamp in zip(keys, stamps, strict=True):
        was_asked = "compared" if frozenset((odd, stamp)) in asked else "not compared"
        exam.see(f"compare_digest: this stamp and the one of {key!r}", "compared", was_asked)


@check(
    idea="A server that has not reread refuses the stamp of a key that it does not have.",
    place="In add: the place of the new key. The last place signs, so it must not stand there.",
    code="return [*keys[:-1], new, keys[-1]]",
    needs=[a_stamp_of_no_key_of_ours_is_refused],
)
def adding_a_key_logs_nobody_out(exam: Exam) -> None:
    """After add nobody is logged out, whichever server rereads first; the new key is accepted."""
    first, second, third, new = keys_named(exam, "first", "second", "third", "new")
    for earlier in "AB":
        site = Site(exam, [first, second])
        added = exam.call("add", [first, second], new)
        site.shows("add", _keys_of(added), earlier)
    exam.call("add", [first], new).gives([new, first])
    exam.call("add", [first, second, third], new).gives([first, second, new, third])


@check(
    idea="Now every server accepts the new key, so it may sign. The old one must stay accepted.",
    place="In promote: the last two keys exchange their places, and no key gets lost.",
    code="return [*keys[:-2], keys[-1], keys[-2]]",
    needs=[adding_a_key_logs_nobody_out],
)
def promoting_a_key_logs_nobody_out(exam: Exam) -> None:
    """After promote the new key signs, and nobody is logged out, whichever server rereads first."""
    first, second, third, new = keys_named(exam, "first", "second", "third", "new")
    for earlier in "AB":
        site = Site(exam, [first, new, second])
        promoted = exam.call("promote", [first, new, second])
        site.shows("promote", _keys_of(promoted), earlier)
    exam.call("promote", [new, second]).gives([second, new])
    exam.call("promote", [first, second, new, third]).gives([first, second, third, new])


@check(
    idea="The last cookie of the old key was signed by the server that reread last.",
    place="In retire: waited must be more than delay and max_age together.",
    code='if waited <= delay + max_age: raise Refused("TOO_EARLY")',
    needs=[a_stamp_of_no_key_of_ours_is_refused],
)
def no_key_is_retired_too_early(exam: Exam) -> None:
    """As long as a cookie of the first key can be good, retire is refused with TOO_EARLY."""
    old, new = keys_named(exam, "old", "new")
    max_age, delay = exam.random.randrange(600, 4000), exam.random.randrange(5, 60)
    for waited, note in (
        (0, "promote was just now"),
        (max_age, f"a server may have signed with old {delay} s later"),
        (max_age + delay, f"the last cookie of old is {max_age} s old, and good"),
    ):
        told = f"retire({[old, new]}, {waited}, {max_age}, {delay})  # {note}"
        seen = exam.call("retire", [old, new], waited, max_age, delay, told=told)
        seen.is_refused("TOO_EARLY")


@check(
    idea="A key that has leaked makes good cookies for a thief as long as it is in the list.",
    place="In retire, at its end: give all keys but the first.",
    code="return keys[1:]",
    needs=[no_key_is_retired_too_early],
)
def a_retired_key_opens_nothing(exam: Exam) -> None:
    """When no cookie of the first key is good, retire takes it out, and no other key."""
    stolen, second, third = keys_named(exam, "stolen", "second", "third")
    max_age, delay = exam.random.randrange(600, 4000), exam.random.randrange(5, 60)
    forged, value = stamped("alice", stolen), exam.word()
    retired = exam.call("retire", [stolen, second, third], max_age + delay + 1, max_age, delay)
    retired.gives([second, third])
    keys: Keys = retired.value
    told = "a thief has stamped alice with the stolen key: verify"
    exam.call("verify", forged, keys, told=told).is_refused("BAD_SIGNATURE")
    exam.call("verify", stamped(value, second), keys).gives(value)
    exam.call("retire", [second, third], 10 * max_age, max_age, delay).gives([third])


@check(
    idea="A site without a signing key knows nobody. The only key must stay, and it signs already.",
    place="In promote and in retire, before all else: how many keys are there?",
    code='if len(keys) < 2: raise Refused("ONE_KEY")',
    needs=[promoting_a_key_logs_nobody_out, a_retired_key_opens_nothing],
)
def the_only_key_stays(exam: Exam) -> None:
    """With one key, promote and retire are refused with ONE_KEY, also when it is too early."""
    (only,) = keys_named(exam, "only")
    max_age, delay = exam.random.randrange(600, 4000), exam.random.randrange(5, 60)
    exam.call("promote", [only]).is_refused("ONE_KEY")
    for waited in (0, 2 * (max_age + delay)):
        exam.call("retire", [only], waited, max_age, delay).is_refused("ONE_KEY")


@check(
    idea="A list in Python is one thing with many names. Who changes it changes it for all.",
    place="In add, promote and retire: insert, append, pop, del and keys[0] = change a list.",
    code="return [*keys[:-1], new, keys[-1]]: a new list, made of parts of the old one",
    needs=[promoting_a_key_logs_nobody_out, a_retired_key_opens_nothing],
)
def the_list_that_was_given_stays(exam: Exam) -> None:
    """No step changes the list that it was given."""
    keys = keys_named(exam, "first", "second", "third")
    (new,) = keys_named(exam, "new")
    for step, *rest in (("add", new), ("promote",), ("retire", 5000, 600, 5)):
        given = list(keys)
        exam.call(str(step), given, *rest)
        exam.see(f"the list that {step} was given", keys, given)


@check(
    idea="Each step is safe when the one before it is known everywhere.",
    place="All five functions together: which step is told in the line where they part?",
    code="add puts before the last, promote exchanges the last two, retire drops the first",
    needs=[the_only_key_stays, the_list_that_was_given_stays],
)
def nobody_is_logged_out_in_any_order(exam: Exam) -> None:
    """Two keys are exchanged one after the other: nobody is logged out, in any order of rereads."""
    for order in product("AB", repeat=3):
        told = ", ".join(
            f"{step} ({first} rereads first)" for step, first in zip(STEPS, order, strict=True)
        )
        exam.see(f"twice {told}", EVERYBODY, _rotated_twice(exam, order))


def _rotated_twice(exam: Exam, order: tuple[str, ...]) -> str:
    """The first moment at which somebody was not known, in two whole rotations."""
    site = Site(exam, keys_named(exam, "first"))
    for new in keys_named(exam, "second", "third"):
        for step, first in zip(STEPS, order, strict=True):
            for told, observed in site.after(step, site.take(step, new), first):
                if observed != EVERYBODY:
                    return f"{told}: {observed}"
    return EVERYBODY


def changed(exam: Exam, text: str, place: int) -> str:
    """The text with another letter or digit at this place."""
    other = exam.random.choice([each for each in ALPHABET if each != text[place]])
    return text[:place] + other + text[place + 1 :]


def as_text(value: object) -> str:
    """Stamps are compared as bytes or as texts."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _keys_of(seen: Seen) -> Keys:
    """The list that a step gave, for the servers to read."""
    if not _is_keys(seen.value):
        seen.is_such("a list of keys", _is_keys)
    return list(seen.value)


def _is_keys(value: object) -> bool:
    return isinstance(value, list) and value != [] and all(isinstance(k, bytes) for k in value)
