"""A real Chromium does the recipes: its own login, forms of other sites, and its own reasons."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pexpect
import pytest

from sandbox.tutor.chromium import MissingBrowser
from sandbox.tutor.lesson.judge import Sighting, do_step
from sandbox.tutor.lesson.parts import Lesson
from sandbox.tutor.lesson.reader import read_lesson
from sandbox.tutor.lesson.shelf import sound
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.world import World
from tests.lessons.crossing import CROSSING, LOGIN, crossing_lesson
from tests.lessons.turned import turn_all
from tests.process.terminals import terminal
from tests.wire.children import environment

pytestmark = pytest.mark.slow
LINE = re.compile(r" *(?P<pid>\d+) +(?P<ppid>\d+) (?P<args>.*)")
STRANGER = "You are a stranger"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """One Chromium for all: as long as it runs, asyncio.run() fails in other tests."""
    with Site(0) as started:
        try:
            started.real.start()
        except MissingBrowser as missing:
            pytest.skip(str(missing))
        yield started


def lesson_in(folder: Path, attributes: str, crossing: str = CROSSING) -> Lesson:
    path = crossing_lesson(folder / "09_crossing", LOGIN, crossing, attributes=quote(attributes))
    return sound(*read_lesson(path))


def crossed(lesson: Lesson, site: Site) -> tuple[Sighting, World]:
    """The second step, after the first; and where."""
    world = World(lesson.folder, site)
    do_step(world, lesson.steps[0], lesson.path)
    (sighting,) = do_step(world, lesson.steps[1], lesson.path)
    return sighting, world


def running_chromiums() -> list[int]:
    """Those that this program has started, through Playwright's own process."""
    processes = [
        (int(each["pid"]), int(each["ppid"]), each["args"])
        for each in (LINE.fullmatch(line) for line in ps().splitlines())
        if each
    ]
    drivers = [pid for pid, parent, _ in processes if parent == os.getpid()]
    return [pid for pid, parent, args in processes if parent in drivers and "chrom" in args]


def ps() -> str:
    every = ["ps", "-eo", "pid=,ppid=,args="]
    return subprocess.run(every, capture_output=True, text=True, check=True).stdout


def expecting(*lines: str, user: str = STRANGER) -> str:
    """The step in which another site's form is sent, with other expectations."""
    head, _, rest = CROSSING.replace(STRANGER, user).partition("```expect\n")
    return head + "```expect\n" + "\n".join(lines) + rest[rest.index("\n```") :]


def test_a_login_that_chromium_does_is_the_visitors(tmp_path: Path, site: Site) -> None:
    lesson = lesson_in(tmp_path, "; SameSite=Lax")
    world = World(lesson.folder, site)
    (sighting,) = do_step(world, lesson.steps[0], lesson.path)
    assert [each.path for each in sighting.before] == ["/"]
    assert [each.path for each in sighting.after] == ["/word"]
    assert sighting.exchange.row is not None
    assert sighting.exchange.row.user == "alice"
    cookie = world.person("alice").visitor.jar.on()["crossing"]
    assert cookie.attributes == ("Path=/", "HttpOnly", "SameSite=Lax")


def test_lax_stays_at_home_when_another_sites_form_is_sent(tmp_path: Path, site: Site) -> None:
    sighting, world = crossed(lesson_in(tmp_path, "; SameSite=Lax"), site)
    assert sighting.exchange.reasons is not None
    assert sighting.exchange.reasons.kept_back == {"crossing": "SameSiteLax"}
    assert [each.is_of_other_site for each in sighting.before] == [True]
    assert sighting.jar == world.given_to("alice", "cookie", 1), "Chromium still holds it"


def test_strict_stays_at_home_even_when_a_link_is_followed(tmp_path: Path, site: Site) -> None:
    step = expecting("kept_back == SameSiteStrict").replace("POST http", "GET http")
    follows = step.replace("press Take it", "follow Read it")
    sighting, _ = crossed(lesson_in(tmp_path, "; SameSite=Strict", follows), site)
    assert sighting.exchange.sent is None


