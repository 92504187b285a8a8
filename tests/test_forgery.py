"""Ten thousand forged cookies: none opens anything that the genuine one does not."""

from __future__ import annotations

import base64
import string
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.login.flow import Bricks, log_in, recognise
from sandbox.login.keys import MemoryKeys
from sandbox.login.refusals import BadSignature, Malformed, Refusal
from sandbox.login.signing import SessionSigner

if TYPE_CHECKING:
    from tests.conftest import HandClock

EACH = 1050  # forgeries of each kind; a dozen kinds
AT_LEAST = 10_000

ALPHABET = string.ascii_letters + string.digits + "-_"
ANY_CHARACTER = st.sampled_from(ALPHABET + "=.+/ \té\x00%\"'~") | st.characters(
    max_codepoint=255, exclude_characters=";"
)


class Door(NamedTuple):
    """What the forger faces, and the tickets that were really handed out."""

    bricks: Bricks
    genuine: str
    others: list[str]


@pytest.fixture(scope="module")
def tried() -> Counter[str]:
    """How many different forgeries were tried, of each kind."""
    return Counter()


@pytest.fixture
def door(bricks: Callable[..., Bricks], clock: HandClock) -> Door:
    """alice's ticket is the genuine one. Others are hers, earlier, bob's, and of another key."""
    here = bricks()

    def ticket(name: str, password: str, by: Bricks = here) -> str:
        pair = log_in(by, name, password, "127.0.0.1", None).partition(";")[0]
        return pair.partition("=")[2]

    others = [ticket("alice", "wonderland"), ticket("bob", "builder")]
    clock.now += 60
    genuine = ticket("alice", "wonderland")
    alien = bricks(signer=SessionSigner(MemoryKeys(b"another key"), clock, 86400))
    return Door(here, genuine, [*others, ticket("bob", "builder", alien)])


def decoded(signature: str) -> bytes | None:
    """Base64 as itsdangerous reads it: foreign characters dropped, `=` added, else nothing."""
    raw = signature.encode()
    try:
        return base64.urlsafe_b64decode(raw + b"=" * (-len(raw) % 4))
    except ValueError:
        return None


def same_ticket(forged: str, genuine: str) -> bool:
    """Is it the genuine one, merely spelled otherwise? Blanks around a value are not part of it."""
    parts, ours = forged.strip(" \t").split("."), genuine.split(".")
    return len(parts) == 3 and parts[:2] == ours[:2] and decoded(parts[2]) == decoded(ours[2])


def opens(bricks: Bricks, cookie: str) -> bool:
    try:
        recognise(bricks, f"sandbox_session={cookie}")
    except (BadSignature, Malformed):
        return False
    return True


# Each kind of forgery changes the genuine ticket, or makes one up.

Draw = Callable[[st.SearchStrategy[Any]], Any]


def place_in(draw: Draw, cookie: str) -> int:
    return draw(st.integers(0, len(cookie) - 1))


def replace_one(draw: Draw, door: Door) -> str:
    at = place_in(draw, door.genuine)
    return door.genuine[:at] + draw(ANY_CHARACTER) + door.genuine[at + 1 :]


def replace_one_by_another_of_the_alphabet(draw: Draw, door: Door) -> str:
    at = place_in(draw, door.genuine)
    return door.genuine[:at] + draw(st.sampled_from(ALPHABET)) + door.genuine[at + 1 :]


def replace_the_last(draw: Draw, door: Door) -> str:
    """The last character of a signature has two spare bits."""
    return door.genuine[:-1] + draw(st.text(ALPHABET + "=", min_size=1, max_size=3))


def delete_some(draw: Draw, door: Door) -> str:
    at, many = place_in(draw, door.genuine), draw(st.integers(1, 8))
    return door.genuine[:at] + door.genuine[at + many :]


def insert_some(draw: Draw, door: Door) -> str:
    at, more = place_in(draw, door.genuine), draw(st.text(ANY_CHARACTER, min_size=1, max_size=4))
    return door.genuine[:at] + more + door.genuine[at:]


