"""The inspector in Chromium: the cookie taken apart, before and after, the source of a stage."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import datetime, timezone
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import sandbox as package
from sandbox.serving.key_file import KeyFile
from tests.wire.raw_http import until

from .browsing import Person
from .watched import Watched

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.slow

SALT = b"login-sandbox.session"
STAMP = 43  # characters: 32 bytes in base64
BROUGHT = "a-key-that-was-brought-along-by-hand"


Watch = Callable[..., Watched]
Visit = Callable[..., Person]


@pytest.fixture
def visit(watch: Watch, visit: Visit) -> Visit:
    """The servers are there first, so the pages close before them and ask nobody in vain."""
    return visit


@pytest.fixture
def alice(visit: Visit, watched: Watched) -> Person:
    person = visit(watched)
    person.log_in("alice")
    return person


class Screen:
    """The inspector's page in a browser of its own, and what stands on its card."""

    def __init__(self, person: Person, watched: Watched) -> None:
        self.tab, self.watched = person.tab, watched
        self.tab.goto(watched.inspector.url)

    def choose(self, words: str, verdict: str = "OK") -> None:
        """The last request whose line has these words and this verdict, once all have come."""
        until(lambda: len(self.watched.requests) == self.watched.answered)
        expect(self.tab.locator("#timeline li.request")).to_have_count(len(self.watched.requests))
        expect(self.tab.locator("#timeline .code:text-is('…')")).to_have_count(0)
        lines = (
            self.tab.locator("#timeline li.request").filter(has_text=words).filter(has_text=verdict)
        )
        lines.last.click()

    def reveal(self) -> None:
        self.tab.get_by_role("button", name="Reveal the ids").first.click()

    @property
    def dissected(self) -> Locator:
        return self.tab.locator(".dissect")

    def part(self, label: str) -> str:
        part = self.dissected.locator(".part").filter(
            has=self.tab.locator(f'dt:text-is("{label}")')
        )
        return part.locator("code").inner_text()

    def given(self, label: str) -> Locator:
        """What stands in the box with this label, the last of that name."""
        head = self.tab.locator("b").filter(has_text=re.compile(f"^{label}"))
        return self.dissected.locator(".given").filter(has=head).last

    def compared(self, label: str) -> Locator:
        head = self.tab.locator(f'b:text-is("{label}")')
        return self.dissected.locator(".compare p").filter(has=head).locator("code")

    def cell(self, when: str, column: int) -> Locator:
        """Before or after: 0 the jar, 1 the cookie sent, 2 the row."""
        return self.tab.locator(f".columns tr.{when} td").nth(column)

    def stage(self, name: str) -> Locator:
        return self.tab.locator(f'.diagram [data-seq][aria-label^="{name},"]')


@pytest.fixture
def screen(visit: Visit, watched: Watched) -> Screen:
    return Screen(visit(watched), watched)


