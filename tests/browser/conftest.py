"""A real Chromium, and real servers on ports of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks
from sandbox.login.keys import KeyRing, MemoryKeys
from sandbox.login.sessions import Limits
from sandbox.login.signing import SessionSigner
from sandbox.login.stores.memory import MemoryStore
from sandbox.login.stores.sqlite import SQLiteStore
from sandbox.serving.clock import Clock
from sandbox.tutor.chromium import arguments, find_executable
from tests.wire.children import Child, Nursery, nursery_in

from .browsing import PATIENCE, OtherSite, Person, Sandbox
from .watched import Watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NO_LEFT_PAGES = "--disable-back-forward-cache"  # Playwright's own argument


# For the package, not the session: as long as Playwright runs, asyncio.run() fails in other tests.
@pytest.fixture(scope="package")
def launch() -> Iterator[Callable[..., Browser]]:
    """`launch()` starts Chromium; it ends when the tests in this folder are over."""
    executable = find_executable()
    if executable is None:
        pytest.skip("Chromium is not installed: apt install chromium")
    try:
        from playwright.sync_api import expect, sync_playwright
    except ImportError:
        pytest.skip("Playwright is not installed: pip install playwright")
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        start = partial(playwright.chromium.launch, executable_path=executable, args=arguments())
        browsers: list[Browser] = []

        def started(**options: Any) -> Browser:
            browsers.append(start(**options))
            return browsers[-1]

        yield started
        for browser in browsers:
            browser.close()


@pytest.fixture(scope="package")
def chromium(launch: Callable[..., Browser]) -> Browser:
    """One browser for all the tests in this folder."""
    return launch()


@pytest.fixture(scope="package")
def chromium_that_keeps_left_pages(launch: Callable[..., Browser]) -> Browser:
    """Chromium as people have it: a page that was left is kept alive for the Back button."""
    return launch(ignore_default_args=[NO_LEFT_PAGES])


@pytest.fixture
def serve(bricks: Callable[..., Bricks]) -> Iterator[Callable[..., Sandbox]]:
    """`serve()` starts a login server; `store` and `secure` can be given."""
    started: list[Sandbox] = []

    def start(store: Any = None, secure: bool = False) -> Sandbox:
        limits, clock = Limits(), Clock()
        laid = bricks(
            cookie=CookieSettings(limits.cookie_age, secure=secure),
            signer=SessionSigner(MemoryKeys(), clock, limits.cookie_age),
            store=store or MemoryStore(),
            limits=limits,
            clock=clock,
        )
        started.append(Sandbox(laid))
        return started[-1]

    yield start
    for sandbox in started:
        sandbox.close()


@pytest.fixture
def sandbox(serve: Callable[..., Sandbox]) -> Sandbox:
    return serve()


@pytest.fixture
def sandbox_on_sqlite(serve: Callable[..., Sandbox], tmp_path: Path) -> Sandbox:
    return serve(store=SQLiteStore(tmp_path / "sessions.sqlite"))


@pytest.fixture(scope="package")
def other_site() -> Iterator[OtherSite]:
    site = OtherSite()
    yield site
    site.close()


@pytest.fixture
def visit(chromium: Browser, serve: Callable[..., Sandbox]) -> Iterator[Callable[..., Person]]:
    """`visit(sandbox)` is somebody with a fresh browser profile; it closes before the servers do.

    When the test is over, Chromium must have had nothing to complain about on anybody's console.
    """
    people: list[Person] = []

    def come(sandbox: Sandbox, browser: Browser = chromium, **profile: Any) -> Person:
        people.append(Person(browser.new_context(**profile), sandbox))
        return people[-1]

    yield come
    for person in people:
        person.context.close()
    complaints = [complaint for person in people for complaint in person.complaints]
    assert not complaints, "Chromium complained on the console"


@pytest.fixture
def alice(visit: Callable[..., Person], sandbox: Sandbox) -> Person:
    """alice in her own profile, logged in."""
    person = visit(sandbox)
    person.log_in("alice")
    return person


@pytest.fixture
def stranger(visit: Callable[..., Person], sandbox: Sandbox) -> Person:
    """Somebody whose jar is empty."""
    return visit(sandbox)


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    with nursery_in(tmp_path) as started:
        yield started


@pytest.fixture
def child(nursery: Nursery) -> Child:
    """`serve`, as somebody starts it."""
    return nursery.serve()


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """`opened(address)` is a tab of a fresh profile; no page may throw or be refused a script."""
    contexts, complaints = [], list[str]()

    def open_it(address: str, script: str = "", **profile: Any) -> Page:
        contexts.append(chromium.new_context(**profile))
        if script:
            contexts[-1].add_init_script(script)
        tab = contexts[-1].new_page()
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("console", lambda said: complaints.append(said.text) if _is_refusal(said) else None)
        tab.goto(address)
        return tab

    yield open_it
    for context in contexts:
        context.close()
    assert complaints == []


def _is_refusal(said: Any) -> bool:
    return said.type == "error" and "Content Security Policy" in said.text


@pytest.fixture
def watch(bricks: Callable[..., Bricks]) -> Iterator[Callable[..., Watched]]:
    """`watch()` starts a login server with its inspector; `keys` can be given."""
    started: list[Watched] = []

    def start(keys: KeyRing | None = None) -> Watched:
        limits, clock = Limits(), Clock()
        signer = SessionSigner(keys or MemoryKeys(), clock, limits.cookie_age)
        cookie = CookieSettings(limits.cookie_age)
        started.append(Watched(bricks(cookie=cookie, signer=signer, limits=limits, clock=clock)))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture
def watched(watch: Callable[..., Watched]) -> Watched:
    return watch()