def test_lax_goes_along_when_a_link_is_followed(tmp_path: Path, site: Site) -> None:
    step = expecting("kept_back absent", "verdict == OK", user="Hello alice")
    follows = step.replace("POST http", "GET http").replace("press Take it", "follow Read it")
    sighting, world = crossed(lesson_in(tmp_path, "; SameSite=Lax", follows), site)
    assert sighting.exchange.sent == world.given_to("alice", "cookie", 1)


@pytest.mark.parametrize("attributes", ["; SameSite=None; Secure", ""])
def test_none_goes_along_and_so_does_a_fresh_one_without_samesite(
    tmp_path: Path, site: Site, attributes: str
) -> None:
    step = expecting("kept_back absent", "verdict == OK", user="Hello alice")
    sighting, world = crossed(lesson_in(tmp_path, attributes, step), site)
    assert sighting.exchange.sent == world.given_to("alice", "cookie", 1)


def test_none_without_secure_is_refused(tmp_path: Path, site: Site) -> None:
    path = lesson_in(tmp_path, "; SameSite=None").path
    text = path.read_text().replace("wait Hello alice", f"wait {STRANGER}")
    text = text.replace("cookie HttpOnly present", "refused == SameSiteNoneInsecure")
    path.write_text(text.replace("jar == {{alice.cookie}}", "jar absent"))
    lesson = sound(*read_lesson(path))
    (sighting,) = do_step(World(lesson.folder, site), lesson.steps[0], path)
    assert sighting.exchange.given


def test_chromium_is_given_the_visitors_cookie_as_it_was_set(tmp_path: Path, site: Site) -> None:
    """The built-in visitor logs in; then Chromium holds her cookie, Strict as it was."""
    lesson = lesson_in(tmp_path, "", expecting("kept_back == SameSiteStrict"))
    world = World(lesson.folder, site)
    to = "/login?attributes=" + quote("; SameSite=Strict")
    world.person("alice").visitor.send("POST", to, "name=alice")
    ticket = world.jar_of("alice")
    (sighting,) = do_step(world, lesson.steps[1], lesson.path)
    assert sighting.jar == ticket is not None


def test_two_sites_can_have_a_chromium_each(tmp_path: Path, site: Site) -> None:
    lesson = lesson_in(tmp_path, "; SameSite=Lax")
    with Site(0) as another:
        crossed(lesson, another)
    sighting, _ = crossed(lesson, site)
    assert sighting.exchange.sent is None


def test_a_chromium_that_was_killed_gets_a_successor(tmp_path: Path, site: Site) -> None:
    lesson = lesson_in(tmp_path, "; SameSite=Lax")
    crossed(lesson, site)
    (pid,) = running_chromiums()
    os.kill(pid, signal.SIGKILL)
    sighting, _ = crossed(lesson, site)
    assert sighting.exchange.sent is None


def test_each_expectation_fails_when_it_is_turned_round(tmp_path: Path, site: Site) -> None:
    turns = turn_all(lesson_in(tmp_path, "; SameSite=Lax").path, site)
    assert [turn.instead for turn in turns] == [""] * 8


@pytest.mark.parametrize("key", ["q", "Ctrl-C"])
def test_whoever_leaves_a_lesson_leaves_no_word_of_chromiums(
    tmp_path: Path, site: Site, key: str
) -> None:
    place = tmp_path / "lessons"
    crossing_lesson(place / "09_crossing", LOGIN, attributes=quote("; SameSite=Lax"))
    arguments = ("lesson", "09", "--plain", "--port", "0")
    with terminal(*arguments, folder=tmp_path, env=environment()) as shown:
        shown.expect("Enter begins > ")
        shown.sendline("")
        shown.expect("Enter: Chromium does it > ")
        shown.sendline("")
        shown.expect("Enter goes on > ")
        shown.sendintr() if key == "Ctrl-C" else shown.sendline(key)
        shown.expect(pexpect.EOF)
    told = shown.before.strip().splitlines()
    assert told == ["Your place is kept: lesson 09, step 1. Go on with: make lesson N=09"]
