"""What no history of a store may show, judged by the order of calls and answers alone.

The judge knows no store. Operation A happened before B when A had ended before B began; two that
overlap may have happened in either order. Two things are asked of a history: no session id begins
twice, and each word is written once; so every answer says by itself where it came from.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from sandbox.login.stores import Session
from tests.threads.history import SOMEHOW, Operation

RESURRECTED = "a success after the end"
LOST_SESSION = "a lost session"
LOST_WRITE = "a lost write"
LOST_TOUCH = "a lost touch"
GIVEN_TWICE = "an id given twice"
ENDED_TWICE = "one end told twice"
SWAPPED = "something of another session"
TORN = "half of a write"
MISCOUNTED = "a wrong count"


class Finding(NamedTuple):
    """One thing that must not be."""

    rule: str
    id: str
    says: str


class Sight(NamedTuple):
    """A row that an operation showed."""

    by: Operation
    row: Session


@dataclass(eq=False)
class Life:
    """All that was said about one session id."""

    id: str
    births: list[Operation] = field(default_factory=list)  # what may have begun it
    asked: list[Operation] = field(default_factory=list)  # operations on this very id
    sights: list[Sight] = field(default_factory=list)
    unlisted: list[Operation] = field(default_factory=list)  # an all_of without it
    ends_of_many: list[Operation] = field(default_factory=list)  # delete_all_of, sweep
    parent: Life | None = None  # the session that this one was to replace
    heirs: list[Life] = field(default_factory=list)

    @cached_property
    def birth(self) -> Operation | None:
        """The birth that was acknowledged; without one, the one that may have happened."""
        acknowledged = [birth for birth in self.births if birth.answered]
        return next(iter(acknowledged + self.births), None)

    @cached_property
    def alive(self) -> list[Operation]:
        """Operations that prove: at some moment while they lasted, it was there."""
        changed = [each for each in self.asked if each.result is True]
        return [sight.by for sight in self.sights] + changed

    @cached_property
    def absent(self) -> list[Operation]:
        """Operations that prove: at some moment while they lasted, it was not there."""
        found_none = [each for each in self.ends_of_many if each.result == 0]
        told = [each for each in self.asked if each.result in (None, False)]
        return told + self.unlisted + found_none

    @cached_property
    def endings(self) -> list[Operation]:
        """Operations that may have ended it: all that do not say they did not."""
        one = [each for each in self.asked if each.kind in ("delete", "replace")]
        return [each for each in one + self.ends_of_many if each.result not in (False, 0)]

    @cached_property
    def born_by(self) -> float:
        """The moment at which it had certainly begun."""
        births = [birth for birth in self.births if birth.answered]
        return min(
            (each.ended for each in births + self.alive + self._parent_gone), default=math.inf
        )

    @property
    def _parent_gone(self) -> list[Operation]:
        """A replace is one step: where the old one is gone, the new one is there."""
        if self.parent is None or self.birth is None or self.birth.result is not True:
            return []
        begun = self.parent.birth
        return [each for each in self.parent.absent if begun and begun.before(each)]

    @cached_property
    def gone_by(self) -> float:
        """The moment at which it had certainly ended."""
        told = [each for each in self.asked if each.kind in ("delete", "replace")]
        ended = [each for each in told if each.result in (True, SOMEHOW)]
        later = [
            each
            for each in self.absent + self.ends_of_many
            if each.answered and self.born_by < each.began
        ]
        replaced = [heir for heir in self.heirs if heir.birth and heir.birth.result is True]
        seen_as_new = [each for heir in replaced for each in heir.alive]
        return min((each.ended for each in ended + later + seen_as_new), default=math.inf)

    @cached_property
    def writes(self) -> list[Operation]:
        """Writes that may have changed it."""
        return [each for each in self.asked if each.kind == "write" and each.result is not False]

    @cached_property
    def own_words(self) -> dict[str, Operation]:
        return {each.word: each for each in self.writes if each.word is not None}

    @cached_property
    def possible_words(self) -> set[str]:
        """What it may show: written into it, or brought along at its birth."""
        words = set(self.own_words)
        if self.birth is None:
            return words
        if self.parent is not None:
            return words | self.parent.possible_words | self._afresh
        return words | {self.birth.new.word if self.birth.new else ""}

    @property
    def _afresh(self) -> set[str]:
        """A login whose present session had just ended begins with an empty word."""
        return {""} if self.birth and self.birth.result == SOMEHOW else set()

    @cached_property
    def shown_words(self) -> list[tuple[Operation, str]]:
        """The words it had, and who showed them: a look, or the heir to whom the word went."""
        looks = [(sight.by, sight.row.word) for sight in self.sights]
        return looks + [each for heir in self.heirs for each in self._left_to(heir)]

    def _left_to(self, heir: Life) -> Iterator[tuple[Operation, str]]:
        birth = heir.birth
        if birth is None:
            return
        others = [each for each in self.endings if each is not birth and not birth.before(each)]
        for word in heir.brought_words:
            if birth.result != SOMEHOW or word or not others:
                yield birth, word

    @cached_property
    def brought_words(self) -> set[str]:
        """What it showed although nobody wrote it there: the word that it began with."""
        return {word for _, word in self.shown_words} - set(self.own_words)


def lives_of(operations: Iterable[Operation]) -> dict[str, Life]:
    """The operations, sorted by the session that they speak of."""
    lives: dict[str, Life] = {}
    many: list[Operation] = []
    for each in operations:
        if each.new is not None and each.result is not False:
            _life(lives, each.new.id).births.append(each)
        if each.id:
            _life(lives, each.id).asked.append(each)
        if each.kind == "find" and isinstance(each.result, Session):
            _life(lives, each.id).sights.append(Sight(each, each.result))
        if each.kind in ("all_of", "delete_all_of", "sweep"):
            many.append(each)
    _join_families(lives)
    for each in many:
        _spread(lives, each)
    return lives


def _life(lives: dict[str, Life], session_id: str) -> Life:
    return lives.setdefault(session_id, Life(session_id))


def _join_families(lives: dict[str, Life]) -> None:
    for life in lives.values():
        if life.birth is not None and life.birth.kind == "replace" and life.birth.id != life.id:
            life.parent = lives[life.birth.id]
            life.parent.heirs.append(life)


def _spread(lives: dict[str, Life], of_many: Operation) -> None:
    """An operation on many sessions speaks of each of them."""
    rows = of_many.result if of_many.kind == "all_of" and of_many.answered else []
    for row in rows:
        _life(lives, row.id).sights.append(Sight(of_many, row))
    listed = {row.id for row in rows}
    for life in lives.values():
        if life.id in listed or not _concerns(of_many, life):
            continue
        if of_many.kind != "all_of":
            life.ends_of_many.append(of_many)
        elif of_many.answered:
            life.unlisted.append(of_many)


def _concerns(of_many: Operation, life: Life) -> bool:
    new = life.birth.new if life.birth else None
    if new is None:
        return False
    if of_many.began_before is not None:
        return new.began < of_many.began_before
    return new.user == of_many.user


# The rules: each looks at one life


def success_after_the_end(life: Life) -> Iterator[Finding]:
    for each in life.alive:
        if life.gone_by < each.began:
            yield Finding(RESURRECTED, life.id, f"gone by {life.gone_by}, then {each}")


def lost_session(life: Life) -> Iterator[Finding]:
    for each in life.absent:
        ended = any(not each.before(ending) for ending in life.endings)
        if life.born_by < each.began and not ended:
            yield Finding(LOST_SESSION, life.id, f"nobody ended it, but: {each}")


def given_twice(life: Life) -> Iterator[Finding]:
    acknowledged = [birth for birth in life.births if birth.answered]
    if len(acknowledged) > 1:
        yield Finding(GIVEN_TWICE, life.id, f"{acknowledged}")


def ended_twice(life: Life) -> Iterator[Finding]:
    ends = [each for each in life.asked if each.kind in ("delete", "replace")]
    told = [each for each in ends if each.result is True]
    if len(told) > 1:
        yield Finding(ENDED_TWICE, life.id, f"{told}")


def swapped(life: Life) -> Iterator[Finding]:
    if life.birth is None and life.alive:
        yield Finding(SWAPPED, life.id, f"nobody began it, but: {life.alive[0]}")
    for sight in life.sights:
        if not _is_of(life, sight):
            yield Finding(SWAPPED, life.id, f"{life.birth} began it, but: {sight.by}")
        elif sight.row.word not in life.possible_words:
            yield Finding(SWAPPED, life.id, f"nobody wrote this word here: {sight.by}")


def _is_of(life: Life, sight: Sight) -> bool:
    new = life.birth.new if life.birth else None
    if life.birth is None or new is None or sight.by.before(life.birth):
        return False
    asked_for = sight.by.user if sight.by.kind == "all_of" else new.user
    row = sight.row
    told = (row.id, row.user, row.began)
    return told == (life.id, new.user, new.began) and asked_for == new.user


def lost_write(life: Life) -> Iterator[Finding]:
    """Each word reigns from the first answer that knows of it to the last look that shows it.

    Two such reigns that overlap cannot be put into an order: one of the words was lost, or came
    back. (Gibbons and Korach, Testing Shared Memories, 1997.)
    """
    if len(life.brought_words) > 1:
        yield Finding(LOST_WRITE, life.id, f"changed by nobody: {life.brought_words}")
    reigns = [_Reign.of(life, word) for word in {*life.own_words, *life.brought_words}]
    for one, other in itertools.combinations([reign for reign in reigns if reign.was], 2):
        if one.known < other.last_asked and other.known < one.last_asked:
            yield Finding(LOST_WRITE, life.id, f"{one} and {other}")
    for reign in reigns:
        if reign.shown_too_early:
            yield Finding(SWAPPED, life.id, f"shown before it was written: {reign}")


class _Reign(NamedTuple):
    word: str
    known: float  # the first moment at which somebody was told of it
    last_asked: float  # the last moment at which somebody asked and was told of it
    was: bool  # acknowledged, or shown
    shown_too_early: bool

    @staticmethod
    def of(life: Life, word: str) -> _Reign:
        shown = [by for by, each in life.shown_words if each == word]
        writer = life.own_words.get(word, life.birth)
        all_of_it = shown + ([writer] if writer else [])
        return _Reign(
            word,
            known=min(each.ended for each in all_of_it),
            last_asked=max(each.began for each in all_of_it),
            was=bool(shown) or bool(writer and writer.answered),
            shown_too_early=any(each.before(writer) for each in shown if writer),
        )


def lost_touch(life: Life) -> Iterator[Finding]:
    begun = [life.birth.new.seen] if life.birth and life.birth.new else []
    touches = [each for each in life.asked if each.kind == "touch" and each.result is not False]
    for by, row in life.sights:
        noted = begun + [each.seen for each in touches if not by.before(each)]
        known = begun + [each.seen for each in touches if each.answered and each.before(by)]
        known += [other.row.seen for other in life.sights if other.by.before(by)]
        if row.seen not in noted:
            yield Finding(SWAPPED, life.id, f"nobody noted this time here: {by}")
        elif row.seen < max(known):
            yield Finding(LOST_TOUCH, life.id, f"an earlier time again: {by}")


def torn(life: Life) -> Iterator[Finding]:
    """Of a write of both, a look may show one half only if a later write changed the other."""
    times = Counter(each.flash for each in life.writes)
    whole = [each for each in life.writes if each.word is not None and each.flash is not None]
    for (by, row), write in itertools.product(life.sights, whole):
        has_word = row.word == write.word
        has_flash = row.flash == write.flash
        since = [each for each in life.writes if not each.before(write) and each is not write]
        if has_word and not has_flash and row.flash not in [each.flash for each in since]:
            yield Finding(TORN, life.id, f"the word of {write}, not its flash: {by}")
        its_own = times[write.flash] == 1  # a flash of many writes does not tell which
        if has_flash and its_own and row.word not in [write.word, *(each.word for each in since)]:
            yield Finding(TORN, life.id, f"the flash of {write}, not its word: {by}")


RULES = (
    success_after_the_end,
    lost_session,
    given_twice,
    ended_twice,
    swapped,
    lost_write,
    lost_touch,
    torn,
)


def miscounted(operations: list[Operation], lives: dict[str, Life]) -> Iterator[Finding]:
    """All that began, less all that ended, is what is there in the end."""
    births = [birth for life in lives.values() for birth in life.births if birth.answered]
    ends = [each for each in operations if _may_end(each, lives)]
    last_looks = [look for look in map(_last_look, lives.values()) if look]
    if not _all_was_told(lives, ends) or not _all_were_looked_for(operations, lives, last_looks):
        return
    ended = sum(each.result for each in ends)
    there = sum(look.result is not None for look in last_looks)
    if len(births) - ended != there:
        says = f"{len(births)} began, {ended} were ended, {there} are there"
        yield Finding(MISCOUNTED, "", says)


def _all_was_told(lives: dict[str, Life], ends: list[Operation]) -> bool:
    births = [life.birth for life in lives.values() if life.birth]
    return all(each.answered and each.result != SOMEHOW for each in ends + births)


def _all_were_looked_for(
    operations: list[Operation], lives: dict[str, Life], last_looks: list[Operation]
) -> bool:
    changes = [each for each in operations if each.kind not in ("find", "all_of")]
    over = max((each.ended for each in changes), default=-1)
    return len(last_looks) == len(lives) and all(over < look.began for look in last_looks)


def _may_end(each: Operation, lives: dict[str, Life]) -> bool:
    """An unanswered replace ended nothing if another session has the id that it wanted."""
    if each.kind == "replace" and each.new and not each.answered:
        birth = lives[each.new.id].birth
        return not (birth and birth.answered)
    return each.kind in ("delete", "replace", "delete_all_of", "sweep")


def _last_look(life: Life) -> Operation | None:
    looks = [each for each in life.asked if each.kind == "find"]
    return max(looks, key=lambda look: look.began, default=None)


def judge(operations: list[Operation]) -> list[Finding]:
    """All that must not be in this history."""
    words = Counter(each.word for each in operations if each.word is not None)
    twice = [word for word, times in words.items() if times > 1]
    if twice:
        raise ValueError(f"The judge needs a word of its own for each write; twice: {twice}.")
    lives = lives_of(operations)
    found = [finding for life in lives.values() for rule in RULES for finding in rule(life)]
    return found + list(miscounted(operations, lives))
