"""Where a lesson happens: scenes, the clock, jars, /start, and what becomes an exchange."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from sandbox.login.problems import Problem
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.filling import NotAGap
from sandbox.tutor.lesson.parts import Clock, Scene
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.world import World
from sandbox.tutor.visitor import HERE
from tests.lessons.small import APP, CARELESS, FLAW, a_request, saves, write_lesson
from tests.wire.raw_http import FORM, Answer, exchange, message, until

BANNER = b"It is &lt;careless&gt; &amp; says so."


def ask(
    site: Site, method: str, target: str, *headers: tuple[str, str], body: bytes = b""
) -> Answer:
    """Somebody else than the built-in visitor, with bytes of his own."""
    port = site.ports["port"]
    return exchange(port, message(port, method, target, list(headers), body))


def set_the_scene(world: World, *commands: str) -> None:
    for command in commands:
        world.do(Scene(1, command))


def gets(
    world: World, target: str = "/", visitor: str = "alice", cookie: str | None = None
) -> Exchange:
    return world.send(a_request("GET", target, visitor, cookie=cookie))


# Scenes


def test_each_server_has_its_own_cookie_store_and_keys(world: World) -> None:
    saves(world)
    first = world.server
    set_the_scene(world, "use careless")
    assert world.server is not first
    assert (world.server.cookie, world.server.careless) == ("small_careless", FLAW)
    assert gets(world).verdict == "NO_COOKIE"
    assert saves(world, "rose").rows == 1
    set_the_scene(world, "use app")
    assert world.server is first
    assert "Your word is tulip" in gets(world).text
    assert world.cookie_names() == {"small", "small_careless"}


def test_a_new_key_retires_the_old_one(world: World) -> None:
    saves(world)
    old = world.server.keys.current()
    set_the_scene(world, "new key")
    assert not set(old) & set(world.server.keys.current())
    assert len(world.server.keys.current()) == 1
    assert gets(world).verdict == "BAD_SIGNATURE"


def test_the_row_of_one_visitor_is_deleted(world: World) -> None:
    saves(world)
    saves(world, "hammer", "bob")
    set_the_scene(world, "delete row of alice")
    assert gets(world).verdict == "UNKNOWN_SESSION"
    bobs = gets(world, visitor="bob")
    assert (bobs.verdict, bobs.rows) == ("OK", 1)


def test_the_row_of_somebody_without_a_ticket_cannot_be_deleted(world: World) -> None:
    with pytest.raises(NotAGap, match="bob was given fewer than 1 cookies"):
        set_the_scene(world, "delete row of bob")


def test_ids_count_from_one_and_are_random_again(world: World) -> None:
    set_the_scene(world, "ids count from 1")
    rows = [saves(world, "w", name).row for name in ("alice", "bob")]
    assert [row.id for row in rows if row] == ["1", "2"]
    set_the_scene(world, "ids count from 1", "start over")
    (again,) = [saves(world).row]
    assert again is not None
    assert again.id == "1"
    set_the_scene(world, "ids random")
    (carol,) = [saves(world, "w", "carol").row]
    assert carol is not None
    assert len(carol.id) >= 40


def test_the_same_server_listens_on_another_port(world: World, site: Site) -> None:
    saves(world)
    with pytest.raises(NotAGap, match="other port"):
        world.filled("{{other port}}")
    set_the_scene(world, "another port", "another port")
    other = int(world.filled("{{other port}}"))
    assert other not in (0, site.ports["port"])
    seen = gets(world, "http://localhost:{{other port}}/")
    assert (seen.verdict, seen.rows) == ("OK", 1)


def test_starting_over_empties_jars_and_store(world: World) -> None:
    saves(world)
    set_the_scene(world, "use careless")
    saves(world)
    set_the_scene(world, "start over")
    assert world.server.cookie == "small_careless"
    seen = gets(world)
    assert (seen.rows, seen.cookie_header, world.jar_of("alice")) == (0, "", None)
    with pytest.raises(NotAGap):
        world.filled("{{alice.cookie}}")
    set_the_scene(world, "use app")
    assert gets(world).rows == 0


# The clock


def test_the_clock_stands_still_until_it_is_moved(world: World) -> None:
    began = world.clock()
    assert abs(time.time() - began) < 60
    first = json.loads(gets(world, "/api/time").body)["time"]
    time.sleep(0.02)
    assert world.clock() == began
    world.do(Clock(1, 31 * 60, "+31 min"))
    world.do(Clock(1, 1, "+1 s"))
    assert world.clock() - began == pytest.approx(31 * 60 + 1)
    assert json.loads(gets(world, "/api/time").body)["time"] - first == 31 * 60 + 1


def test_the_jars_age_with_the_clock(world: World) -> None:
    """The small lesson's cookie lasts 1800 seconds."""
    saves(world)
    kept = world.jar_of("alice")
    world.do(Clock(1, 1799, "+1799 s"))
    assert world.jar_of("alice") == kept
    world.do(Clock(1, 1, "+1 s"))
    assert world.jar_of("alice") is None
    assert gets(world).cookie_header == ""


