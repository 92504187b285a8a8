"""A real Chromium, and real servers on ports of their own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
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

from .browsing import PATIENCE, OtherSite, Person, Sandbox

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EXECUTABLES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Playwright turns off what Chromium does for people: keeping a left page alive for "Back".
AS_PEOPLE_HAVE_IT = ["--disable-back-forward-cache"]


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


# For the package, not the session: as long as Playwright runs, asyncio.run() fails in other tests.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for all the tests in this folder."""
    executable = next(filter(None, map(shutil.which, EXECUTABLES)), None)
    if executable is None:
        pytest.skip("Chromium is not installed: apt install chromium")
    try:
        from playwright.sync_api import expect, sync_playwright
    except ImportError:
        pytest.skip("Playwright is not installed: pip install playwright")
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=[*ARGUMENTS, *(["--no-sandbox"] if is_root() else [])],
            ignore_default_args=AS_PEOPLE_HAVE_IT,
        )
        yield browser
        browser.close()


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


@pytest.fixture(params=["memory", "sqlite"])
def sandbox_on_each_store(
    request: pytest.FixtureRequest, serve: Callable[..., Sandbox], tmp_path: Path
) -> Sandbox:
    sqlite = request.param == "sqlite"
    return serve(store=SQLiteStore(tmp_path / "sessions.sqlite") if sqlite else MemoryStore())


@pytest.fixture
def other_site() -> Iterator[OtherSite]:
    site = OtherSite()
    yield site
    site.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Person]]:
    """`visit(sandbox)` is somebody with a fresh browser profile.

    When the test is over, Chromium must have had nothing to complain about on anybody's console.
    """
    people: list[Person] = []

    def come(sandbox: Sandbox, **profile: Any) -> Person:
        people.append(Person(chromium.new_context(**profile), sandbox))
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