def swap_two(draw: Draw, door: Door) -> str:
    characters = list(door.genuine)
    a, b = place_in(draw, door.genuine), place_in(draw, door.genuine)
    characters[a], characters[b] = characters[b], characters[a]
    return "".join(characters)


def change_case(draw: Draw, door: Door) -> str:
    flips = draw(st.sets(st.integers(0, len(door.genuine) - 1), min_size=1, max_size=90))
    return "".join(c.swapcase() if at in flips else c for at, c in enumerate(door.genuine))


def parts_in_another_order(draw: Draw, door: Door) -> str:
    pieces = door.genuine.split(".")
    pieces += draw(st.lists(st.sampled_from([*pieces, "", "A"]), max_size=2))
    return ".".join(draw(st.permutations(pieces)))


def parts_of_several(draw: Draw, door: Door) -> str:
    tickets = [door.genuine, *door.others]
    return ".".join(draw(st.sampled_from(tickets)).split(".")[n] for n in range(3))


def another_part(draw: Draw, door: Door) -> str:
    parts, at = door.genuine.split("."), draw(st.integers(0, 2))
    parts[at] = draw(st.text(ALPHABET, max_size=(43, 16, 43)[at]))
    return ".".join(parts)


def cut_off(draw: Draw, door: Door) -> str:
    start, end = sorted([place_in(draw, door.genuine), place_in(draw, door.genuine)])
    return door.genuine[start:end] + draw(st.text("=", max_size=4))


def padded(draw: Draw, door: Door) -> str:
    parts, padding = door.genuine.split("."), st.text("=\t %", max_size=4)
    return ".".join(draw(padding) + each + draw(padding) for each in parts)


def made_up(draw: Draw, door: Door) -> str:
    return draw(st.text(ANY_CHARACTER, max_size=100))


KINDS = [
    replace_one,
    replace_one_by_another_of_the_alphabet,
    replace_the_last,
    delete_some,
    insert_some,
    swap_two,
    change_case,
    parts_in_another_order,
    parts_of_several,
    another_part,
    cut_off,
    padded,
    made_up,
]


@pytest.mark.parametrize("forge", KINDS, ids=lambda kind: kind.__name__)
def test_a_forged_cookie_opens_nothing(
    door: Door, tried: Counter[str], forge: Callable[[Draw, Door], str]
) -> None:
    issued = [door.genuine, *door.others[:2]]
    seen: set[str] = set()

    @settings(
        max_examples=EACH,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def try_one(data: st.DataObject) -> None:
        forged = forge(data.draw, door)
        seen.add(forged)
        allowed = any(same_ticket(forged, each) for each in issued)
        assert opens(door.bricks, forged) == allowed, forged

    try_one()
    tried[forge.__name__] = len(seen - set(issued))


def test_more_than_ten_thousand_were_tried(
    tried: Counter[str], request: pytest.FixtureRequest
) -> None:
    if set(tried) != {kind.__name__ for kind in KINDS}:
        pytest.skip("counts what the tests above tried, and not all of them ran")
    print(f"{tried.total():,} forged cookies were tried: {dict(tried)}")
    assert tried.total() >= AT_LEAST


def test_the_door_opens_for_every_ticket_that_was_issued(door: Door) -> None:
    """Else the forgeries would be refused by a door that is always shut."""
    assert [opens(door.bricks, each) for each in (door.genuine, *door.others)] == [
        True,
        True,
        True,
        False,
    ]


def test_some_spellings_of_the_genuine_ticket_are_accepted(door: Door) -> None:
    for spelling in (f"{door.genuine}=", f"{door.genuine}==", f" {door.genuine}\t"):
        assert same_ticket(spelling, door.genuine)
        assert opens(door.bricks, spelling)


def test_a_ticket_of_another_key_is_refused_though_its_session_exists(door: Door) -> None:
    with pytest.raises(Refusal, match="BAD_SIGNATURE"):
        recognise(door.bricks, f"sandbox_session={door.others[2]}")
