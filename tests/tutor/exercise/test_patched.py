"""What belongs to everybody: a student's file that replaced something of it is found out."""

from __future__ import annotations

import builtins
import hashlib
import hmac
import http.cookies
import secrets
import textwrap
from collections.abc import Iterator
from typing import Any

import bottle
import itsdangerous.timed  # what is imported is watched
import pytest

from sandbox.tutor.exercise import transcript
from sandbox.tutor.exercise.patched import Libraries
from sandbox.tutor.exercise.transcript import Seen, Transcript


def mine(*_: Any, **__: Any) -> bool:
    """What a student puts in the place of something."""
    return True


@pytest.fixture
def libraries() -> Iterator[Libraries]:
    yield Libraries()
    assert not mine_is_left()


def mine_is_left() -> bool:
    places = [vars(module) for module in (hmac, secrets, transcript)]
    return any(mine in place.values() for place in places)


def test_nothing_is_replaced_at_first(libraries: Libraries) -> None:
    assert libraries.replaced() == []


@pytest.mark.parametrize(
    ("owner", "name", "full_name"),
    [
        (hmac, "compare_digest", "hmac.compare_digest"),
        (secrets, "token_urlsafe", "secrets.token_urlsafe"),
        (hashlib, "sha256", "hashlib.sha256"),
        (hmac.HMAC, "digest", "hmac.HMAC.digest"),
        (http.cookies.SimpleCookie, "load", "http.cookies.BaseCookie.load"),
        (bottle, "redirect", "bottle.redirect"),
        (itsdangerous.timed, "want_bytes", "itsdangerous.timed.want_bytes"),
        (transcript, "shown", "sandbox.tutor.exercise.transcript.shown"),
        (Seen, "gives", "sandbox.tutor.exercise.transcript.Seen.gives"),
    ],
)
def test_a_function_that_was_replaced_is_named_and_put_back(
    libraries: Libraries, owner: Any, name: str, full_name: str
) -> None:
    owner = next(each for each in getattr(owner, "__mro__", [owner]) if name in vars(each))
    was = vars(owner)[name]
    setattr(owner, name, mine)
    assert libraries.replaced() == [full_name]
    assert vars(owner)[name] is was
    assert libraries.replaced() == []


@pytest.mark.parametrize(
    ("owner", "name", "full_name"),
    [
        (Seen, "value", "sandbox.tutor.exercise.transcript.Seen.value"),
        (Transcript, "has_parted", "sandbox.tutor.exercise.transcript.Transcript.has_parted"),
    ],
)
def test_a_property_that_was_replaced_is_named_and_put_back(
    libraries: Libraries, owner: Any, name: str, full_name: str
) -> None:
    was = vars(owner)[name]
    try:
        setattr(owner, name, property(lambda self: False))
        assert libraries.replaced() == [full_name]
        assert vars(owner)[name] is was
    finally:
        setattr(owner, name, was)


def test_a_function_that_was_deleted_is_put_back(libraries: Libraries) -> None:
    was = secrets.token_bytes
    del secrets.token_bytes
    assert libraries.replaced() == ["secrets.token_bytes"]
    assert secrets.token_bytes is was


def test_a_function_of_every_program_is_put_back(libraries: Libraries) -> None:
    was = builtins.sorted
    builtins.sorted = mine
    assert libraries.replaced() == ["builtins.sorted"]
    assert builtins.sorted is was


def test_a_name_that_was_added_replaces_nothing(libraries: Libraries) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(hmac, "of_mine", mine, raising=False)
        assert libraries.replaced() == []


def test_a_library_that_nobody_relies_on_may_be_changed(libraries: Libraries) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(textwrap, "dedent", mine)
        assert libraries.replaced() == []
