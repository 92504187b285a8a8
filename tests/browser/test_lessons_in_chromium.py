"""Steps of lessons, done in Chromium and with curl while the lesson waits on a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from .browsing import Person
from .lessons import Desk, as_typed, curl, lesson

pytestmark = pytest.mark.slow

Visit = Callable[..., Person]
Lead = Callable[[str, int], Desk]


@pytest.fixture
def lead(tmp_path: Path) -> Iterator[Lead]:
    """`lead("04", 8)` begins lesson 04 with step 8 on a terminal of its own."""
    with ExitStack() as terminals:
        yield lambda number, step: terminals.enter_context(lesson(tmp_path, number, step))


def fill_in(person: Person, **fields: str) -> None:
    """Fill in the form on the page, each field by its name."""
    for name, text in fields.items():
        person.tab.locator(f"input[name={name}]").fill(text)


def answer(desk: Desk, number: int) -> None:
    """Predict something; the step waits afterwards."""
    desk.asks("skips the question)")
    desk.types(str(number))
    desk.asks()


def shortened(cookie: str) -> str:
    """As the key w shows a cookie of three parts: of the long ones both ends, as on a card."""
    session_id, issued, stamp = cookie.split(".")
    return f"{session_id[:4]}...{session_id[-2:]}.{issued}.{stamp[:4]}...{stamp[-2:]}"


# The steps that the lessons mark with [B], each to its end.


def test_lesson_00_a_page_is_opened(lead: Lead, visit: Visit) -> None:
    desk = lead("00", 2)
    desk.asks()
    visit(desk).open("/start")
    desk.meets("verdict == NO_COOKIE")
    desk.asks("Enter goes on")


def test_lesson_01_a_link_a_form_and_a_script_ask(lead: Lead, visit: Visit) -> None:
    desk = lead("01", 5)
    desk.asks("skips the question)")
    desk.types("2 2 1")
    desk.asks()
    alice = visit(desk)
    alice.open("/start")
    assert alice.place == "/", "the link stands on the home page"
    alice.follow(alice.tab.get_by_role("link", name="Ask by a link"))
    desk.meets("body contains Authorization: none")
    alice.press("/headers")
    desk.meets("body contains Authorization: none")
    desk.asks()
    alice.tab.evaluate("fetch('/headers', {headers: {Authorization: 'Bearer abc'}})")
    desk.meets("body contains Authorization: Bearer abc")
    assert "You were right." in desk.asks("Enter goes on")


def test_lesson_02_chromium_keeps_the_plain_cookie(lead: Lead, visit: Visit) -> None:
    desk = lead("02", 3)
    desk.asks()
    alice = visit(desk)
    alice.open("/start")
    fill_in(alice, name="alice")
    alice.press("/")
    desk.meets("jar == alice")
    desk.asks("Enter goes on")
    assert alice.ticket["value"] == "alice"


def test_lesson_02_a_plain_cookie_changed_in_the_jar_is_believed(lead: Lead, visit: Visit) -> None:
    desk = lead("02", 6)
    answer(desk, 1)
    alice = visit(desk)
    alice.open("/start")
    fill_in(alice, name="alice")
    alice.press("/")
    desk.meets("body contains Hello alice")
    desk.asks()
    alice.put_back(alice.ticket, value="bob")
    alice.reload()
    assert alice.heading == "Hello bob"
    desk.meets("body contains Hello bob")
    desk.asks("Enter goes on")


def test_lesson_03_a_signed_cookie_changed_in_the_jar_is_seen(lead: Lead, visit: Visit) -> None:
    desk = lead("03", 3)
    answer(desk, 4)
    alice = visit(desk)
    alice.open("/start")
    assert alice.heading == "Hello alice", "/start brings the cookie of the steps before"
    desk.meets("body contains Hello alice")
    desk.asks()
    name, dot, rest = alice.ticket["value"].partition(".")
    assert name == "alice"
    alice.put_back(alice.ticket, value="bob" + dot + rest)
    alice.reload()
    assert alice.heading == "Hello stranger"
    desk.meets("stage check_signature == BAD_SIGNATURE")
    assert "You were right." in desk.asks("Enter goes on")


def test_lesson_04_a_row_is_deleted_and_the_cookie_stays(lead: Lead, visit: Visit) -> None:
    desk = lead("04", 8)
    desk.asks()
    alice = visit(desk)
    alice.open("/start")
    desk.asks()
    fill_in(alice, word="rose")
    alice.press("/")
    # The browser follows the 303 by itself: its next request counts, however quick it was.
    desk.meets("row word == rose")
    desk.meets("body contains Your word is rose")
    desk.reads("waits for POST /delete by alice")
    kept = alice.ticket
    alice.press("/delete")
    desk.meets("row absent")
    desk.meets("lamp alive == no")
    desk.asks("Enter goes on")
    assert alice.ticket == kept


def test_lesson_05_the_login_answers_303(lead: Lead, visit: Visit) -> None:
    desk = lead("05", 8)
    desk.asks()
    alice = visit(desk)
    alice.open("/start")
    assert alice.place == "/login"
    fill_in(alice, username="alice", password="wonderland")
    alice.press("/login")
    desk.meets("status == 303")
    desk.meets("body contains Hello alice")
    desk.asks("Enter goes on")
    assert alice.ticket["httpOnly"]


def test_lesson_06_the_guard_sends_to_the_login_and_back(lead: Lead, visit: Visit) -> None:
    desk = lead("06", 3)
    desk.asks()
    alice = visit(desk)
    alice.open("/start")
    assert alice.place == "/login"
    desk.meets("header Location == /login?next=/profile")
    desk.meets("body contains Password")
    desk.asks()
    fill_in(alice, username="alice", password="wonderland")
    alice.press("/login")
    assert alice.place == "/profile"
    desk.meets("body contains You are alice")
    desk.asks("Enter goes on")


def test_lesson_07_two_tabs_share_a_ticket(lead: Lead, visit: Visit) -> None:
    desk = lead("07", 3)
    answer(desk, 3)
    alice = visit(desk)
    alice.open("/start")
    desk.meets("verdict == OK")
    desk.asks()
    ticket = alice.ticket
    alice.open("/", alice.context.new_page())
    desk.meets("rows == 2")
    desk.asks("Enter goes on")
    assert alice.ticket == ticket


def test_lesson_07_a_private_window_has_a_jar_of_its_own(lead: Lead, visit: Visit) -> None:
    desk = lead("07", 3)
    answer(desk, 3)
    first_window, private_window = visit(desk), visit(desk)
    first_window.open("/start")
    desk.asks()
    first_window.reload()
    desk.asks("Enter goes on")
    desk.types()
    desk.reads("waits for POST /login")
    desk.asks()
    private_window.open("/start")
    assert private_window.place == "/login"
    assert private_window.jar == []
    fill_in(private_window, username="alice", password="wonderland")
    private_window.press("/login")
    desk.meets("rows == 3")
    desk.reads("waits for POST / with word=rose")
    fill_in(private_window, word="rose")
    private_window.press("/")
    desk.meets("row word == rose")
    desk.reads("waits for GET / by alice")
    first_window.reload()
    desk.meets("body lacks rose")
    desk.asks("Enter goes on")
    assert first_window.ticket["value"] != private_window.ticket["value"]


def test_lesson_08_a_reload_after_logging_out_asks_the_server(lead: Lead, visit: Visit) -> None:
    desk = lead("08", 5)
    desk.asks()
    alice = visit(desk)
    alice.open("/start")
    assert alice.place == "/login"
    assert alice.tab.get_by_role("note").is_visible()
    fill_in(alice, username="alice", password="wonderland")
    alice.press("/login")
    desk.meets("body contains The profile of alice")
    desk.asks()
    alice.press("/logout")
    desk.meets("jar absent")
    desk.meets("body contains Hello stranger")
    desk.asks()
    assert alice.jar == []
    alice.open("/profile")
    desk.meets("header Location contains /login")
    desk.asks("Enter goes on")


def test_lesson_10_the_script_of_the_page_sends_a_cookie_that_it_cannot_read(
    lead: Lead, visit: Visit
) -> None:
    desk = lead("10", 2)
    desk.asks()
    alice = visit(desk)
    alice.open("/start")
    assert alice.place == "/orders"
    alice.tab.get_by_role("button", name="Script: load my orders").click()
    desk.meets("stage read_cookie == OK")
    desk.meets("body contains alice")
    desk.asks("Enter goes on")
    alice.tab.get_by_text('200 {"user": "alice"').wait_for()
    assert alice.tab.evaluate("document.cookie") == ""
    assert alice.ticket["name"] == "lesson10"


def plant(person: Person, name: str, value: str) -> None:
    """Write a cookie into the jar with the console of the page on show."""
    person.tab.evaluate("pair => { document.cookie = pair }", f"{name}={value}")


def held(person: Person, name: str) -> str:
    """The value of the cookie with this name in Chromium's jar."""
    (value,) = [cookie["value"] for cookie in person.jar if cookie["name"] == name]
    return str(value)


