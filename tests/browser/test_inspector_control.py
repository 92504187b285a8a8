"""The inspector's workbench in Chromium: tamper and replay, what-ifs, panels, the session table."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.login.keys import MemoryKeys
from sandbox.serving.live import LiveServer
from sandbox.serving.whatif import what_ifs
from tests.wire.children import nursery_in
from tests.wire.raw_http import FORM, exchange, message

from .browsing import Person
from .watched import Watched

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.slow

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
LAMP = {"yes": "yes", "no": "no", "not_asked": "not asked"}


class BroughtKeys(MemoryKeys):
    brought = True


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


class Bench:
    """The inspector's page with its workbench."""

    def __init__(self, person: Person, address: str) -> None:
        self.tab = person.tab
        person.open(address)
        self.drawer = self.tab.locator("#bench")
        self.strip = self.drawer.locator(".strip button")

    def choose(self, *words: str) -> None:
        row = self.tab.locator("#timeline li.request")
        for each in words:
            row = row.filter(has_text=each)
        row.last.click()

    def open(self, tab: str = "Tamper and replay") -> None:
        self.tab.get_by_role("button", name="Workbench").click()
        self.turn_to(tab)

    def turn_to(self, tab: str) -> None:
        self.drawer.get_by_role("tab", name=tab).click()

    def press(self, name: str) -> None:
        self.drawer.get_by_role("button", name=name, exact=True).click()

    def paths(self, stage: str) -> Locator:
        """The row of this stage: its name, the original, the run."""
        head = self.tab.locator(f'th:text-is("{stage}")')
        return self.drawer.locator(".paths tbody tr").filter(has=head)

    def outcomes(self, stage: str) -> list[str]:
        return self.paths(stage).locator("td").all_inner_texts()

    def what_ifs(self, count: int) -> dict[str, tuple[str, str, str]]:
        """Circumstance → code and lamps, once there are so many."""
        rows = self.drawer.locator(".what-ifs tbody tr")
        expect(rows).to_have_count(count)
        cells = [row.locator("th, td").all_inner_texts() for row in rows.all()]
        return {name: (code[2:], issued, alive) for _, name, code, issued, alive in cells}

    def panel(self, name: str) -> Locator:
        return self.drawer.locator(f'.panel[aria-label="{name}"] .result')

    def paste(self, text: str) -> None:
        self.drawer.get_by_label("Paste a cookie").fill(text)

    @property
    def pasted(self) -> str:
        return self.drawer.get_by_label("Paste a cookie").input_value()


@pytest.fixture
def bench(alice: Person, visit: Visit, watched: Watched) -> Bench:
    """It shows alice's GET /profile."""
    bench = Bench(visit(watched), watched.inspector.url)
    bench.choose("GET /profile", "alice")
    return bench


def expect(locator: Locator) -> Any:
    from playwright.sync_api import expect as expecting

    return expecting(locator)


def other_than(character: str) -> str:
    return "A" if character != "A" else "B"


# --- tamper and replay


def test_one_character_changed_parts_from_the_original_at_the_signature(
    alice: Person, bench: Bench, watched: Watched
) -> None:
    value = alice.ticket["value"]
    bench.open()
    at = len(value) - 20
    bench.strip.nth(at).click()
    bench.tab.keyboard.type(other_than(value[at]))
    expect(bench.drawer).to_contain_text("✎ Changed: character 24 of the stamp.")
    bench.press("Send it: GET /profile")
    expect(bench.drawer).to_contain_text("They part at check_signature: OK there, BAD_SIGNATURE")
    assert bench.outcomes("read_cookie") == ["✓ OK", "✓ OK"]
    assert bench.outcomes("check_signature") == ["✓ OK", "✗ BAD_SIGNATURE ◆ here they part"]
    assert bench.outcomes("look_up_session") == ["✓ OK", "○ not reached"]
    expect(bench.drawer.locator(".parting")).to_have_count(1)
    expect(bench.paths("issued by us?").locator("td").last).to_have_text("no")
    expect(bench.paths("still alive?").locator("td").last).to_have_text("not asked")
    sent = watched.requests[-1]
    assert sent["cookies"][0]["value"] == value[:at] + other_than(value[at]) + value[at + 1 :]
    assert alice.ticket["value"] == value
    assert bench.tab.locator("#request h2").inner_text() == "#4 GET /profile OK"