# Jars


def test_each_visitor_has_a_jar_of_his_own(world: World) -> None:
    saves(world)
    assert gets(world, visitor="bob").cookie_header == ""
    assert world.jar_of("bob") is None
    assert gets(world).verdict == "OK"


def test_a_jar_keeps_hosts_apart_and_ports_together(world: World) -> None:
    saves(world)
    set_the_scene(world, "another port")
    assert gets(world, "http://localhost:{{other port}}/").verdict == "OK"
    elsewhere = gets(world, "http://127.0.0.1:{{port}}/")
    assert elsewhere.verdict == "NO_COOKIE"
    assert elsewhere.host == world.filled("127.0.0.1:{{port}}")
    jar = world.person("alice").visitor.jar
    world.send(a_request("POST", "http://127.0.0.1:{{port}}/", form="word=rose"))
    assert jar.value("small", "127.0.0.1") not in (None, jar.value("small", HERE))


def test_the_newest_cookie_and_the_one_before(world: World) -> None:
    first = saves(world).given
    assert saves(world, "rose").given is None
    second = world.send(a_request("POST", "/again")).given
    assert world.filled("{{alice.earlier cookie}} {{alice.cookie}}") == f"{first} {second}"
    assert first != second


# /start


def cookies(answer: Answer) -> dict[str, list[str]]:
    """Each Set-Cookie of an answer: its name and value, then its attributes."""
    each = (line.partition("; ") for line in answer.all("Set-Cookie"))
    return {pair: sorted(rest.split("; ")) for pair, _, rest in each}


def test_start_gives_a_browser_the_visitors_cookie(world: World, site: Site) -> None:
    value = saves(world).given
    site.start_at = "/news"
    answer = ask(site, "GET", "/start")
    assert (answer.status, answer.one("Location")) == (303, "/news")
    assert answer.one("Cache-Control") == "no-store"
    attributes = ["HttpOnly", "Max-Age=1800", "Path=/", "SameSite=Lax"]
    assert cookies(answer) == {f"small={value}": attributes}


def test_start_is_for_whoever_the_step_is_about_or_who_is_named(world: World, site: Site) -> None:
    hers, his = saves(world).given, saves(world, "hammer", "bob").given
    assert list(cookies(ask(site, "GET", "/start"))) == [f"small={hers}"]
    assert list(cookies(ask(site, "GET", "/start?as=bob"))) == [f"small={his}"]
    site.start_as = "bob"
    assert list(cookies(ask(site, "GET", "/start"))) == [f"small={his}"]


def test_start_drops_a_left_over_cookie_and_no_foreign_one(world: World, site: Site) -> None:
    answer = ask(site, "GET", "/start", ("Cookie", "small=old; theme=dark"))
    assert cookies(answer) == {"small=": ["Max-Age=0", "Path=/"]}


def test_start_drops_nothing_where_nothing_is_left_over(world: World, site: Site) -> None:
    assert ask(site, "GET", "/start").all("Set-Cookie") == []


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "localhost.evil.example"])
def test_start_refuses_a_foreign_host(world: World, site: Site, host: str) -> None:
    value = saves(world).given
    answer = ask(site, "GET", "/start", ("Host", host.format(port=site.ports["port"])))
    assert 400 <= answer.status < 500
    assert value is not None
    assert value.encode() not in answer.raw