def keep_hammer(desk: Desk, bob: Person) -> None:
    """bob has a ticket for a row of nobody afterwards."""
    bob.open("/start")
    assert bob.place == "/"
    fill_in(bob, word="hammer")
    bob.press("/")
    desk.meets("row user == nobody")


def test_lesson_12_a_ticket_planted_in_another_profile_opens_it_after_the_login(
    lead: Lead, visit: Visit
) -> None:
    desk = lead("12", 3)
    desk.asks()
    bob, alice = visit(desk), visit(desk)
    keep_hammer(desk, bob)
    planted = held(bob, "lesson12_careless")
    desk.reads("waits for POST /login")
    desk.asks()
    alice.open("/start")
    assert alice.place == "/login"
    assert alice.jar == []
    plant(alice, "lesson12_careless", planted)
    fill_in(alice, username="alice", password="wonderland")
    alice.press("/login")
    desk.meets("row user == alice")
    desk.asks()
    bob.open("/profile")
    assert bob.heading == "The profile of alice"
    desk.meets("body contains The profile of alice")
    desk.asks("Enter goes on")
    assert held(alice, "lesson12_careless") == held(bob, "lesson12_careless") == planted


def test_lesson_12_where_a_login_makes_a_fresh_id_a_planted_ticket_opens_nothing(
    lead: Lead, visit: Visit
) -> None:
    desk = lead("12", 2)
    desk.asks()
    bob, alice = visit(desk), visit(desk)
    keep_hammer(desk, bob)
    planted = held(bob, "lesson12")
    desk.asks()
    alice.open("/login")
    plant(alice, "lesson12", planted)
    fill_in(alice, username="alice", password="wonderland")
    alice.press("/login")
    assert alice.heading == "The profile of alice"
    bob.open("/profile")
    assert bob.place == "/login"
    assert held(bob, "lesson12") == planted != held(alice, "lesson12")