def test_the_run_is_this_pages_own_while_forty_browsers_log_in(
    alice: Person, bench: Bench, watched: Watched
) -> None:
    value = alice.ticket["value"]
    at = len(value) - 20
    bench.open()
    bench.press("Change this character")
    port = int(watched.url.rpartition(":")[2])
    form = message(port, "POST", "/login", [FORM], b"username=bob&password=builder")
    with ThreadPoolExecutor(40) as browsers:
        logins = [browsers.submit(exchange, port, form) for _ in range(40)]
        bench.press("Send it: GET /profile")
        assert {login.result().status for login in logins} == {303}
    alice.open("/")
    expect(bench.tab.locator("#timeline li.request")).to_have_count(4 + 1 + 40 + 1)
    shown = bench.drawer.locator(".paths thead th").last.inner_text()
    number = int(shown.removeprefix("#").removesuffix(", this run"))
    (run,) = [each for each in watched.requests if each["id"] == number]
    changed = value[:at] + other_than(value[at]) + value[at + 1 :]
    assert [cookie["value"] for cookie in run["cookies"]] == [changed]
    expect(bench.paths("check_signature")).to_contain_text("✗ BAD_SIGNATURE ◆ here they part")


def test_the_keys_alone_are_enough(alice: Person, bench: Bench) -> None:
    bench.tab.locator("#timeline").focus()
    bench.tab.keyboard.press("w")
    expect(bench.drawer.get_by_role("tab", name="Tamper and replay")).to_be_focused()
    bench.strip.nth(len(alice.ticket["value"]) - 20).focus()
    bench.tab.keyboard.press("ArrowLeft")
    bench.tab.keyboard.press("Enter")
    expect(bench.drawer).to_contain_text("✎ Changed: character 23 of the stamp.")
    bench.tab.keyboard.press("Backspace")
    expect(bench.drawer).to_contain_text("nothing changed")
    bench.tab.keyboard.press("w")
    assert bench.tab.locator(":focus").inner_text() == "w"
    bench.tab.keyboard.press("Backspace")
    bench.tab.keyboard.press("Enter")
    bench.drawer.get_by_role("button", name="Send it").focus()
    bench.tab.keyboard.press("Enter")
    expect(bench.drawer).to_contain_text("They part at check_signature")


def test_a_stamp_spelled_otherwise_goes_the_same_way(alice: Person, bench: Bench) -> None:
    """32 bytes leave two bits of the last character to spare."""
    last = alice.ticket["value"][-1]
    bench.open()
    bench.strip.last.click()
    bench.tab.keyboard.type(ALPHABET[ALPHABET.index(last) ^ 1])
    bench.press("Send it: GET /profile")
    expect(bench.drawer).to_contain_text("≡ Both went the same way.")
    expect(bench.drawer.locator(".parting")).to_have_count(0)


def test_a_post_is_not_sent_again(alice: Person, bench: Bench, watched: Watched) -> None:
    alice.save_word("tulip")
    expect(bench.tab.locator("#timeline li.request")).to_have_count(7)  # none is to come
    bench.choose("POST /word")
    bench.open()
    expect(bench.drawer).to_contain_text("A POST is not sent again")
    bench.press("Send it: GET /api/me")
    expect(bench.drawer).to_contain_text("≡ Both went the same way.")
    last = watched.requests[-1]
    assert (last["method"], last["path"]) == ("GET", "/api/me")
    (row,) = watched.bricks.store.all_of("alice")
    assert row.word == "tulip"