@pytest.mark.parametrize("name", ["eve", "", "%C3%A9", "%0d%0aX:%20y", "a" * 3000, "../bob"])
def test_an_unknown_name_at_start_is_a_stranger(world: World, site: Site, name: str) -> None:
    saves(world)
    answer = ask(site, "GET", f"/start?as={name}", ("Cookie", "small=old"))
    assert answer.status == 303
    # Without a name it is alice: she is who the step is about.
    assert ("small=" in cookies(answer)) == bool(name)
    assert world.names() == ["alice"]


def test_start_is_no_exchange(world: World, site: Site, others: list[Exchange]) -> None:
    ask(site, "GET", "/start")
    ask(site, "GET", "/news")
    until(lambda: others)
    assert [each.target for each in others] == ["/news"]


def test_start_gives_the_cookie_of_the_host_that_it_is_asked_on(world: World, site: Site) -> None:
    saves(world)
    port = site.ports["port"]
    other = world.send(a_request("POST", "http://127.0.0.1:{{port}}/", form="word=rose")).given
    answer = ask(site, "GET", "/start", ("Host", f"127.0.0.1:{port}"))
    assert list(cookies(answer)) == [f"small={other}"]


# Adopting what somebody else did


def seen_by_browser(
    site: Site, others: list[Exchange], method: str, target: str, cookie: str = "", form: str = ""
) -> Exchange:
    before = len(others)
    headers = ([("Cookie", cookie)] if cookie else []) + ([FORM] if form else [])
    ask(site, method, target, *headers, body=form.encode())
    until(lambda: len(others) > before)
    return others[-1]


def test_the_visitor_goes_on_with_the_browsers_new_cookie(
    world: World, site: Site, others: list[Exchange]
) -> None:
    seen = seen_by_browser(site, others, "POST", "/", form="word=rose")
    world.adopt("alice", seen)
    assert world.jar_of("alice") == seen.given == world.filled("{{alice.cookie}}")
    after = gets(world)
    assert (after.verdict, after.rows) == ("OK", 1)
    assert "Your word is rose" in after.text


def test_the_visitor_goes_on_with_the_cookie_that_the_browser_sent(
    world: World, site: Site, others: list[Exchange]
) -> None:
    """The browser was given it by an exchange that no step wanted."""
    saves(world)
    unwanted = seen_by_browser(site, others, "POST", "/", form="word=rose")
    wanted = seen_by_browser(site, others, "GET", "/news", f"theme=dark; small={unwanted.given}")
    world.adopt("alice", wanted)
    assert world.jar_of("alice") == unwanted.given == world.filled("{{alice.cookie}}")
    assert "theme" not in gets(world).cookie_header
    assert "Your word is rose" in gets(world).text


def test_a_cookie_that_was_changed_by_hand_is_not_adopted(
    world: World, site: Site, others: list[Exchange]
) -> None:
    given = saves(world).given
    world.adopt("alice", seen_by_browser(site, others, "GET", "/", "small=changed"))
    assert world.jar_of("alice") == given
    assert world.filled("{{alice.cookie}}") == given
    assert not world.was_handed_out("changed")


def test_a_browser_without_a_cookie_empties_the_jar(
    world: World, site: Site, others: list[Exchange]
) -> None:
    saves(world)
    world.adopt("alice", seen_by_browser(site, others, "GET", "/"))
    assert world.jar_of("alice") is None


def test_an_adopted_cookie_keeps_its_age(world: World, site: Site, others: list[Exchange]) -> None:
    value = saves(world).given
    world.do(Clock(1, 1000, ""))
    world.adopt("alice", seen_by_browser(site, others, "GET", "/", f"small={value}"))
    world.do(Clock(1, 800, ""))
    assert world.jar_of("alice") is None


def test_what_a_browser_does_at_another_host_leaves_the_jar_of_this_one(
    world: World, site: Site, others: list[Exchange]
) -> None:
    value = saves(world).given
    world.adopt("alice", seen_by_browser(site, others, "GET", "/"), home="127.0.0.1")
    seen = seen_by_browser(site, others, "POST", "/", form="word=rose")
    world.adopt("alice", seen, home="127.0.0.1")
    jar = world.person("alice").visitor.jar
    assert (world.jar_of("alice"), jar.value("small", "127.0.0.1")) == (value, seen.given)