def test_lesson_12_during_the_wait_the_right_password_gets_429(lead: Lead, visit: Visit) -> None:
    desk = lead("12", 8)
    answer(desk, 2)
    bob = visit(desk)
    bob.open("/start")
    for word in ("password", "123456", "letmein", "rabbit", "teapot"):
        fill_in(bob, username="alice", password=word)
        bob.press("/login")
        desk.meets("verdict == BAD_CREDENTIALS")
    desk.reads("waits for POST /login with username=alice&password=wonderland by alice")
    desk.asks()
    alice = visit(desk)
    alice.open("/start")
    fill_in(alice, username="alice", password="wonderland")
    refused = alice.press("/login")
    assert (refused.status, refused.headers["retry-after"]) == (429, "1")
    assert alice.jar == []
    desk.meets("verdict == THROTTLED")


def test_lesson_13_a_button_on_another_site_changes_the_word(lead: Lead, visit: Visit) -> None:
    desk = lead("13", 1)
    desk.asks("Enter begins")
    desk.types()
    answer(desk, 2)
    alice = visit(desk)
    alice.open("/start")
    assert alice.place == "/login"
    fill_in(alice, username="alice", password="wonderland", same_site="absent")
    alice.press("/login")
    desk.meets("cookie SameSite absent")
    desk.asks()
    fill_in(alice, word="tulip")
    alice.press("/word")
    desk.meets("row word == tulip")
    told = desk.asks("Enter: Chromium does it")
    other_site = re.search(r"Open (http://127\.0\.0\.1:\d+/)", told)
    assert other_site is not None
    alice.open(other_site[1])
    alice.follow(alice.tab.get_by_role("button", name="Take it", exact=True))
    assert alice.tab.get_by_text("You say: hammer").is_visible()
    desk.meets("row word == hammer")
    desk.asks("Enter goes on")