def base64_of(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def derived_from(key: bytes) -> bytes:
    return hmac.new(key, SALT, hashlib.sha256).digest()


def stamp_of(key: bytes, signed: str) -> str:
    """RFC 2104's HMAC of the standard library, as the documentation of itsdangerous has it."""
    return base64_of(hmac.new(derived_from(key), signed.encode(), hashlib.sha256).digest())


def other_than(character: str) -> str:
    return "A" if character != "A" else "B"


def changed_at(value: str, at: int) -> str:
    return value[:at] + other_than(value[at]) + value[at + 1 :]


def issued(timestamp: str) -> datetime:
    seconds = int.from_bytes(base64.urlsafe_b64decode(timestamp + "=="), "big")
    return datetime.fromtimestamp(seconds, timezone.utc)


def expect(locator: Locator) -> Any:
    from playwright.sync_api import expect as expecting

    return expecting(locator)


def tamper(person: Person, at_of_the_stamp: int) -> str:
    """One character of the stamp in Chromium's own jar is changed, and the profile asked for."""
    ticket = person.ticket
    value = ticket["value"]
    changed = changed_at(value, len(value) - STAMP + at_of_the_stamp)
    person.put_back(ticket, value=changed)
    person.open("/profile")
    return changed


def test_the_parts_are_those_of_the_cookie_in_chromiums_own_jar(
    alice: Person, screen: Screen
) -> None:
    session_id, timestamp, stamp = alice.ticket["value"].split(".")
    screen.choose("GET /profile")
    screen.reveal()
    assert screen.part("session id") == session_id
    assert screen.part("issued") == timestamp
    assert screen.part("stamp") == stamp
    moment = screen.dissected.locator("time").get_attribute("datetime")
    assert moment is not None
    assert datetime.fromisoformat(moment.replace("Z", "+00:00")) == issued(timestamp)
    assert f"these {len(session_id) + 1 + len(timestamp)} bytes" in screen.dissected.inner_text()


def test_what_is_computed_is_what_hmac_of_the_standard_library_computes(
    alice: Person, screen: Screen, watched: Watched
) -> None:
    signed, _, stamp = alice.ticket["value"].rpartition(".")
    screen.choose("GET /profile")
    screen.reveal()
    assert screen.given("salt").locator("code").inner_text() == SALT.decode()
    assert screen.given("signing key").locator("code").inner_text() == watched.key.decode()
    derived = screen.dissected.locator(".given").filter(has_text="derived key").first
    assert derived.locator("code").inner_text() == derived_from(watched.key).hex()
    assert screen.given("the bytes covered").locator("code").inner_text() == signed
    assert screen.compared("computed").inner_text() == stamp_of(watched.key, signed)
    assert screen.compared("received").inner_text() == stamp
    expect(screen.dissected).to_contain_text("✓ the same: this server made the stamp")
    expect(screen.dissected.locator(".differs")).to_have_count(0)


def test_the_first_difference_has_a_shape_and_words(
    alice: Person, screen: Screen, watched: Watched
) -> None:
    changed = tamper(alice, at_of_the_stamp=20)
    signed, _, received = changed.rpartition(".")
    computed = stamp_of(watched.key, signed)
    screen.choose("GET /profile", "BAD_SIGNATURE")
    assert screen.compared("computed").inner_text() == computed
    assert screen.compared("received").inner_text() == received
    marked = screen.dissected.locator(".differs").all_inner_texts()
    assert marked == [computed[20], received[20]]
    caret = screen.dissected.locator(".caret code")
    assert caret.inner_text().index("▲") == 20
    words = f"character 21, {computed[20]} computed and {received[20]} received"
    expect(screen.dissected).to_contain_text(f"✗ different: the first difference is at {words}")


def test_the_caret_stands_under_the_character_that_differs(alice: Person, screen: Screen) -> None:
    tamper(alice, at_of_the_stamp=30)
    screen.choose("GET /profile", "BAD_SIGNATURE")
    above = screen.dissected.locator(".differs").last.bounding_box()
    begins = screen.compared("received").bounding_box()
    caret = screen.dissected.locator(".caret code").bounding_box()
    assert above is not None
    assert begins is not None
    assert caret is not None
    assert caret["x"] == pytest.approx(begins["x"], abs=1)
    assert above["width"] * 30 == pytest.approx(above["x"] - begins["x"], rel=0.02)


def test_an_id_is_nowhere_in_the_page_before_it_is_revealed(alice: Person, screen: Screen) -> None:
    session_id = alice.ticket["value"].partition(".")[0]
    screen.choose("GET /profile")
    shortened = f"{session_id[:4]}…{session_id[-2:]}"
    assert screen.part("session id") == shortened
    assert session_id not in screen.tab.content()
    screen.reveal()
    assert session_id in screen.tab.content()
    screen.tab.get_by_role("button", name="Shorten the ids").last.click()
    assert session_id not in screen.tab.content()


def test_what_was_revealed_is_shortened_again_when_another_request_is_chosen(
    alice: Person, screen: Screen
) -> None:
    session_id = alice.ticket["value"].partition(".")[0]
    screen.choose("GET /profile")
    screen.reveal()
    screen.choose("POST /login")
    assert session_id not in screen.tab.content()
    screen.choose("GET /profile")
    assert session_id not in screen.tab.content()


def test_keys_that_were_brought_along_are_never_shown(
    visit: Visit, watch: Watch, tmp_path: Path
) -> None:
    path = tmp_path / "keys"
    path.write_text(f"{BROUGHT}\n", encoding="utf-8")
    path.chmod(0o600)
    watched = watch(KeyFile(path, brought=True))
    alice = visit(watched)
    alice.log_in("alice")
    good = alice.ticket["value"]
    tamper(alice, at_of_the_stamp=20)
    screen = Screen(visit(watched), watched)
    for verdict in ("OK", "BAD_SIGNATURE"):
        screen.choose("GET /profile", verdict)
        expect(screen.dissected).to_contain_text("Keys that you bring are never shown.")
        expect(screen.cell("before", 1)).to_contain_text("≈ alike by its ends")
        content = screen.tab.content()
        secrets = (BROUGHT, derived_from(BROUGHT.encode()).hex(), good.rpartition(".")[2], good)
        assert not [secret for secret in secrets if secret in content]


def test_a_cookie_that_is_too_old_has_the_right_stamp(
    alice: Person, screen: Screen, watched: Watched
) -> None:
    long_ago = base64_of((1_600_000_000).to_bytes(4, "big"))
    signed = f"{alice.ticket['value'].partition('.')[0]}.{long_ago}"
    alice.put_back(alice.ticket, value=f"{signed}.{stamp_of(watched.key, signed)}")
    alice.open("/profile")
    screen.choose("GET /profile", "EXPIRED")
    expect(screen.dissected).to_contain_text(
        "✓ the same: this server made the stamp. But it is too old"
    )
    moment = screen.dissected.locator("time").get_attribute("datetime")
    assert moment == "2020-09-13T12:26:40.000Z"


def test_a_stamp_can_be_spelled_otherwise_and_is_the_same(alice: Person, screen: Screen) -> None:
    """32 bytes leave two bits of the last character to spare."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    value = alice.ticket["value"]
    last = alphabet[alphabet.index(value[-1]) ^ 1]
    alice.put_back(alice.ticket, value=value[:-1] + last)
    alice.open("/profile")
    assert alice.place == "/profile"
    expect(
        screen.tab.locator("#timeline li.request").filter(has_text="GET /profile")
    ).to_have_count(3)
    screen.choose("GET /profile")
    expect(screen.dissected).to_contain_text("✓ the same 32 bytes, spelled otherwise")
    assert screen.dissected.locator(".differs").all_inner_texts() == [value[-1], last]


def test_a_cookie_of_two_parts_is_not_computed(alice: Person, screen: Screen) -> None:
    alice.put_back(alice.ticket, value="<b>x</b>.second")
    alice.open("/profile")
    screen.choose("GET /profile", "MALFORMED")
    expect(screen.dissected).to_contain_text("✗ Three parts were expected, 2 came")
    expect(screen.dissected.locator("b")).to_have_count(0)
    expect(screen.dissected.locator(".compare")).to_have_count(0)


def test_a_very_long_part_breaks_nothing(alice: Person, screen: Screen) -> None:
    alice.put_back(alice.ticket, value=f"{'i' * 1500}.{'t' * 600}.{'s' * 1500}")
    alice.open("/profile")
    screen.choose("GET /profile", "BAD_SIGNATURE")
    screen.reveal()
    assert len(screen.part("session id")) < 80
    width = screen.tab.evaluate("[document.body.scrollWidth, innerWidth]")
    assert width[0] <= width[1]


def test_a_login_puts_the_cookie_that_chromium_keeps_into_the_jar_and_a_row_into_the_store(
    alice: Person, screen: Screen
) -> None:
    screen.choose("POST /login")
    expect(screen.cell("before", 0)).to_contain_text("○ none")
    expect(screen.cell("before", 1)).to_contain_text("○ none")
    expect(screen.cell("after", 0)).to_contain_text("+ new")
    session_id, *rest = alice.ticket["value"].split(".")
    shown = ".".join([f"{session_id[:4]}…{session_id[-2:]}", *rest])
    assert screen.cell("after", 0).locator("code").inner_text() == shown
    expect(screen.cell("after", 2)).to_contain_text("+ new: a row was written")
    expect(screen.cell("after", 2)).to_contain_text("alice")


def test_the_cookie_sent_and_the_jar_are_chromiums_own(alice: Person, screen: Screen) -> None:
    screen.choose("GET /profile")
    screen.reveal()
    for when in ("before", "after"):
        for column in (0, 1):
            cell = screen.cell(when, column)
            assert cell.locator("code").inner_text() == alice.ticket["value"]
            expect(cell).to_contain_text("= the same")
    expect(screen.cell("before", 2)).to_contain_text("alice")
    expect(screen.cell("after", 2)).to_contain_text("= the same: nothing was written")


def test_a_tampered_cookie_is_not_the_one_that_was_known(alice: Person, screen: Screen) -> None:
    good = alice.ticket["value"]
    changed = tamper(alice, at_of_the_stamp=20)
    assert alice.ticket["value"] == changed
    screen.choose("GET /profile", "BAD_SIGNATURE")
    screen.reveal()
    assert screen.cell("before", 0).locator("code").inner_text() == good
    assert screen.cell("before", 1).locator("code").inner_text() == changed
    expect(screen.cell("before", 1)).to_contain_text(
        "≠ changed: first at character 21 of the stamp"
    )
    assert screen.cell("after", 0).locator("code").inner_text() == alice.ticket["value"]
    expect(screen.cell("after", 2)).to_contain_text("? not known: the store was not asked")


def test_logging_out_takes_back_the_cookie_and_the_row(
    alice: Person, screen: Screen, watched: Watched
) -> None:
    ticket = alice.ticket
    alice.press("/logout")
    assert alice.jar == []
    screen.choose("POST /logout")
    for column in (0, 1, 2):
        expect(screen.cell("after", column)).to_contain_text("✕ gone")
    alice.put_back(ticket)
    alice.open("/profile")
    screen.choose("GET /profile", "UNKNOWN_SESSION")
    expect(screen.cell("before", 0)).to_contain_text("○ none: it was taken back in #")
    expect(screen.cell("before", 1)).to_contain_text("sent although it was taken back")
    expect(screen.cell("before", 2)).to_contain_text("○ none: no row has the id")
    assert watched.bricks.store.all_of("alice") == []


def test_another_login_replaces_the_row(alice: Person, screen: Screen) -> None:
    before = alice.ticket["value"]
    alice.open("/login")
    alice.tab.locator("input[name=username]").fill("alice")
    alice.tab.locator("input[name=password]").fill("wonderland")
    alice.press("/login")
    screen.choose("POST /login")
    screen.reveal()
    assert screen.cell("before", 1).locator("code").inner_text() == before
    assert screen.cell("after", 0).locator("code").inner_text() == alice.ticket["value"]
    expect(screen.cell("after", 0)).to_contain_text("≠ changed: by Set-Cookie")
    old = f"{before[:4]}…{before.partition('.')[0][-2:]}"
    expect(screen.cell("after", 2)).to_contain_text(f"≠ changed: a new row in the place of {old}")


def executed(screen: Screen) -> tuple[int, str, str]:
    """The number, the text and the mark of the line that is marked."""
    line = screen.tab.locator(".source .executed")
    mark = line.locator("b").inner_text()
    number = line.locator(".number").inner_text()
    text = line.inner_text().strip().removeprefix(number.strip()).removesuffix(mark)
    return int(number), text.strip(), mark


def in_the_package(place: str) -> tuple[int, str]:
    """The line that an event names, read from the file."""
    name, _, number = place.rpartition(":")
    path = Path(str(package.__file__)).parent / name
    return int(number), path.read_text(encoding="utf-8").splitlines()[int(number) - 1].strip()


def test_a_click_on_a_stage_shows_the_line_that_refused(alice: Person, screen: Screen) -> None:
    tamper(alice, at_of_the_stamp=20)
    screen.choose("GET /profile", "BAD_SIGNATURE")
    screen.stage("check_signature").click()
    expect(screen.tab.locator(".source h3")).to_contain_text("check_signature")
    place = screen.tab.locator(".source h3 code").inner_text()
    assert place.startswith("login/signing.py:")
    number, text, mark = executed(screen)
    assert (number, text) == in_the_package(place)
    assert text.startswith("raise BadSignature()")
    assert mark == "✗ ended here"


def test_enter_on_a_stage_shows_where_it_began(alice: Person, screen: Screen) -> None:
    screen.choose("GET /profile")
    screen.stage("look_up_session").focus()
    screen.tab.keyboard.press("Enter")
    expect(screen.tab.locator(".source h3")).to_contain_text("look_up_session")
    number, text, mark = executed(screen)
    assert (number, text) == in_the_package(screen.tab.locator(".source h3 code").inner_text())
    assert mark == "▶ began here"
    assert screen.stage("look_up_session").get_attribute("aria-pressed") == "true"
    assert "def look_up_session" in screen.tab.locator(".source pre").inner_text()


def test_the_lines_of_the_source_stand_one_below_the_other(alice: Person, screen: Screen) -> None:
    screen.choose("GET /profile")
    screen.stage("check_signature").click()
    screen.tab.locator(".source .executed").wait_for()
    boxes = [line.bounding_box() for line in screen.tab.locator(".source .number").all()]
    places = [(round(box["x"]), round(box["y"])) for box in boxes if box]
    assert len({x for x, _ in places}) == 1
    heights = {round((low - high) / 2) for (_, high), (_, low) in pairwise(places)}
    assert len(heights) == 1  # none beside another, and no gap
