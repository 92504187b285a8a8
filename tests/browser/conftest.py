"""A real Chromium, and real servers on ports of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks
from sandbox.login.keys import MemoryKeys
from sandbox.login.sessions import Limits
from sandbox.login.signing import SessionSigner
from sandbox.login.stores.memory import MemoryStore
from sandbox.login.stores.sqlite import SQLiteStore
from sandbox.serving.clock import Clock
from sandbox.tutor.chromium import arguments, find_executable

from .browsing import PATIENCE, OtherSite, Person, Sandbox

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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