# One session: the browser, curl and the built-in visitor take turns.


def test_enter_goes_on_with_the_session_that_the_browser_began(lead: Lead, visit: Visit) -> None:
    desk = lead("04", 8)
    desk.asks()
    alice = visit(desk)
    alice.open("/start")
    desk.asks()
    fill_in(alice, word="rose")
    alice.press("/")
    desk.reads("waits for POST /delete by alice")
    desk.asks()
    told = desk.where()
    assert f"alice's jar holds lesson04={shortened(alice.ticket['value'])}" in told
    assert "its row: user nobody, word rose" in told
    desk.types()  # Enter: the built-in visitor deletes the row
    desk.meets("row absent")
    desk.asks()
    alice.reload()
    assert alice.heading == "You are a stranger", "it was the browser's row"
    desk.asks("Enter goes on")


def test_start_gives_the_browser_the_session_that_enter_began(lead: Lead, visit: Visit) -> None:
    desk = lead("04", 8)
    desk.asks()
    desk.types()
    desk.reads("waits for GET / by alice")
    desk.asks()
    alice = visit(desk)
    alice.open("/start")
    assert alice.heading == "Your word is rose"
    desk.asks()
    assert shortened(alice.ticket["value"]) in desk.where()


def test_the_curl_command_of_the_hint_does_the_step(lead: Lead) -> None:
    desk = lead("04", 8)
    desk.asks()
    given = as_typed(desk.curl_of_hint())
    desk.meets("row word == rose")
    desk.asks()
    set_cookie = next(line for line in given.splitlines() if line.startswith("Set-Cookie: "))
    value = set_cookie.partition("=")[2].partition(";")[0]
    told = desk.where()
    assert f"alice's jar holds lesson04={shortened(value)}" in told
    assert "word rose" in told
    desk.types()
    desk.meets("body contains Your word is rose")


# What is not yet what the step waits for.


def test_near_misses_are_answered_and_after_two_a_hint_is_offered(lead: Lead, visit: Visit) -> None:
    desk = lead("04", 8)
    desk.asks()
    alice = visit(desk)
    alice.open("/start")
    first = desk.asks()
    assert "Your browser is on the page. Now press the button that the step is about." in first
    assert "Press h for a hint." not in first
    for word, is_offered in (("tulip", False), ("daisy", True)):
        fill_in(alice, word=word)
        alice.press("/")
        desk.reads(f"but the step expects row word == rose; observed: {word}.")
        assert ("Press h for a hint." in desk.asks()) == is_offered
        desk.asks()  # the page after the 303


def test_a_cookie_from_a_near_miss_is_not_taken_for_a_left_over_one(
    lead: Lead, visit: Visit
) -> None:
    desk = lead("04", 8)
    desk.asks()
    alice = visit(desk)
    alice.open("/")
    desk.asks()
    fill_in(alice, word="tulip")
    alice.press("/")
    ticket = alice.ticket
    desk.reads("observed: tulip.")
    fill_in(alice, word="rose")
    alice.press("/")
    assert alice.ticket == ticket, "the word is changed in the row that there is"
    assert "left over" not in desk.reads("as expected: body contains Your word is rose")
    desk.asks()
    assert shortened(ticket["value"]) in desk.where()
    alice.press("/delete")
    desk.asks("Enter goes on")