def test_the_cookie_at_work_stays_until_another_is_taken_by_hand(
    alice: Person, bench: Bench
) -> None:
    bench.open()
    bench.press("Change this character")
    alice.open("/")
    bench.choose("GET /", "alice")
    bench.choose("#5")
    expect(bench.drawer).to_contain_text("The cookie of #4 GET /profile")
    bench.press("Take the cookie of #5 instead")
    expect(bench.drawer).to_contain_text("The cookie of #5 GET /. ")
    expect(bench.drawer).to_contain_text("nothing changed")


def test_the_id_is_hidden_until_it_is_asked_for(alice: Person, bench: Bench) -> None:
    session_id = alice.ticket["value"].partition(".")[0]
    bench.open()
    shown = "".join(bench.strip.all_inner_texts())
    assert shown.startswith("•" * len(session_id) + ".")
    bench.press("Show the id")
    assert "".join(bench.strip.all_inner_texts()) == alice.ticket["value"]


def test_a_request_without_a_cookie_has_nothing_to_be_changed(bench: Bench) -> None:
    bench.choose("GET /login")
    bench.open()
    expect(bench.drawer).to_contain_text("This request bears no cookie of ours.")
    expect(bench.drawer.get_by_role("button", name="Send it")).to_be_hidden()


def test_with_keys_that_were_brought_along_nothing_is_sent_or_signed(
    visit: Visit, watch: Watch
) -> None:
    watched = watch(BroughtKeys())
    alice = visit(watched)
    alice.log_in("alice")
    bench = Bench(visit(watched), watched.inspector.url)
    bench.choose("GET /profile", "alice")
    bench.open()
    expect(bench.drawer).to_contain_text("nothing can be sent again")
    expect(bench.drawer.get_by_role("button", name="Send it")).to_be_hidden()
    bench.turn_to("Decode")
    bench.paste(alice.ticket["value"])
    bench.press("Re-sign")
    expect(bench.panel("Re-sign")).to_contain_text("so the page makes no cookie with them")


# --- what if


@pytest.mark.parametrize(
    ("name", "circumstance", "told"),
    [
        ("Signature removed", "the signature removed", ("MALFORMED", "no", "not asked")),
        ("Old key", "its key was retired", ("BAD_SIGNATURE", "no", "not asked")),
        ("Another salt", "checked with another salt", ("BAD_SIGNATURE", "no", "not asked")),
        ("An hour later", "an hour later", ("IDLE_TIMEOUT", "yes", "no")),
        ("After logout", "after logout", ("UNKNOWN_SESSION", "yes", "no")),
    ],
)
def test_one_click_fills_one_line_of_the_table(
    name: str, circumstance: str, told: tuple[str, str, str], bench: Bench
) -> None:
    bench.open("What if?")
    bench.press(name)
    assert bench.what_ifs(1) == {circumstance: told}
    bench.press(name)
    assert bench.what_ifs(1) == {circumstance: told}


def test_the_table_has_the_codes_of_what_ifs(alice: Person, bench: Bench, watched: Watched) -> None:
    (row,) = watched.bricks.store.all_of("alice")
    asked = what_ifs(watched.bricks, alice.ticket["value"], row)
    codes = {name: refusal.code if refusal else "OK" for name, refusal in asked.items()}
    bench.open("What if?")
    bench.press("Every circumstance")
    shown = {name: code for name, (code, *_) in bench.what_ifs(len(codes) + 1).items()}
    assert shown == codes | {"an hour later": "IDLE_TIMEOUT"}
    assert watched.bricks.store.all_of("alice") == [row]


# --- decode, verify, re-sign


