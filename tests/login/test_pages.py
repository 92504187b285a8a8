"""The pages as a browser gets them: sound HTML for everybody, nobody's markup, no secrets."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from sandbox.login import refusals, server, word
from sandbox.login.flow import Bricks, Visitor
from sandbox.login.pages import render
from sandbox.login.refusals import NoCookie, Refusal
from sandbox.login.server import make_app
from sandbox.login.stores import Session

VOID = {"br", "hr", "img", "input", "link", "meta"}  # elements that have no end tag
MARKUP = "<i-am-markup>&amp;\"'"
HERE, ELSEWHERE = "here" + "A" * 37 + "aa", "else" + "B" * 37 + "bb"  # session ids
DEMO_ACCOUNTS = {"alice": "wonderland", "bob": "builder"}
CSS = (Path(server.STATIC) / "style.css").read_text()


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """A page taken apart, every end tag held against its start tag."""

    html: str
    elements: list[Element] = field(default_factory=list)
    still_open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)
        self.close()
        assert not self.still_open, "these elements are never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute stands twice in <{tag}>"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self.still_open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.still_open, f"</{tag}> closes nothing"
        assert self.still_open.pop().tag == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        for element in self.still_open:
            element.text += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        wanted = attributes.items()
        return [e for e in self.elements if e.tag == tag and wanted <= e.attributes.items()]

    def one(self, tag: str, **attributes: str) -> Element:
        (element,) = self.all(tag, **attributes)
        return element

    def with_attribute(self, name: str) -> list[Element]:
        return [e for e in self.elements if name in e.attributes]

    @property
    def text(self) -> str:
        return words(self.one("body"))


def words(element: Element) -> str:
    return " ".join(element.text.split())


class Site:
    """The server, and two browsers in which alice is logged in: one is ours, one was silent."""

    def __init__(self, bricks: Bricks) -> None:
        self.bricks, self.now = bricks, bricks.clock()
        bricks.store.create(Session(HERE, "alice", self.now - 60, self.now - 30, word="tulip"))
        bricks.store.create(Session(ELSEWHERE, "alice", self.now - 7200, self.now - 3600))
        app = make_app(bricks, demo_accounts=DEMO_ACCOUNTS)
        transport = httpx.WSGITransport(app, raise_app_exceptions=False)  # an error page, please
        self.http = httpx.Client(transport=transport, base_url="http://localhost")

    def ask(self, method: str, path: str, session: str = "", **fields: str) -> httpx.Response:
        cookie = f"{self.bricks.cookie.name}={self.bricks.signer.sign(session)}"
        headers = {"Cookie": cookie} if session else {}
        return self.http.request(method, path, headers=headers, data=fields or None)

    def get(self, path: str, session: str = "") -> Page:
        return Page(self.ask("GET", path, session).text)

    def fail_to_log_in(self, name: str = "alice", **fields: str) -> Page:
        answer = self.ask("POST", "/login", username=name, password="wrong", **fields)
        assert answer.status_code == 401
        return Page(answer.text)


@pytest.fixture
def site(bricks: Callable[..., Bricks]) -> Site:
    return Site(bricks())


def _cross_site(site: Site) -> Page:
    return Page(site.http.post("/word", headers={"Sec-Fetch-Site": "cross-site"}).text)


def _after_a_flash(site: Site, path: str) -> Page:
    site.bricks.store.write(HERE, flash=("Your word is saved.",))
    return site.get(path, HERE)


PAGES: dict[str, Callable[[Site], Page]] = {
    "home of a stranger": lambda site: site.get("/"),
    "home after logout": lambda site: site.get("/?said=logged-out"),
    "home of alice": lambda site: site.get("/", HERE),
    "home after silence": lambda site: site.get("/", ELSEWHERE),
    "login": lambda site: site.get("/login"),
    "login with a next page": lambda site: site.get("/login?next=/profile"),
    "login after silence": lambda site: site.get("/login", ELSEWHERE),
    "login when logged in": lambda site: _after_a_flash(site, "/login"),
    "login refused": lambda site: site.fail_to_log_in(),
    "profile": lambda site: site.get("/profile", HERE),
    "profile after a flash": lambda site: _after_a_flash(site, "/profile"),
    "no such page": lambda site: site.get("/nowhere", HERE),
    "no such method": lambda site: Page(site.ask("DELETE", "/profile").text),
    "form from another site": _cross_site,
}
every_page = pytest.mark.parametrize("get_page", PAGES.values(), ids=PAGES.keys())
GetPage = Callable[[Site], Page]


@every_page
def test_a_page_is_well_formed_and_says_its_language_title_and_size(
    site: Site, get_page: GetPage
) -> None:
    page = get_page(site)
    assert page.html.lstrip().startswith("<!doctype html>")
    assert page.one("html").attributes["lang"] == "en"
    assert page.one("title").text.endswith(" · Login Sandbox")
    assert "width=device-width" in page.one("meta", name="viewport").attributes["content"]
    ids = [e.attributes["id"] for e in page.with_attribute("id")]
    assert len(ids) == len(set(ids))


@every_page
def test_a_page_has_one_main_part_one_first_heading_and_no_heading_left_out(
    site: Site, get_page: GetPage
) -> None:
    page = get_page(site)
    levels = [int(e.tag[1]) for e in page.elements if re.fullmatch("h[1-6]", e.tag)]
    assert page.one("main").attributes["id"] == "main"
    assert page.all("a")[0].attributes["href"] == "#main"
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


@every_page
def test_every_field_has_a_label_and_every_table_a_name(site: Site, get_page: GetPage) -> None:
    page = get_page(site)
    fields = [e for e in page.all("input") if e.attributes.get("type") != "hidden"]
    for each in fields:
        assert words(page.one("label", **{"for": each.attributes["id"]}))
    for name in ("aria-labelledby", "aria-describedby"):
        for each in page.with_attribute(name):
            assert [
                e for e in page.with_attribute("id") if e.attributes["id"] == each.attributes[name]
            ]
    named = [e for e in page.all("table") if "aria-labelledby" in e.attributes]
    assert len(page.all("table")) == len(page.all("caption")) + len(named)


@every_page
def test_every_form_posts_to_a_route_of_this_site(site: Site, get_page: GetPage) -> None:
    for form in get_page(site).all("form"):
        assert form.attributes["method"] == "post"
        assert form.attributes["action"] in {"/login", "/word", "/logout", "/logout/everywhere"}


@every_page
def test_a_page_has_nothing_inline_and_nothing_from_elsewhere(
    site: Site, get_page: GetPage
) -> None:
    page = get_page(site)
    assert [each.attributes["src"] for each in page.all("script")] == ["/static/fresh.js"]
    assert not [each.text for each in page.all("script") if each.text.strip()]
    assert not page.all("style") + page.with_attribute("style")
    assert not [name for e in page.elements for name in e.attributes if name.startswith("on")]
    targets = [
        e.attributes[name] for name in ("href", "src", "action") for e in page.with_attribute(name)
    ]
    assert all(re.match(r"/(?!/)|#", target) for target in targets)
    for linked in page.all("link"):
        assert site.ask("GET", linked.attributes["href"]).status_code == 200


@every_page
def test_the_focus_is_asked_for_once_at_most(site: Site, get_page: GetPage) -> None:
    assert len(get_page(site).with_attribute("autofocus")) <= 1


@every_page
def test_no_page_shows_a_whole_session_id(site: Site, get_page: GetPage) -> None:
    html = get_page(site).html
    assert HERE not in html
    assert ELSEWHERE not in html


@every_page
def test_no_sentence_has_more_than_20_words(site: Site, get_page: GetPage) -> None:
    for paragraph in get_page(site).all("p"):
        for sentence in re.split(r"[.:?] ", words(paragraph)):
            assert len(sentence.split()) <= 20


def _with_word(site: Site, path: str) -> Page:
    site.bricks.store.write(HERE, word=MARKUP)
    return site.get(path, HERE)


def _with_flash(site: Site) -> Page:
    site.bricks.store.write(HERE, flash=(MARKUP,))
    return site.get("/", HERE)


@pytest.mark.parametrize(
    "get_page",
    [
        pytest.param(lambda site: _with_word(site, "/"), id="word on home"),
        pytest.param(lambda site: _with_word(site, "/profile"), id="word on profile"),
        pytest.param(_with_flash, id="flash"),
        pytest.param(lambda site: site.fail_to_log_in(MARKUP), id="username"),
        pytest.param(
            lambda site: site.get(f"/login?next=/{MARKUP}".replace("&", "%26")), id="next"
        ),
        pytest.param(lambda site: site.fail_to_log_in(next="/" + MARKUP), id="next, posted"),
    ],
)
def test_markup_from_outside_is_shown_as_text(site: Site, get_page: GetPage) -> None:
    page = get_page(site)
    values = [e.attributes["value"] for e in page.with_attribute("value")]
    assert not page.all("i-am-markup")
    assert MARKUP in page.text or MARKUP in values


def test_the_form_keeps_the_next_page_and_the_name_whatever_is_in_them(site: Site) -> None:
    page = site.fail_to_log_in(MARKUP, next="/" + MARKUP)
    assert page.one("input", name="next").attributes["value"] == "/" + MARKUP
    assert page.one("input", name="username").attributes["value"] == MARKUP


def test_markup_in_a_user_name_is_shown_as_text() -> None:
    visitor = Visitor(Session(HERE, MARKUP, 0, 0), MARKUP)
    page = Page(render("home.html", visitor=visitor, refusal=None, flash=(), said=None))
    assert words(page.one("h1")) == f"Hello, {MARKUP}"


def test_home_greets_by_name_and_tells_the_word(site: Site) -> None:
    page = site.get("/", HERE)
    assert words(page.one("h1")) == "Hello, alice"
    assert page.one("q").text == "tulip"
    assert page.one("code").text == "OK"


def test_home_tells_a_stranger_what_the_server_saw(site: Site) -> None:
    page = site.get("/")
    assert words(page.one("h1")) == "You are a stranger"
    assert page.one("code").text == "NO_COOKIE"
    assert NoCookie.sentence in page.text
    assert "terminal" in page.text


def test_a_session_in_which_nobody_logged_in_belongs_to_a_stranger(site: Site) -> None:
    site.bricks.store.create(Session("nobody", None, site.now, site.now))
    page = site.get("/", "nobody")
    assert words(page.one("h1")) == "You are a stranger"
    assert page.one("code").text == "OK"


@pytest.mark.parametrize(
    ("code", "shown", "issued", "alive"),
    [
        ("NO_COOKIE", "no", "not asked", "not asked"),
        ("MALFORMED", "yes", "no", "not asked"),
        ("BAD_SIGNATURE", "yes", "no", "not asked"),
        ("EXPIRED", "yes", "yes", "not asked"),
        ("STORE_DOWN", "yes", "yes", "not asked"),
        ("UNKNOWN_SESSION", "yes", "yes", "no"),
        ("IDLE_TIMEOUT", "yes", "yes", "no"),
        ("ABSOLUTE_TIMEOUT", "yes", "yes", "no"),
        ("UNKNOWN_USER", "yes", "yes", "yes"),
        ("OK", "yes", "yes", "yes"),
    ],
)
def test_home_answers_for_ticket_stamp_and_coat(
    code: str, shown: str, issued: str, alive: str
) -> None:
    kinds = [each for each in vars(refusals).values() if isinstance(each, type)]
    by_code = {
        each.code: each for each in kinds if issubclass(each, Refusal) and "code" in vars(each)
    }
    refusal = None if code == "OK" else by_code[code]()
    visitor = Visitor(Session(HERE, "alice", 0, 0), "alice") if code == "OK" else None
    page = Page(render("home.html", visitor=visitor, refusal=refusal, flash=(), said=None))
    answers = [words(each) for each in page.all("p", **{"class": "answer"})]
    assert answers == [f"Shown? {shown}", f"Issued by us? {issued}", f"Still alive? {alive}"]


def test_a_message_is_a_status_and_has_the_focus(site: Site) -> None:
    note = _after_a_flash(site, "/profile").one("p", role="status")
    assert words(note) == "Your word is saved."
    assert {"autofocus", "tabindex"} <= note.attributes.keys()


def test_who_has_logged_out_is_told_so(site: Site) -> None:
    note = site.get("/?said=everywhere").one("p", role="status")
    assert words(note) == server.SAID["everywhere"]


def test_a_link_cannot_tell_alice_that_she_is_logged_out(site: Site) -> None:
    page = site.get("/?said=logged-out", HERE)
    assert not page.all("p", role="status")
    assert "logged out" not in page.text


def test_a_failed_login_is_announced_at_the_fields_and_keeps_the_name(site: Site) -> None:
    page = site.fail_to_log_in(next="/profile")
    alert = page.one("p", role="alert")
    assert refusals.BadCredentials.sentence in alert.text
    for name in ("username", "password"):
        assert page.one("input", id=name).attributes["aria-describedby"] == alert.attributes["id"]
    assert page.one("input", id="username").attributes["value"] == "alice"
    assert "autofocus" in page.one("input", id="password").attributes
    assert "value" not in page.one("input", id="password").attributes
    assert page.one("input", name="next").attributes["value"] == "/profile"


def test_a_login_page_not_used_yet_announces_nothing(site: Site) -> None:
    page = site.get("/login")
    username = page.one("input", id="username")
    assert not page.all("p", role="alert")
    assert "aria-describedby" not in username.attributes
    assert "autofocus" in username.attributes
    assert username.attributes["autocomplete"] == "username"
    password = page.one("input", type="password")
    assert password.attributes["autocomplete"] == "current-password"


def test_the_demo_accounts_stand_on_the_login_page(site: Site) -> None:
    cells = [words(cell) for cell in site.get("/login").all("td")]
    assert cells == ["alice", "wonderland", "bob", "builder"]


def test_without_demo_accounts_there_is_no_table() -> None:
    asked = {"next": "/", "username": "", "problem": "", "demo_accounts": {}}
    page = Page(render("login.html", visitor=None, refusal=NoCookie(), flash=(), **asked))
    assert not page.all("table")
    assert "Demo" not in page.text


def test_who_was_silent_for_too_long_is_told_why_to_log_in_again(site: Site) -> None:
    page = site.get("/login", ELSEWHERE)
    assert "IDLE_TIMEOUT" in page.text
    assert refusals.IdleTimeout.sentence in page.text
    assert "NO_COOKIE" not in site.get("/login").text


def test_the_login_page_says_who_is_logged_in_and_keeps_its_form(site: Site) -> None:
    page = site.get("/login", HERE)
    assert "You are logged in as alice." in page.text
    assert len(page.all("form", action="/login")) == 1
    assert len(page.all("form", action="/logout")) == 1


def test_the_profile_lists_all_sessions_and_marks_this_browser_by_a_word(site: Site) -> None:
    rows = [words(row) for row in site.get("/profile", HERE).all("tr")[1:]]
    assert len(rows) == 2
    assert rows[0].startswith("here…aa this one")
    assert rows[0].endswith("tulip yes")
    assert rows[1].startswith("else…bb another")
    assert rows[1].endswith("none no, silent too long")


def test_the_profile_says_of_a_session_that_lasted_too_long_that_it_is_too_old(site: Site) -> None:
    site.bricks.store.create(Session("old", "alice", site.now - 9 * 3600, site.now))
    rows = [words(row) for row in site.get("/profile", HERE).all("tr")]
    assert [row for row in rows if row.endswith("no, too old")]


def test_the_profile_counts_when_the_session_ends(site: Site) -> None:
    moments = _moments(site.get("/profile", HERE))
    limits, began, seen = site.bricks.limits, site.now - 60, site.now - 30
    ends = [seen + limits.idle, began + limits.lifetime, began + limits.cookie_age]
    assert moments[:5] == [began, seen, *ends]


def test_silence_ends_no_session_later_than_its_lifetime(site: Site) -> None:
    began = site.now - 8 * 3600 + 60
    site.bricks.store.create(Session("evening", "alice", began, site.now))
    moments = _moments(site.get("/profile", "evening"))
    assert moments[2] == moments[3] == began + 8 * 3600


def _moments(page: Page) -> list[float]:
    """What the <time> elements say to machines, which is what they say to people."""
    times = page.all("time")
    written = [each.attributes["datetime"] for each in times]
    assert [each.replace("Z", " UTC") for each in written] == [each.text for each in times]
    return [datetime.fromisoformat(each.replace("Z", "+00:00")).timestamp() for each in written]


def test_the_word_is_asked_for_as_the_server_takes_it(site: Site) -> None:
    page = site.get("/profile", HERE)
    assert page.one("input", name="word").attributes["maxlength"] == str(word.LONGEST_WORD)
    assert f"1 to {word.LONGEST_WORD} characters" in page.one("label").text


def test_an_error_page_keeps_to_what_happened_and_what_to_do_next(site: Site) -> None:
    page = _cross_site(site)
    headings = [words(e) for e in page.elements if e.tag in ("h1", "h2", "h3")]
    assert headings == ["403 Forbidden", "What happened: CROSS_SITE", "What to do next"]
    paragraphs = [words(each) for each in page.all("p")]
    assert paragraphs == [
        refusals.CrossSite.sentence,
        "Open the page here and send its form again.",
    ]


def test_an_error_page_still_knows_who_is_logged_in(site: Site) -> None:
    page = site.get("/nowhere", HERE)
    assert [form.attributes["action"] for form in page.all("form")] == ["/logout"]
    assert "alice" in page.text


def test_an_error_page_does_not_repeat_what_was_asked_for(site: Site) -> None:
    assert "i-am-markup" not in site.get("/" + MARKUP).html


def test_an_error_page_without_advice_has_no_heading_for_it() -> None:
    page = Page(render("error.html", status="401", code="NO_COOKIE", says="No.", advice=""))
    assert "next" not in page.text


def test_the_style_sheet_stays_small() -> None:
    assert len(CSS.encode()) < 6 * 1024


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [(front, back, 4.5) for front in ("text", "quiet", "link") for back in ("ground", "box")]
    + [("problem", "box", 4.5), ("box", "link", 4.5), ("edge", "ground", 3), ("edge", "box", 3)],
)
def test_every_colour_can_be_told_from_its_ground(
    scheme: str, front: str, back: str, least: float
) -> None:
    """WCAG 2.2 asks for 4.5:1 between text and ground, 3:1 for the edge of a control."""
    light, dark = CSS.split("@media (prefers-color-scheme: dark)")
    colours = dict(re.findall(r"--(\w+): (#\w{6});", light if scheme == "light" else dark))
    lighter, darker = sorted((_luminance(colours[front]), _luminance(colours[back])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= least


def _luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