# What becomes an exchange


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/favicon.ico", []),
        ("/static/style.css", []),
        ("/.well-known/appspecific/com.chrome.devtools.json", []),
        ("/", [("Sec-Purpose", "prefetch")]),
        ("/", [("Sec-Purpose", "prefetch;prerender")]),
        ("/", [("Purpose", "prefetch")]),
        ("/", [("X-Moz", "prefetch")]),
    ],
)
def test_what_a_browser_fetches_by_itself_is_no_exchange(
    world: World,
    site: Site,
    others: list[Exchange],
    target: str,
    headers: list[tuple[str, str]],
) -> None:
    ask(site, "GET", target, *headers)
    ask(site, "GET", "/news")
    until(lambda: others)
    assert [each.target for each in others] == ["/news"]


def test_an_exchange_is_what_crossed_the_wire(
    world: World, site: Site, others: list[Exchange]
) -> None:
    answer = ask(
        site, "POST", "/?a=1&b", FORM, ("Cookie", "x=1; small=nonsense"), body=b"word=rose"
    )
    (seen,) = until(lambda: list(others))
    assert (seen.method, seen.target, seen.path) == ("POST", "/?a=1&b", "/")
    assert seen.host == f"localhost:{site.ports['port']}"
    assert seen.cookie_header == "x=1; small=nonsense"
    assert (seen.sent, seen.status) == ("nonsense", answer.status)
    assert seen.set_cookies == answer.all("Set-Cookie")
    assert seen.set_cookie == answer.one("Set-Cookie")
    assert seen.given == answer.one("Set-Cookie").partition(";")[0].removeprefix("small=")
    assert not seen.is_ours
    sent = {(name.lower(), value) for name, value in seen.headers}
    assert sent <= {(name.lower(), value) for name, value in answer.headers}
    assert seen.body.encode() == answer.body
    assert seen.verdict == "OK"
    assert seen.stages["read_cookie"] == "OK"
    assert seen.stages["check_signature"] == "MALFORMED"
    assert seen.stages["look_up_session"] == "SKIPPED"
    assert seen.row is not None
    assert (seen.rows, seen.row.word) == (1, "rose")


def test_the_body_is_that_of_the_page(world: World, site: Site, others: list[Exchange]) -> None:
    answer = ask(site, "GET", "/news")
    (seen,) = until(lambda: list(others))
    assert seen.body.encode() == answer.body
    assert b"You are a stranger" in answer.body
    assert int(answer.one("Content-Length")) == len(answer.body)


def test_a_cookie_that_is_cleared_is_kept_by_nobody() -> None:
    seen = Exchange(1, "small", "GET", "/", "localhost", "small=a", False)
    assert (seen.sent, seen.given, seen.kept) == ("a", None, "a")
    seen.headers = [("Set-Cookie", "small=; Path=/; Max-Age=0")]
    assert (seen.given, seen.kept) == ("", None)


def test_exchanges_are_numbered_as_they_began(
    world: World, site: Site, others: list[Exchange]
) -> None:
    ask(site, "GET", "/")
    between = site.recorder.now()
    ask(site, "GET", "/news")
    until(lambda: len(others) == 2)
    first, second = others
    assert first.number < between < second.number


def test_the_visitors_own_exchanges_are_not_taken_for_somebody_elses(
    world: World, others: list[Exchange]
) -> None:
    saves(world)
    assert gets(world).is_ours
    assert others == []


def test_somebody_who_calls_himself_the_visitor_is_not_taken_for_him(
    world: World, site: Site
) -> None:
    ask(site, "GET", "/news", ("User-Agent", "sandbox-visitor (eve)"))
    assert gets(world).target == "/"
    assert saves(world).method == "POST"


def test_a_page_in_chromium_that_asks_meanwhile_is_not_taken_for_the_visitor(
    world: World, site: Site
) -> None:
    visitor = world.person("alice").visitor
    sends = visitor.send

    def meanwhile(*what: Any) -> Any:
        ask(site, "GET", "/api/time?x", ("User-Agent", "sandbox-visitor (alice)"))
        return sends(*what)

    visitor.send = meanwhile  # type: ignore[method-assign]
    assert (gets(world).target, saves(world).method) == ("/", "POST")


# The careless server


