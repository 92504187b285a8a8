"""The judge of histories: hand-made ones, good and bad. Each rule can be broken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sandbox.login.refusals import StoreDown
from sandbox.login.stores import Session
from sandbox.login.stores.memory import MemoryStore
from tests.threads import judge as rules
from tests.threads.history import (
    SOMEHOW,
    UNANSWERED,
    History,
    Operation,
    WatchedStore,
    overlapping_pairs,
)
from tests.threads.judge import judge

A = Session("a", "alice", began=1, seen=10, word="first")
B = Session("b", "bob", began=2, seen=20, word="ship")
HEIR = Session("heir", "alice", began=3, seen=30)
BORN = Operation("create", 0, 1, True, new=A)
BOB_BORN = Operation("create", 0, 1, True, new=B)
LATE = Operation("create", 5, 6, True, new=A)


def on_a(kind: str, began: int, ended: int, result: Any, **about: Any) -> Operation:
    return Operation(kind, began, ended, result, id="a", **about)


def sees(began: int, ended: int, row: Session | None = A, **changed: Any) -> Operation:
    """A look at the session `a`, or at the one whose row is given."""
    result = replace(row, **changed) if row else None
    return Operation("find", began, ended, result, id=row.id if row else "a")


def heir_seen(began: int, ended: int, result: Session | None) -> Operation:
    return Operation("find", began, ended, result, id="heir")


def word(began: int, ended: int, text: str, result: Any = True, **about: Any) -> Operation:
    return on_a("write", began, ended, result, word=text, **about)


def touch(began: int, ended: int, seen: float, result: Any = True) -> Operation:
    return on_a("touch", began, ended, result, seen=seen)


def ended(began: int, ended: int, result: Any = True) -> Operation:
    return on_a("delete", began, ended, result)


def replaced(began: int, ended: int, result: Any = True, new: Session = HEIR) -> Operation:
    return on_a("replace", began, ended, result, new=new)


def all_of(began: int, ended: int, *rows: Session, user: str = "alice") -> Operation:
    return Operation("all_of", began, ended, list(rows), user=user)


def ended_all(began: int, ended: int, result: Any = 1, user: str = "alice") -> Operation:
    return Operation("delete_all_of", began, ended, result, user=user)


def swept(began: int, ended: int, result: Any = 1, before: float = 2) -> Operation:
    return Operation("sweep", began, ended, result, began_before=before)


CARRIED = replace(HEIR, word="first")
BAD: dict[str, tuple[str, list[Operation]]] = {
    "found after a delete": (rules.RESURRECTED, [BORN, ended(2, 3), sees(4, 5)]),
    "touched after a delete": (rules.RESURRECTED, [BORN, ended(2, 3), touch(4, 5, 11)]),
    "written after a delete": (rules.RESURRECTED, [BORN, ended(2, 3), word(4, 5, "x")]),
    "replaced after a delete": (rules.RESURRECTED, [BORN, ended(2, 3), replaced(4, 5)]),
    "listed after a delete": (rules.RESURRECTED, [BORN, ended(2, 3), all_of(4, 5, A)]),
    "found long after a delete": (
        rules.RESURRECTED,
        [BORN, ended(2, 3), sees(4, 5, None), sees(900, 901)],
    ),
    "found after it was replaced": (rules.RESURRECTED, [BORN, replaced(2, 3), sees(4, 5)]),
    "found after the end of all": (rules.RESURRECTED, [BORN, ended_all(2, 3), sees(4, 5)]),
    "found after an end of all that ended none": (
        rules.RESURRECTED,
        [BORN, ended(2, 9), ended_all(3, 4, 0), sees(5, 6)],
    ),
    "found after a sweep": (rules.RESURRECTED, [BORN, swept(2, 3), sees(4, 5)]),
    "found after a logout": (rules.RESURRECTED, [BORN, ended(2, 3, SOMEHOW), sees(4, 5)]),
    "found after it was said to be gone": (
        rules.RESURRECTED,
        [BORN, ended(2, 9), sees(3, 4, None), sees(5, 6)],
    ),
    "found after its heir": (
        rules.RESURRECTED,
        [BORN, replaced(2, 9), heir_seen(3, 4, CARRIED), sees(5, 6)],
    ),
    "not found, ended by nobody": (rules.LOST_SESSION, [BORN, sees(2, 3, None)]),
    "not found, ended later": (rules.LOST_SESSION, [BORN, sees(2, 3, None), ended(4, 5)]),
    "not found, a delete says it was another": (
        rules.LOST_SESSION,
        [BORN, ended(2, 3, False), sees(4, 5, None)],
    ),
    "an update says it is gone": (rules.LOST_SESSION, [BORN, word(2, 3, "x", False)]),
    "not listed": (rules.LOST_SESSION, [BORN, all_of(2, 3)]),
    "not counted": (rules.LOST_SESSION, [BORN, ended_all(2, 3, 0)]),
    "another user's sessions were ended": (
        rules.LOST_SESSION,
        [BORN, ended_all(2, 3, user="bob"), sees(4, 5, None)],
    ),
    "a sweep of older ones took it": (
        rules.LOST_SESSION,
        [BORN, swept(2, 3, before=1), sees(4, 5, None)],
    ),
    "found while it began, then not": (
        rules.LOST_SESSION,
        [Operation("create", 0, 9, True, new=A), sees(1, 2), sees(3, 4, None)],
    ),
    "an heir that is not there at once": (
        rules.LOST_SESSION,
        [BORN, replaced(2, 9), sees(3, 4, None), heir_seen(5, 6, None)],
    ),
    "an older word": (rules.LOST_WRITE, [BORN, word(2, 3, "x"), sees(4, 5)]),
    "an older word in a list": (rules.LOST_WRITE, [BORN, word(2, 3, "x"), all_of(4, 5, A)]),
    "an older word of two that were written": (
        rules.LOST_WRITE,
        [BORN, word(2, 3, "x"), word(4, 5, "y"), sees(6, 7, word="x")],
    ),
    "a word that came back": (
        rules.LOST_WRITE,
        [
            BORN,
            word(2, 9, "x"),
            word(2, 9, "y"),
            sees(10, 11, word="x"),
            sees(12, 13, word="y"),
            sees(14, 15, word="x"),
        ],
    ),
    "an older word after a look that shows the newer one": (
        rules.LOST_WRITE,
        [BORN, word(2, 9, "x"), sees(3, 4, word="x"), sees(5, 6)],
    ),
    "an older word carried over": (
        rules.LOST_WRITE,
        [BORN, word(2, 3, "x"), replaced(4, 5), heir_seen(6, 7, CARRIED)],
    ),
    "an older word carried over by a login": (
        rules.LOST_WRITE,
        [BORN, word(2, 3, "x"), replaced(4, 5, SOMEHOW), heir_seen(6, 7, HEIR)],
    ),
    "an older word carried over by a login, the old session ended once more": (
        rules.LOST_WRITE,
        [
            BORN,
            word(2, 3, "x"),
            replaced(4, 5, SOMEHOW),
            heir_seen(6, 7, HEIR),
            ended(8, 9, SOMEHOW),
        ],
    ),
    "an older word carried over by one of two logins": (
        rules.LOST_WRITE,
        [
            BORN,
            word(2, 3, "x"),
            replaced(4, 7, SOMEHOW),
            ended(5, 6, SOMEHOW),
            heir_seen(8, 9, CARRIED),
        ],
    ),
    "an empty older word carried over by a replace": (
        rules.LOST_WRITE,
        [
            Operation("create", 0, 1, True, new=replace(A, word="")),
            word(2, 3, "x"),
            replaced(4, 7),
            ended(5, 6, UNANSWERED),
            heir_seen(8, 9, HEIR),
        ],
    ),
    "a word that nobody changed": (
        rules.LOST_WRITE,
        [
            BORN,
            word(2, 9, "x"),
            replaced(3, 9),
            heir_seen(10, 11, replace(HEIR, word="x")),
            heir_seen(12, 13, CARRIED),
        ],
    ),
    "an earlier time than touched": (rules.LOST_TOUCH, [BORN, touch(2, 3, 11), sees(4, 5)]),
    "an earlier time than begun with": (
        rules.LOST_TOUCH,
        [BORN, touch(2, 3, 9), sees(4, 5, seen=9)],
    ),
    "an earlier time than seen": (
        rules.LOST_TOUCH,
        [BORN, touch(2, 9, 11), sees(3, 4, seen=11), sees(5, 6)],
    ),
    "begun twice": (rules.GIVEN_TWICE, [BORN, Operation("create", 2, 3, True, new=B), LATE]),
    "begun by two at once": (
        rules.GIVEN_TWICE,
        [BORN, Operation("create", 0, 1, True, new=replace(A, user="bob"))],
    ),
    "replaced onto one in use": (
        rules.GIVEN_TWICE,
        [BORN, BOB_BORN, Operation("replace", 2, 3, True, id="b", new=A)],
    ),
    "deleted twice": (rules.ENDED_TWICE, [BORN, ended(2, 3), ended(2, 3)]),
    "replaced twice": (
        rules.ENDED_TWICE,
        [BORN, replaced(2, 3), replaced(2, 3, new=replace(HEIR, id="other heir"))],
    ),
    "replaced and deleted": (rules.ENDED_TWICE, [BORN, replaced(2, 3), ended(2, 3)]),
    "a row with another id": (rules.SWAPPED, [BORN, on_a("find", 2, 3, replace(A, id="z"))]),
    "another user's row": (rules.SWAPPED, [BORN, sees(2, 3, user="bob")]),
    "a row that began at another time": (rules.SWAPPED, [BORN, sees(2, 3, replace(A, began=2))]),
    "another user's list": (rules.SWAPPED, [BORN, all_of(2, 3, A, user="bob")]),
    "a word of another session": (rules.SWAPPED, [BORN, BOB_BORN, sees(2, 3, word="ship")]),
    "a word that was written into another session": (
        rules.SWAPPED,
        [BORN, BOB_BORN, Operation("write", 2, 3, True, id="b", word="x"), sees(4, 5, word="x")],
    ),
    "a word whose write was refused": (
        rules.SWAPPED,
        [BORN, word(2, 3, "x", False), sees(2, 3, word="x")],
    ),
    "a word before it was written": (rules.SWAPPED, [BORN, sees(2, 3, word="x"), word(4, 5, "x")]),
    "a word of the heir in the one it replaced": (
        rules.SWAPPED,
        [
            BORN,
            sees(2, 9, word="y"),
            replaced(3, 4),
            Operation("write", 5, 6, True, id="heir", word="y"),
        ],
    ),
    "an empty word": (rules.SWAPPED, [BORN, sees(2, 3, word="")]),
    "a time that nobody noted": (rules.SWAPPED, [BORN, sees(2, 3, seen=999)]),
    "a time before it was noted": (rules.SWAPPED, [BORN, sees(2, 3, seen=11), touch(4, 5, 11)]),
    "found before it began": (rules.SWAPPED, [sees(2, 3), LATE]),
    "found and never begun": (rules.SWAPPED, [sees(2, 3)]),
    "the word of a write without its flash": (
        rules.TORN,
        [BORN, word(2, 3, "x", flash=("x",)), sees(2, 4, word="x", flash=())],
    ),
    "the flash of a write without its word": (
        rules.TORN,
        [BORN, word(2, 3, "x", flash=("x",)), sees(2, 4, flash=("x",))],
    ),
    "the word of a write with the flash of one before": (
        rules.TORN,
        [
            BORN,
            word(2, 3, "x", flash=("x",)),
            word(4, 5, "y", flash=("y",)),
            sees(6, 7, word="y", flash=("x",)),
        ],
    ),
    "the flash of a write with the word of one before": (
        rules.TORN,
        [
            BORN,
            word(2, 3, "x", flash=("x",)),
            word(4, 5, "y", flash=("y",)),
            sees(6, 7, word="x", flash=("y",)),
        ],
    ),
    "two ended, one counted": (
        rules.MISCOUNTED,
        [
            BORN,
            Operation("create", 0, 1, True, new=replace(A, id="c", word="c")),
            ended_all(2, 3),
            sees(4, 5, None),
            Operation("find", 6, 7, None, id="c"),
        ],
    ),
    "counted beside a replace that was refused": (
        rules.MISCOUNTED,
        [
            BORN,
            BOB_BORN,
            replaced(2, 3, UNANSWERED, new=B),
            ended_all(4, 5, 2),
            sees(6, 7, None),
            sees(8, 9, B),
        ],
    ),
    "deleted and counted": (
        rules.MISCOUNTED,
        [BORN, ended(2, 3), ended_all(2, 3, 1), sees(4, 5, None)],
    ),
}


@pytest.mark.parametrize(("rule", "history"), BAD.values(), ids=BAD)
def test_a_history_that_must_not_be_is_seen(rule: str, history: list[Operation]) -> None:
    assert rule in {finding.rule for finding in judge(history)}


@pytest.mark.parametrize(("rule", "history"), BAD.values(), ids=BAD)
def test_the_order_in_which_it_was_written_down_changes_nothing(
    rule: str, history: list[Operation]
) -> None:
    assert rule in {finding.rule for finding in judge(history[::-1])}


def test_there_is_a_bad_history_for_each_rule() -> None:
    named = {value for name, value in vars(rules).items() if name.isupper() and name != "RULES"}
    named -= {SOMEHOW, UNANSWERED}
    assert len(named) == 9
    assert {rule for rule, _ in BAD.values()} == named


GOOD: dict[str, list[Operation]] = {
    "a life": [
        BORN,
        sees(2, 3),
        word(4, 5, "x", flash=("x",)),
        sees(6, 7, word="x", flash=("x",)),
        touch(8, 9, 11),
        sees(10, 11, word="x", flash=("x",), seen=11),
        replaced(12, 13),
        sees(14, 15, None),
        heir_seen(16, 17, replace(HEIR, word="x")),
        Operation("delete", 18, 19, True, id="heir"),
        word(20, 21, "y", False),
        sees(22, 23, None),
        heir_seen(24, 25, None),
    ],
    "looks while it is deleted": [
        BORN,
        ended(2, 9),
        sees(3, 4),
        sees(5, 6, None),
        sees(7, 8, None),
    ],
    "an update while it is deleted": [BORN, ended(2, 9), word(3, 4, "x"), touch(5, 10, 11)],
    "two deletes at once": [BORN, ended(2, 5), ended(3, 4, False)],
    "an older word while another is written": [BORN, word(2, 9, "x"), sees(3, 4)],
    "either of two words written at once": [
        BORN,
        word(2, 9, "x"),
        word(3, 8, "y"),
        sees(10, 11, word="x"),
    ],
    "an earlier touch": [BORN, touch(2, 3, 11), touch(4, 5, 7), sees(6, 7, seen=11)],
    "a touch that is under way": [BORN, touch(2, 9, 11), sees(3, 4), sees(5, 6, seen=11)],
    "a write without an answer, done": [
        BORN,
        word(2, 3, "x", UNANSWERED),
        sees(4, 5, word="x"),
    ],
    "a write without an answer, not done": [BORN, word(2, 3, "x", UNANSWERED), sees(4, 5)],
    "a delete without an answer, done": [BORN, ended(2, 3, UNANSWERED), sees(4, 5, None)],
    "a delete without an answer, not done": [BORN, ended(2, 3, UNANSWERED), sees(4, 5)],
    "a second birth that was refused": [
        BORN,
        Operation("create", 0, 3, UNANSWERED, new=replace(A, user="bob", word="other")),
        sees(4, 5),
    ],
    "a birth without an answer, done": [replace(BORN, result=UNANSWERED), sees(4, 5)],
    "a birth without an answer, not done": [replace(BORN, result=UNANSWERED), sees(4, 5, None)],
    "the word of one write, the flash of another at the same time": [
        BORN,
        word(2, 5, "x", flash=("x",)),
        on_a("write", 3, 4, True, flash=("y",)),
        word(6, 7, "z"),
        sees(8, 9, word="z", flash=("y",)),
    ],
    "not found while it begins": [LATE, sees(2, 5, None), sees(7, 8)],
    "begun during the end of all": [LATE, ended_all(2, 5, 0), sees(7, 8)],
    "a look at nobody's id": [Operation("find", 0, 1, None, id="nobody")],
    "the flash forgotten": [
        BORN,
        word(2, 3, "x", flash=("x",)),
        on_a("write", 4, 5, True, flash=()),
        sees(6, 7, word="x", flash=()),
    ],
    "a flash that every write brings": [
        BORN,
        word(2, 3, "x", flash=("saved",)),
        sees(4, 5, word="x", flash=("saved",)),
        word(6, 7, "y", flash=("saved",)),
        sees(8, 9, word="y", flash=("saved",)),
    ],
    "two logins in one place, the second without the word": [
        BORN,
        word(2, 3, "x"),
        replaced(4, 9, SOMEHOW),
        replaced(5, 8, SOMEHOW, new=replace(HEIR, id="second")),
        heir_seen(10, 11, replace(HEIR, word="x")),
        Operation("find", 10, 11, replace(HEIR, id="second"), id="second"),
        ended(10, 11, SOMEHOW),
    ],
    "a delete without an answer, not counted": [BORN, ended(2, 3, UNANSWERED), sees(4, 5, None)],
    "a replace without an answer, not counted": [
        BORN,
        replaced(2, 3, UNANSWERED),
        sees(4, 5, None),
        heir_seen(6, 7, None),
    ],
    "of two logins in one place the word is with the first": [
        BORN,
        word(2, 3, "x"),
        replaced(4, 9, SOMEHOW),
        replaced(5, 8, SOMEHOW, new=replace(HEIR, id="second")),
        Operation("find", 10, 11, replace(HEIR, id="second"), id="second"),
    ],
    "not counted, as one was not looked for": [BORN, BOB_BORN, ended_all(2, 3), sees(4, 5, None)],
    "all counted": [BORN, BOB_BORN, ended_all(2, 3), sees(4, 5, None), sees(6, 7, B)],
}


@pytest.mark.parametrize("history", GOOD.values(), ids=GOOD)
def test_a_history_that_may_be_is_let_pass(history: list[Operation]) -> None:
    assert judge(history) == []
    assert judge(history[::-1]) == []


def test_a_history_whose_words_do_not_tell_their_writes_apart_is_refused() -> None:
    with pytest.raises(ValueError, match="twice: \\['x'\\]"):
        judge([BORN, word(2, 3, "x"), word(4, 5, "x")])


# Writing the history down


def test_every_call_of_a_watched_store_is_written_down_with_its_answer() -> None:
    history = History()
    store = WatchedStore(MemoryStore(), history)
    store.create(A)
    store.find("a"), store.touch("a", 11), store.write("a", word="x"), store.replace("a", HEIR)
    store.all_of("alice"), store.delete("a"), store.delete_all_of("alice"), store.sweep(99)
    heir = replace(HEIR, word="x")
    assert [(each.kind, each.result) for each in history.operations] == [
        ("create", True),
        ("find", A),
        ("touch", True),
        ("write", True),
        ("replace", True),
        ("all_of", [heir]),
        ("delete", False),
        ("delete_all_of", 1),
        ("sweep", 0),
    ]
    assert judge(history.operations) == []


def test_each_operation_ends_after_it_began_and_before_the_next_one_begins() -> None:
    history = History()
    store = WatchedStore(MemoryStore(), history)
    for _ in range(3):
        store.find("a")
    moments = [m for each in history.operations for m in (each.began, each.ended)]
    assert moments == sorted(set(moments))


def test_a_call_that_raises_is_written_down_as_unanswered_and_raises() -> None:
    history = History()
    store = WatchedStore(MemoryStore(), history)
    store.create(A)
    with pytest.raises(StoreDown):
        store.create(A)
    assert [each.result for each in history.operations] == [True, UNANSWERED]


def test_what_was_under_way_at_once_on_one_session_is_counted() -> None:
    assert overlapping_pairs([BORN, sees(2, 5), word(3, 4, "x"), sees(5, 6)]) == 2
    assert overlapping_pairs([BORN, BOB_BORN, sees(2, 3), sees(4, 5)]) == 0
    assert overlapping_pairs([replaced(2, 5), heir_seen(3, 4, None)]) == 1