def test_before_the_prediction_is_answered_a_visit_does_not_do_the_step(
    lead: Lead, visit: Visit
) -> None:
    desk = lead("01", 4)
    for _ in range(2):
        desk.asks()
        desk.types()
    desk.asks("Enter goes on")
    desk.types()
    desk.asks("skips the question)")
    alice = visit(desk)
    alice.open("/headers")
    assert "Seen: GET /headers. Answer first, then do it again." in desk.asks("the question)")
    desk.types("2 2 1")
    desk.reads("waits for GET /headers")
    assert "as expected" not in desk.where(), "what came too early does not count"
    alice.open("/headers")
    desk.meets("body contains Authorization: none")


# What a browser asks for by itself.

BY_ITSELF = [
    ["/favicon.ico"],
    ["/.well-known/appspecific/com.chrome.devtools.json"],
    ["/static/style.css"],
    ["/", "-H", "Sec-Purpose: prefetch"],
    ["/", "-H", "Sec-Purpose: prefetch;prerender"],
    ["/", "-H", "Purpose: prefetch"],
]


def test_what_browsers_ask_for_by_themselves_is_ignored(lead: Lead) -> None:
    desk = lead("00", 2)
    desk.asks()
    for path, *header in BY_ITSELF:
        curl(desk.url + path, *header)
    curl(desk.url + "/nowhere")
    said = desk.asks()
    assert re.match(r"#\d+ GET /nowhere ", said), "nothing is said of those before"
    curl(desk.url + "/")
    desk.meets("status == 200")


def test_what_chromium_asks_for_by_itself_is_ignored(lead: Lead, visit: Visit) -> None:
    desk = lead("00", 2)
    desk.asks()
    alice = visit(desk)
    alice.open("/nowhere")
    desk.asks()
    for path, *header in BY_ITSELF:
        if not header:
            alice.tab.evaluate("path => fetch(path).then(answer => answer.text())", path)
    assert prefetch(alice, desk.url + "/")["sec-purpose"] == "prefetch"
    alice.open("/elsewhere")
    said = desk.asks()
    assert re.match(r"#\d+ GET /elsewhere ", said), "nothing is said of those before"


def prefetch(person: Person, address: str) -> dict[str, str]:
    """Have the page on show ask for another one ahead; the headers that went along."""
    link = "document.head.insertAdjacentHTML('beforeend', `<link rel=prefetch href='${to}'>`)"
    with person.tab.expect_response(address) as answered:
        person.tab.evaluate(f"to => {link}", address)
    headers: dict[str, str] = answered.value.request.all_headers()
    return headers


# Where a browser begins.


def test_a_cookie_of_an_earlier_run_is_recognised_and_start_clears_it(
    lead: Lead, visit: Visit
) -> None:
    earlier = lead("04", 8)
    earlier.asks()
    alice = visit(earlier)
    alice.open("/start")
    fill_in(alice, word="rose")
    alice.press("/")
    earlier.end()
    desk = lead("04", 1)
    desk.asks("Enter begins")
    desk.types()
    answer(desk, 2)
    alice.open(desk.url)
    said = desk.asks()
    assert "observed: BAD_SIGNATURE" in said
    assert "it is left over from an earlier run, or it was changed" in said
    alice.open(desk.url + "/start")
    desk.meets("verdict == NO_COOKIE")
    assert alice.jar == []


def test_a_careless_server_says_so_on_its_page(lead: Lead, visit: Visit) -> None:
    desk = lead("04", 5)
    answer(desk, 2)
    alice = visit(desk)
    alice.open("/start")
    note = alice.tab.get_by_role("note")
    assert note.is_visible()
    assert "It numbers its tickets 1, 2, 3" in note.inner_text()
    heading = alice.tab.locator("h1")
    assert note.bounding_box()["x"] == heading.bounding_box()["x"], "it stands above the heading"
    alice.tab.set_viewport_size({"width": 320, "height": 720})
    assert alice.tab.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_server_of_a_lesson_has_no_such_note(lead: Lead, visit: Visit) -> None:
    desk = lead("04", 6)
    desk.asks()
    alice = visit(desk)
    alice.open("/start")
    assert alice.tab.get_by_role("note").count() == 0