def test_three_panels_and_what_was_pasted_stays(
    alice: Person, bench: Bench, watched: Watched
) -> None:
    value = alice.ticket["value"]
    session_id, timestamp, _ = value.split(".")
    at = len(value) - 20
    changed = value[:at] + other_than(value[at]) + value[at + 1 :]
    bench.open("Decode")
    bench.paste(changed)
    bench.press("Decode")
    told = bench.panel("Decode").locator("code")
    expect(told.first).to_have_text(session_id)
    assert told.nth(1).inner_text() == timestamp
    expect(bench.panel("Verify")).to_be_empty()
    bench.press("Verify")
    expect(bench.panel("Verify")).to_contain_text("✗ BAD_SIGNATURE")
    bench.press("Re-sign")
    expect(bench.panel("Re-sign")).to_contain_text("New ✓ OK")
    assert bench.pasted == changed
    new = bench.panel("Re-sign").locator("code.new").inner_text()
    bench.paste(new)
    expect(bench.panel("Re-sign")).to_be_empty()
    bench.press("Verify")
    expect(bench.panel("Verify")).to_contain_text("✓ OK")
    alice.put_back(alice.ticket, value=new)
    assert alice.whoami() == "alice"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x" * 102_400, "at most 4,096 bytes"),
        ("x" * 30_000, "1 part came"),
        ("<script>document.title=1</script>", "2 parts came"),
        ("a.<script> .b", "something that no cookie can carry"),
        ('  "a b"  ', "a value in quotes"),
        ("sandbox_session=a.b.c", "Perhaps you meant to paste: a.b.c"),
        ("Cookie: x=1; sandbox_session=a.b.c", "Perhaps you meant to paste: a.b.c"),
    ],
)
def test_whatever_is_pasted_stays_and_gets_a_sentence(text: str, said: str, bench: Bench) -> None:
    bench.open("Decode")
    bench.paste(text)
    for name in ("Decode", "Verify", "Re-sign"):
        bench.press(name)
        expect(bench.panel(name)).to_contain_text(said)
        assert bench.pasted == text
    assert bench.tab.title() == "Login Sandbox: inspector"


# --- the session table


def test_a_deleted_row_leaves_a_valid_signature_without_a_session(
    alice: Person, bench: Bench
) -> None:
    bench.open("Session table")
    bench.press("Delete this row")
    expect(bench.drawer.locator(".sessions tbody tr")).to_have_count(1)
    assert alice.whoami() == "alice"
    bench.press("Click again to delete")
    expect(bench.drawer).to_contain_text("✓ The row is deleted.")
    expect(bench.drawer.locator(".sessions tbody tr")).to_have_count(0)
    alice.open("/profile")
    assert alice.place == "/login"
    bench.choose("GET /profile", "UNKNOWN_SESSION")
    assert bench.tab.locator(".lamps li").all_inner_texts() == [
        "issued by us? yes",
        "still alive? no",
    ]


def test_ids_are_shortened_until_one_is_revealed(alice: Person, bench: Bench) -> None:
    session_id = alice.ticket["value"].partition(".")[0]
    bench.open("Session table")
    code = bench.drawer.locator(".sessions code")
    expect(code).to_have_text(f"{session_id[:4]}…{session_id[-2:]}")
    assert session_id not in bench.tab.content()
    bench.press("Reveal")
    expect(code).to_have_text(session_id)
    bench.press("Shorten")
    assert session_id not in bench.tab.content()


def test_a_row_that_is_gone_already_is_a_sentence(
    alice: Person, bench: Bench, watched: Watched
) -> None:
    bench.open("Session table")
    expect(bench.drawer.locator(".sessions tbody tr")).to_have_count(1)
    watched.bricks.store.delete_all_of("alice")
    bench.press("Delete this row")
    bench.press("Click again to delete")
    expect(bench.drawer).to_contain_text("✗ There is no such row any more.")


def test_a_store_that_is_down_is_a_sentence(bench: Bench, watched: Watched) -> None:
    from sandbox.login.refusals import StoreDown

    def down(user: str) -> Any:
        raise StoreDown(store="memory", error="OperationalError")

    watched.bricks.store.all_of = down  # type: ignore[method-assign]
    bench.open("Session table")
    expect(bench.drawer).to_contain_text("The session store does not answer (OperationalError)")


