"""Names and passwords: who may log in, and what is said about those who may not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters

from sandbox.login.refusals import BadCredentials, UnknownUser
from sandbox.login.stores import Session
from sandbox.login.users import (
    AT_A_TIME,
    DEMO_ACCOUNTS,
    Users,
    check_password,
    demo_users,
    find_user,
    make_users,
    owasp_hasher,
)

CHEAP = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}


class WatchedHasher(PasswordHasher):
    """argon2 as it is; it also notes what it was asked, and how many asked at once."""

    def __init__(self) -> None:
        super().__init__(**CHEAP)
        self.asked: list[str] = []
        self.inside = self.most = 0
        self.pause = threading.Event()
        self.pause.set()
        self.lock = threading.Lock()

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:
        with self.lock:
            self.asked.append(str(hash))
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.pause.wait(5)
        try:
            return super().verify(hash, password)
        finally:
            with self.lock:
                self.inside -= 1


@pytest.mark.parametrize(("name", "password"), [("alice", "wonderland"), ("bob", "builder")])
def test_the_right_password_names_the_user(users: Users, name: str, password: str) -> None:
    assert check_password(users, name, password) == name


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("alice", "builder"),
        ("alice", "Wonderland"),
        ("alice", "wonderland "),
        ("alice", "wonderland\x00"),
        ("alice", ""),
        ("Alice", "wonderland"),
        ("alice ", "wonderland"),
        ("", ""),
        ("carol", "wonderland"),
        ("nobody", "nobody's password"),
        ("carol", "nobody's password"),
        ("", "nobody's password"),
        ("alice", "wonderland" * 10_000),
        ("álice\x00", "pässwörd\x00"),
    ],
)
def test_anything_else_is_bad_credentials(users: Users, name: str, password: str) -> None:
    with pytest.raises(BadCredentials):
        check_password(users, name, password)


def test_the_refusal_does_not_say_which_of_the_two_was_wrong(users: Users) -> None:
    refusals = []
    for name in ("alice", "carol"):
        with pytest.raises(BadCredentials) as refused:
            check_password(users, name, "wrong")
        refusals.append(refused.value)
    assert [(each.sentence, each.evidence, each.args) for each in refusals] == [
        ("The name and the password do not belong together.", {}, ("BAD_CREDENTIALS",))
    ] * 2


def test_a_damaged_hash_lets_nobody_in() -> None:
    hasher = PasswordHasher(**CHEAP)
    users = Users({"alice": "no hash at all"}, hasher.hash("x"), hasher)
    with pytest.raises(BadCredentials):
        check_password(users, "alice", "no hash at all")


def test_an_unknown_name_costs_a_hash_of_the_same_parameters() -> None:
    hasher = WatchedHasher()
    users = make_users({"alice": "wonderland"}, hasher)
    for name in ("alice", "carol"):
        users.verify(name, "wrong")
    known, unknown = hasher.asked
    assert known == users.hashes["alice"] != unknown
    assert extract_parameters(known) == extract_parameters(unknown)


def test_no_more_than_two_hashes_are_made_at_once() -> None:
    hasher = WatchedHasher()
    users = make_users({"alice": "wonderland"}, hasher)
    hasher.pause.clear()
    crowd = [threading.Thread(target=users.verify, args=("alice", "x")) for _ in range(8)]
    for each in crowd:
        each.start()
    while hasher.inside < AT_A_TIME:
        pass
    hasher.pause.wait(0.05)  # whoever else could come in would have come by now
    hasher.pause.set()
    for each in crowd:
        each.join()
    assert (hasher.most, len(hasher.asked)) == (2, 8)


def test_a_wrong_password_gives_its_turn_back() -> None:
    users = make_users({"alice": "wonderland"}, PasswordHasher(**CHEAP))
    for _ in range(3 * AT_A_TIME):
        assert users.verify("alice", "wrong") is False
    assert users.verify("alice", "wonderland") is True


def test_passwords_are_kept_as_salted_argon2id_hashes_only() -> None:
    users = make_users({"alice": "same", "bob": "same"}, PasswordHasher(**CHEAP))
    assert users.hashes["alice"] != users.hashes["bob"]
    assert all(each.startswith("$argon2id$") for each in (*users.hashes.values(), users.nobody))
    assert "same" not in json.dumps(dict(users.hashes))


def test_the_default_is_what_owasp_asks_for() -> None:
    """OWASP Password Storage Cheat Sheet: 19 MiB, an iteration count of 2, 1 lane."""
    hasher = owasp_hasher()
    assert hasher.hash("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_demo_accounts_are_those_of_the_readme() -> None:
    assert DEMO_ACCOUNTS == {"alice": "wonderland", "bob": "builder"}


@pytest.mark.parametrize("name", DEMO_ACCOUNTS)
def test_a_demo_account_opens_with_its_password_and_no_other(name: str) -> None:
    users = demo_users()
    assert users.verify(name, DEMO_ACCOUNTS[name])
    assert not users.verify(name, DEMO_ACCOUNTS[name] + "!")


def test_the_hashes_kept_are_what_owasp_asks_for_each_with_a_salt_of_its_own() -> None:
    users, asked_for = demo_users(), extract_parameters(owasp_hasher().hash("x"))
    kept = [*users.hashes.values(), users.nobody]
    assert [extract_parameters(each) for each in kept] == [asked_for] * 3
    assert set(users.hashes) == set(DEMO_ACCOUNTS)
    assert len({each.split("$")[4] for each in kept}) == 3


@pytest.mark.parametrize(
    ("name", "password", "shown"),
    [
        ("alice", "wonderland", "alice"),
        ("alice", "hunter2", "alice"),
        ("hunter2", "alice", None),
        ("hunter2", "hunter2", None),
    ],
)
def test_an_event_names_known_users_only_and_never_a_password(
    users: Users, name: str, password: str, shown: str | None, record: Callable[[], Any]
) -> None:
    with record() as seen, suppress(BadCredentials):
        check_password(users, name, password)
    assert seen.evidence("check_password") == {"user": shown}
    assert not any(secret in json.dumps(seen.events) for secret in ("hunter2", "wonderland"))


def session_of(user: str | None) -> Session:
    return Session("an id", user, began=0, seen=0)


@pytest.mark.parametrize("user", ["alice", None])
def test_the_session_says_whose_it_is(users: Users, user: str | None) -> None:
    assert find_user(users, session_of(user)) == user


def test_the_session_of_somebody_who_was_removed_is_an_unknown_user(users: Users) -> None:
    session = session_of("carol")
    with pytest.raises(UnknownUser) as refused:
        find_user(users, session)
    assert refused.value.session is session
