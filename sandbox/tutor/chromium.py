"""A real browser: Chromium without a window, led through Playwright."""

from __future__ import annotations

import logging
import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from sandbox.login.problems import Problem
from sandbox.tutor.reasons import Reasons

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Playwright

EXECUTABLES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 5000.0  # milliseconds for one line of a recipe
A_LOOK, LOOKS = 20.0, 100  # milliseconds between two looks at what was told, and how many


class MissingBrowser(Problem):
    """There is no Chromium here, or nothing that could lead it."""


class CannotDo(Exception):
    """The page does not let a line of a recipe be done; the message says why."""


def find_executable() -> str | None:
    """Where Chromium is installed."""
    return next(filter(None, map(shutil.which, EXECUTABLES)), None)


def arguments() -> list[str]:
    """What Chromium is started with; its own sandbox does not work for root."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*ARGUMENTS, *(["--no-sandbox"] if is_root else [])]


def start_chromium() -> Chromium:
    """Start it; MissingBrowser says what is not installed."""
    executable = find_executable()
    if executable is None:
        raise MissingBrowser("Chromium is not installed. To install it: sudo apt install chromium")
    try:
        from playwright.sync_api import Error
    except ImportError:
        raise MissingBrowser("Playwright is not installed. To install it: make browser") from None
    playwright = DRIVER.take()
    try:
        browser = playwright.chromium.launch(executable_path=executable, args=arguments())
    except Error as error:
        DRIVER.give_back()
        raise MissingBrowser(f"Chromium does not start: {_first_line(error)}") from None
    return Chromium(browser)


class Driver:
    """Playwright itself: one for all browsers of this process, or the second would not start."""

    def __init__(self) -> None:
        self._playwright: Playwright | None = None
        self._users = 0

    def take(self) -> Playwright:
        """Start it for the first browser."""
        if self._playwright is None:
            from playwright.sync_api import sync_playwright

            # Ctrl-C ends its process, too, and asyncio would report that on the terminal.
            logging.getLogger("asyncio").setLevel(logging.CRITICAL)
            self._playwright = sync_playwright().start()
        self._users += 1
        return self._playwright

    def give_back(self) -> None:
        """End it after the last one."""
        self._users -= 1
        if self._playwright is not None and not self._users:
            self._playwright.stop()
            self._playwright = None


DRIVER = Driver()


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")


@contextmanager
def _errors_in_words() -> Iterator[None]:
    """CannotDo for what goes wrong inside, such as a Chromium that somebody has ended."""
    from playwright.sync_api import Error

    try:
        yield
    except Error as error:
        raise CannotDo(_first_line(error)) from None


class Chromium:
    """One browser for all visitors of a lesson."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def tab(self, name: str) -> ChromiumTab:
        """A tab with a jar of its own; it says the visitor's name to the server."""
        with _errors_in_words():
            return ChromiumTab(self._browser.new_context(user_agent=f"sandbox-visitor ({name})"))

    def close(self) -> None:
        from playwright.sync_api import Error

        with suppress(Error):  # Ctrl-C may have ended it already
            self._browser.close()
        DRIVER.give_back()


class ChromiumTab:
    """A tab with a jar of its own."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        context.set_default_timeout(PATIENCE)
        self._page = context.new_page()
        self._told = DevTools()
        session = context.new_cdp_session(self._page)
        session.on("Network.requestWillBeSent", self._told.asked)
        session.on("Network.requestWillBeSentExtraInfo", self._told.sent)
        session.on("Network.responseReceivedExtraInfo", self._told.received)
        session.send("Network.enable")

    def do(self, does: str, what: str) -> None:
        """One line of a recipe; CannotDo when the page does not let it."""
        from playwright.sync_api import TimeoutError

        with _errors_in_words():
            try:
                getattr(self, f"_{does}")(what)
                self._page.wait_for_load_state()
            except TimeoutError:
                seconds = f"{PATIENCE / 1000:g} s"
                raise CannotDo(f"{self._page.url} did not show it in {seconds}") from None

    def _open(self, address: str) -> None:
        self._page.goto(address)

    def _type(self, what: str) -> None:
        field, _, value = what.partition(" ")
        self._page.locator(f'input[name="{field}"]').first.fill(value)

    def _press(self, button: str) -> None:
        self._page.get_by_role("button", name=button, exact=True).first.click()

    def _follow(self, link: str) -> None:
        self._page.get_by_role("link", name=link, exact=True).first.click()

    def _wait(self, text: str) -> None:
        self._page.get_by_text(text).first.wait_for()

    def _back(self, _: str) -> None:
        self._page.go_back()

    def _reload(self, _: str) -> None:
        self._page.reload()

    def held(self) -> dict[tuple[str, str], str]:
        """What is in the jar: values by host and name."""
        with _errors_in_words():
            cookies = self._context.cookies()
        return {(each["domain"], each["name"]): each["value"] for each in cookies}

    def forget(self) -> None:
        """Requests up to this moment are of no interest."""
        self._told.forget()

    def reasons(self, method: str, address: str) -> Reasons:
        """Why cookies stayed at home with the first such request, or were not kept."""
        for _ in range(LOOKS):
            reasons = self._told.reasons(method, address)
            if reasons:
                return reasons
            with _errors_in_words():
                self._page.wait_for_timeout(A_LOOK)
        return Reasons()

    def close(self) -> None:
        from playwright.sync_api import Error

        with suppress(Error):
            self._context.close()


class DevTools:
    """What the DevTools protocol told of a tab's requests.

    A redirect has the number of the request before it: the nth request of a number belongs to the
    nth message about its headers.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._asked: list[tuple[str, str, str]] = []  # number, method, address
        self._sent: dict[str, list[Any]] = defaultdict(list)
        self._received: dict[str, list[Any]] = defaultdict(list)

    def asked(self, event: Any) -> None:
        request = event["request"]
        self._asked.append((event["requestId"], request["method"], request["url"]))

    def sent(self, event: Any) -> None:
        self._sent[event["requestId"]].append(event["associatedCookies"])

    def received(self, event: Any) -> None:
        self._received[event["requestId"]].append(event["blockedCookies"])

    def reasons(self, method: str, address: str) -> Reasons | None:
        """Of the first such request; None while something is still to be told of it."""
        for at, (number, *what) in enumerate(self._asked):
            if what[0] == method and unquote(what[1]) == unquote(address):
                before = [each for each, *_ in self._asked[:at]].count(number)
                return self._reasons(number, before)
        return None

    def _reasons(self, number: str, nth: int) -> Reasons | None:
        sent, received = self._sent[number], self._received[number]
        if len(sent) <= nth or len(received) <= nth:
            return None
        kept_back = {each["cookie"]["name"]: _joined(each) for each in sent[nth]}
        refused = {_name(each["cookieLine"]): _joined(each) for each in received[nth]}
        return Reasons(_with_reason(kept_back), _with_reason(refused))


def _name(set_cookie: str) -> str:
    return set_cookie.partition("=")[0].strip()


def _joined(cookie: Any) -> str:
    """Its reasons; for the same one Chromium has two names, as it counts the scheme in or not."""
    return ", ".join(each.removeprefix("Schemeful") for each in cookie["blockedReasons"])


def _with_reason(reasons: dict[str, str]) -> dict[str, str]:
    return {name: reason for name, reason in reasons.items() if reason}