@pytest.fixture
def careless(world: World, site: Site) -> Site:
    set_the_scene(world, "use careless")
    return site


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [("GET", "/", 200), ("GET", "/nowhere", 404), ("POST", "/news", 405)],
)
def test_the_flaw_stands_on_every_page(
    careless: Site, method: str, target: str, status: int
) -> None:
    answer = ask(careless, method, target)
    assert answer.status == status
    assert answer.body.count(BANNER) == 1
    assert answer.body.index(b'<main id="main"') < answer.body.index(BANNER)
    assert answer.body.index(BANNER) < answer.body.index(b"<h1")
    assert int(answer.one("Content-Length")) == len(answer.body)


def test_the_flaw_stands_on_the_page_for_a_foreign_host_too(careless: Site) -> None:
    answer = ask(careless, "GET", "/", ("Host", "evil.example"))
    assert answer.status >= 400
    assert BANNER in answer.body


def test_the_other_server_shows_no_flaw(world: World, site: Site) -> None:
    assert b"areless" not in ask(site, "GET", "/").body


def test_json_is_left_alone(careless: Site, world: World) -> None:
    answer = ask(careless, "GET", "/api/time?x")
    assert json.loads(answer.body) == {"time": int(world.clock()), "q": "x"}
    assert answer.one("Content-Type").startswith("application/json")
    assert int(answer.one("Content-Length")) == len(answer.body)
    nowhere = ask(careless, "GET", "/api/nowhere")
    assert json.loads(nowhere.body)["error"]["code"] == ""


@pytest.mark.parametrize("target", ["/", "/nowhere", "/api/time"])
def test_head_says_the_length_of_the_page_and_sends_none(careless: Site, target: str) -> None:
    """RFC 9110 section 8.6: what the Content-Length would be for a GET."""
    answer, of_get = ask(careless, "HEAD", target), ask(careless, "GET", target)
    assert answer.body == b""
    assert answer.status == of_get.status
    assert answer.one("Content-Length") == of_get.one("Content-Length")


def test_a_redirect_stays_empty(careless: Site) -> None:
    answer = ask(careless, "POST", "/", FORM, body=b"word=rose")
    assert (answer.status, answer.body, answer.one("Content-Length")) == (303, b"", "0")


def test_a_style_sheet_is_left_alone(careless: Site) -> None:
    answer = ask(careless, "GET", "/static/style.css")
    assert answer.status == 200
    assert len(answer.body) == int(answer.one("Content-Length")) > 100


def test_the_flaw_is_the_one_that_the_file_names(tmp_path: Path, site: Site) -> None:
    other = CARELESS.replace(FLAW, "It forgets.")
    world = World(write_lesson(tmp_path / "07_other", careless=other).parent, site)
    set_the_scene(world, "use careless")
    assert "</strong> It forgets. It is for this lesson only." in gets(world).body


def test_a_lesson_may_have_another_careless_server_beside_careless(
    tmp_path: Path, site: Site
) -> None:
    folder = write_lesson(tmp_path / "07_other").parent
    key = CARELESS.replace(FLAW, "All know its key.").replace("small_careless", "small_key")
    (folder / "careless_key.py").write_text(key, encoding="utf-8")
    world = World(folder, site)
    set_the_scene(world, "use careless", "use careless_key")
    assert (world.server.cookie, world.server.careless) == ("small_key", "All know its key.")
    assert world.cookie_names() == {"small", "small_careless", "small_key"}


def test_every_server_but_app_has_to_say_that_it_is_careless(tmp_path: Path, site: Site) -> None:
    folder = write_lesson(tmp_path / "07_other").parent
    (folder / "careless_key.py").write_text(APP, encoding="utf-8")
    world = World(folder, site)
    with pytest.raises(Problem, match=r"careless_key\.py has no CARELESS"):
        set_the_scene(world, "use careless_key")


@pytest.mark.parametrize("flaw", ['""', '" "', "None"])
def test_a_flaw_is_not_hidden_in_an_empty_sentence(tmp_path: Path, site: Site, flaw: str) -> None:
    silent = CARELESS.replace(f'CARELESS = "{FLAW}"', f"CARELESS = {flaw}")
    world = World(write_lesson(tmp_path / "07_other", careless=silent).parent, site)
    with pytest.raises(Problem, match=r"careless\.py has a CARELESS that says nothing"):
        set_the_scene(world, "use careless")