# --- the drawer


@pytest.mark.parametrize("height", [600, 800])
def test_the_workbench_covers_nothing_and_escape_closes_it(bench: Bench, height: int) -> None:
    bench.tab.set_viewport_size({"width": 1280, "height": height})
    bench.open()
    above, below = bench.tab.locator("main").bounding_box(), bench.drawer.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] + above["height"] <= below["y"]
    assert above["height"] > 200
    assert below["y"] + below["height"] <= height
    bench.tab.keyboard.press("Escape")
    expect(bench.drawer).to_be_hidden()
    expect(bench.tab.get_by_role("button", name="Workbench")).to_be_focused()


def test_a_w_that_is_typed_into_a_field_opens_nothing(bench: Bench) -> None:
    bench.tab.locator("#filter").press("w")
    expect(bench.drawer).to_be_hidden()
    bench.open("Decode")
    bench.drawer.get_by_label("Paste a cookie").press("w")
    assert bench.pasted == "w"


def test_what_orders_something_is_marked_as_needing_a_living_server(bench: Bench) -> None:
    bench.open()
    for name in ("Send it", "Every circumstance", "Decode", "Verify", "Re-sign", "Load anew"):
        found = bench.drawer.get_by_role("button", name=name, include_hidden=True)
        assert "live" in (found.first.get_attribute("class") or "").split()


# --- another site


class Thief:
    """A page of another site that has learned the address, and posts an order by a form."""

    def __init__(self, target: str, order: dict[str, str]) -> None:
        # With text/plain a form sends NAME=VALUE as it is: together they are one JSON object.
        body = json.dumps(order | {"x": "="})
        name, _, value = body.partition("=")
        field = f"<input name='{name}' value='{value}'>"
        form = f"<form method=post enctype=text/plain action='{target}'>{field}<button>Win</button>"
        icon = "<link rel=icon href=data:,>"
        self._page = f"<!doctype html><title>Win</title>{icon}{form}</form>".encode()
        self._live = LiveServer(self._app, port=0).start()

    def url(self, host: str) -> str:
        return f"http://{host}:{self._live.port}/"

    def close(self) -> None:
        self._live.stop()

    def _app(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/html; charset=UTF-8")])
        return [self._page]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_order_of_another_sites_page_is_refused_and_nothing_happens(
    host: str, alice: Person, visit: Visit, watched: Watched
) -> None:
    """Even one that has learned the token: another site, and another port of the same."""
    fields = {"path": "/profile", "cookie": alice.ticket["value"]}
    target = f"{watched.inspector.url}orders/replay"
    thief = Thief(target, fields)
    victim = visit(watched)
    before = watched.requests
    try:
        victim.open(thief.url(host))
        with victim.tab.expect_request(target) as asked:
            answer = victim.follow(victim.tab.locator("button"))
        assert json.loads(asked.value.post_data or "") == fields | {"x": "="}
        assert answer.status == 403
        assert "from the inspector's own page only" in answer.text()
        assert watched.requests == before
    finally:
        victim.context.close()
        thief.close()


# --- as somebody starts it


def test_serve_hands_its_orders_to_the_inspector(visit: Visit, tmp_path: Path) -> None:
    with nursery_in(tmp_path) as nursery:
        child = nursery.serve()
        child.url = f"http://localhost:{child.port}"  # type: ignore[attr-defined]
        alice, page = visit(child), visit(child)
        alice.log_in("alice")
        bench = Bench(page, child.inspector)
        bench.choose("GET /profile", "alice")
        bench.open()
        bench.press("Change this character")
        bench.press("Send it: GET /profile")
        expect(bench.drawer).to_contain_text("They part at check_signature")
        row = bench.tab.locator("#timeline li.request").last
        assert re.search(r"replay\w{6}·", row.inner_text())
        for person in (alice, page):
            person.context.close()
